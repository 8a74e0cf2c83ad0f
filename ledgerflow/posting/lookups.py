"""Looking up the payee of a bank line, by the text that names it."""

from datetime import datetime

from ledgerflow.books.models import Book
from ledgerflow.classification.services import payee_text
from ledgerflow.payees.lookups import Lookup, look_up_payee
from ledgerflow.payees.services import PayeeLookupError
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User


def look_up_line(*, book: Book, line_id: int, user: User, now: datetime) -> Lookup:
    """Ask the tool who the line's payee is, and keep the answer beside the line; see :func:`look_up_payee`.

    Raises:
        PayeeLookupError: the book has no such line, the bank wrote no text, or the line went meanwhile.
        ToolCallError: the tool was not started, or gave no answer.
    """
    line = StatementLine.objects.filter(book=book, pk=line_id).only("description", "counterparty").first()
    if line is None:
        raise PayeeLookupError("This book has no such line.")
    text = payee_text(description=line.description, counterparty=line.counterparty)
    return look_up_payee(book=book, line_id=line_id, text=text, user=user, now=now)
