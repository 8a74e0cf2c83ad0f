"""What the queue's script asks the server."""

from typing import Any

from django.test import Client

from ledgerflow.books.models import Role
from tests.booked import BookedFile


def ask(client: Client, address: str, sent: dict[str, Any] | None = None) -> dict[str, Any]:
    """Post as the page's script does, and return its answer."""
    answer: dict[str, Any] = client.post(address, sent or {}, headers={"Accept": "application/json"}).json()
    return answer


def decide(file: BookedFile, line: int, **more: Any) -> dict[str, Any]:
    """Decide about the line as a bookkeeper: for the file's expense account where nothing else is said."""
    sent = {"account": file.expense.pk, **more}
    return ask(file.client(Role.BOOKKEEPER), file.address(f"review/line/{line}/decide/"), sent)
