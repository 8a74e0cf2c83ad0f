"""One job a book at a time: ask about what is open. In a queue of its own, because an endpoint may take minutes."""

import logging

from django.utils import timezone

from ledgerflow.agent import services
from ledgerflow.agent.errors import AgentError
from ledgerflow.agent.services.ask import go_on, wait_and_wake
from ledgerflow.books.models import Book
from ledgerflow.core.jobs import MODELS, job
from ledgerflow.users.models import User

logger = logging.getLogger(__name__)


def _given_up(*, book_id: int, user_id: int | None, waited: int) -> None:  # noqa: ARG001 - called as the job is
    book = Book.objects.filter(pk=book_id).first()
    if book is not None:
        services.end_broken(book=book, now=timezone.now())


@job(name=services.ASK_JOB, given_up=_given_up, queue=MODELS)
def ask_about(*, book_id: int, user_id: int | None, waited: int) -> None:
    """Ask the agent about the book's open lines; where the endpoint asks to wait, go on later.

    Where more payees are open than one run asks about, another job goes on.
    """
    book = Book.objects.filter(pk=book_id).first()
    if book is None:  # purged while the job waited
        return
    user = User.objects.filter(pk=user_id).first() if user_id else None
    try:
        asked = services.ask_about(book=book, user=user)
    except AgentError as error:
        # Switched off, or the endpoint taken away, while the job waited: nothing is to be done.
        logger.info("The agent was not asked: %s", error)
        return
    if asked.wait is not None:
        wait_and_wake(book=book, user_id=user_id, seconds=asked.wait, waited=waited)
    elif asked.goes_on:
        go_on(book=book, user_id=user_id, waited=waited)
