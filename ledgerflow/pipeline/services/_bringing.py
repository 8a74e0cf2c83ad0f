"""What a file brings into the books: done, or only tried and taken back, by the same code."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services._layouts import ReadByLayouts, layout_warnings
from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.services import ImportOutcome, import_statement

#: How long a page waits for an account that another file is imported for, and the longest statement that it may ask.
PAGE_LIMITS = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '20s'"


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of each statement of a file, in its order, and what a person should see of it."""

    outcomes: tuple[ImportOutcome, ...]
    warnings: tuple[str, ...]

    @property
    def lines_new(self) -> int:
        """How many lines came."""
        return sum(outcome.lines_new for outcome in self.outcomes)

    @property
    def lines_known(self) -> int:
        """How many lines were here already."""
        return sum(outcome.lines_known for outcome in self.outcomes)

    @property
    def lines_held(self) -> int:
        """How many of the file's lines are held back."""
        return sum(outcome.lines_held for outcome in self.outcomes)


def bring_in(
    *, run: ImportRun, read: ReadByLayouts, accounts: Sequence[BankAccount], now: datetime
) -> Brought:
    """Take in the file's statements, each for its bank account; nothing is classified.

    Raises what :func:`~ledgerflow.statements.services.import_statement` raises.
    """
    warnings = [*read.reading.warnings, *layout_warnings(read=read)]
    outcomes = import_statement(document=run.document, reading=read.reading, bank_accounts=accounts, now=now)
    return Brought(tuple(outcomes), tuple(warnings))


@contextmanager
def tried(
    *,
    run: ImportRun,
    read: ReadByLayouts,
    accounts: Sequence[BankAccount],
    now: datetime,
    has_limits: bool = False,
) -> Iterator[Brought]:
    """Take the file in as :func:`bring_in` does, and take that back at the end: within, its rows can be looked at.

    Nobody else sees them. Its bank accounts are locked as long as it takes. ``has_limits`` for a page, which neither
    waits long for an import nor lets one wait long for it: PostgreSQL ends what takes longer.
    """
    with transaction.atomic():
        if has_limits:
            with connection.cursor() as cursor:
                cursor.execute(PAGE_LIMITS)  # of this transaction alone
        yield bring_in(run=run, read=read, accounts=accounts, now=now)
        transaction.set_rollback(True)
