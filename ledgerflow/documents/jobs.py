"""One job per receipt that is read."""

from django.utils import timezone

from ledgerflow.core.jobs import job
from ledgerflow.documents import services


def _given_up(*, receipt_id: int, waits: int) -> None:  # noqa: ARG001 - the job's own arguments
    services.give_up(receipt_id=receipt_id, now=timezone.now())


@job(name=services.READ_JOB, given_up=_given_up)
def read_receipt(*, receipt_id: int, waits: int) -> None:
    """Read what a receipt says."""
    services.read_receipt(receipt_id=receipt_id, waits=waits, now=timezone.now())
