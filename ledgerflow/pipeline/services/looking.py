"""Look at a file before it touches the books: what it says, what an import of it would bring, and letting it in."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from django.db import OperationalError, transaction

from ledgerflow.core.database_errors import took_too_long, waited_for_a_lock
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services._accounts import parts_of, whose
from ledgerflow.pipeline.services._bringing import Brought, tried
from ledgerflow.pipeline.services._layouts import ReadByLayouts, read_by_layouts
from ledgerflow.pipeline.services._shown import shown_sha256
from ledgerflow.pipeline.services._waiting import RESCUE_SECONDS, enqueue_anew, looked, wait_again
from ledgerflow.pipeline.services.receive import RunNotWaitingError
from ledgerflow.pipeline.services.run import run_import
from ledgerflow.statements.fate_selectors import LineFate, line_fates
from ledgerflow.statements.models import BankAccount, Statement
from ledgerflow.statements.original import in_currency_of_account
from ledgerflow.statements.page_selectors import PAGE, statement_page
from ledgerflow.statements.proof import prove
from ledgerflow.statements.services import ImportOutcome
from ledgerflow.statements.standing import Standing
from ledgerflow.statements.sums import Sums, sums_as_read
from ledgerflow.toolbox import values
from ledgerflow.users.models import User


class LookRefusedError(LedgerFlowError):
    """The file cannot be shown; the message says why."""


@dataclass(frozen=True, slots=True)
class LookedAtStatement:
    """A statement as the file states it, with its proof in words, and whose it is.

    ``outcome`` counts what an import would bring; ``None`` where somebody has to say first which accounts the file is
    about.
    """

    statement: values.Statement
    bank_account: BankAccount | None
    standing: Standing
    detail: str
    outcome: ImportOutcome | None

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of its lines."""
        found = [line.date for line in self.statement.lines]
        return (min(found), max(found)) if found else None

    @property
    def currency(self) -> str:
        """That of its bank account, else what it states; ISO 4217, or empty."""
        return self.bank_account.currency if self.bank_account else self.statement.currency

    @property
    def sums(self) -> Sums:
        """Its balances, and its booked lines between them, in ``currency``."""
        return sums_as_read(self.statement)


@dataclass(frozen=True, slots=True)
class LookedAtLine:
    """A line as it was read, where it stands, and what would become of it; ``None`` while its account is open."""

    line: values.StatementLine
    place: Mapping[str, object]
    fate: LineFate | None


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A file's statements, and a page of the lines of the one at position ``at``.

    ``brought`` is what an import would bring, ``None`` where somebody has to say first which accounts the file is
    about. ``shown_sha256`` stands for what the file says and whose it is (see :func:`let_in`).
    """

    shown_sha256: str
    format: str
    statements: tuple[LookedAtStatement, ...]
    at: int
    lines: tuple[LookedAtLine, ...]
    number: int
    warnings: tuple[str, ...]
    brought: Brought | None

    @property
    def shown(self) -> LookedAtStatement:
        """The statement whose lines are shown."""
        return self.statements[self.at]

    @property
    def last(self) -> int:
        """The last page of its lines."""
        return _pages(self.shown.statement)

    @property
    def previous(self) -> int | None:
        """The page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def following(self) -> int | None:
        """The page after, if any."""
        return self.number + 1 if self.number < self.last else None


def look_at(*, run: ImportRun, now: datetime, at: int = 0, number: int = 1, password: str = "") -> LookedAt:
    """Return what a file says that is not imported, and what its import would do now. Nothing of it stays.

    The file is read anew, and imported in a transaction that is taken back, so that no other code says what would
    happen. ``at`` is the position of the statement whose lines are shown, from 0, ``number`` the page of them, from 1;
    the nearest ones there are. A protected file is read with its ``password``, which is kept nowhere. The number of
    queries does not grow with the lines.

    Raises:
        LookRefusedError: it cannot be read, its account is being imported for, or it takes too long; the message says
            which.
        LedgerFlowError: an import of it would fail, with what it would say.
    """
    read = _read(run, password)
    reading = read.reading
    found = whose(run, parts_of(reading))
    at = min(max(at, 0), len(found) - 1)
    number = min(max(number, 1), _pages(reading.statements[at]))
    accounts = [account for account in found if account is not None]
    is_known = len(accounts) == len(found)
    trial: AbstractContextManager[Brought | None] = (
        tried(run=run, read=read, accounts=accounts, now=now, has_limits=True) if is_known else nullcontext()
    )
    with _refusing(run), trial as brought:
        outcomes: Sequence[ImportOutcome | None] = brought.outcomes if brought else [None] * len(found)
        outcome = outcomes[at]
        fates = _fates(outcome.statement, number) if outcome else {}
    statements = tuple(map(_looked_at, reading.statements, found, outcomes))
    ends = _ends(reading.statements)
    start = (number - 1) * PAGE
    lines = tuple(
        LookedAtLine(line, _with_end(line.place, ends), fates.get(no))
        for no, line in enumerate(statements[at].statement.lines[start : start + PAGE], start=start + 1)
    )
    warnings = brought.warnings if brought else reading.warnings
    shown = shown_sha256(read, found)
    return LookedAt(shown, reading.format or "", statements, at, lines, number, warnings, brought)


def let_in(
    *, run: ImportRun, user: User, now: datetime, password: str = "", asked: str | None = None
) -> None:
    """Import a file that waited to be looked at.

    With a ``password`` a PDF is imported at once, because it is kept nowhere. ``asked`` is which reading of the file
    somebody saw (:attr:`LookedAt.shown_sha256`); without it, it is imported as it is read now. Where a worker reads it
    otherwise after that, or it is of another account by then, it waits to be looked at again.

    Raises:
        RunNotWaitingError: it does not wait for that, is read otherwise than what was seen, or nobody knows any more
            which account it is; that is asked then.
        LookRefusedError: it cannot be read; the message says why. It goes on waiting.
    """
    seen = ImportRun.objects.select_related("book", "document", "bank_account").get(pk=run.pk)
    _refuse_unless_waiting(seen)
    read = _read(seen, password)
    found = whose(seen, parts_of(read.reading))
    shown = shown_sha256(read, found)
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update(of=("self",)).select_related("document").get(pk=run.pk)
        _refuse_unless_waiting(locked)
        is_known = None not in found
        was_read_since = locked.started_at != seen.started_at
        if was_read_since or (is_known and asked not in (None, shown)):
            raise RunNotWaitingError(
                f"{locked.document.name} is read otherwise than what you looked at, or is of another account by now. "
                "Look at it again."
            )
        if is_known:
            looked(locked, shown_sha256=shown, user=user, now=now)
            enqueue_anew(locked, in_seconds=RESCUE_SECONDS if password else 0)
        else:
            wait_again(locked, in_seconds=RESCUE_SECONDS)
    if password or not is_known:
        run_import(run_id=locked.pk, now=now, read=read)
    if not is_known:
        raise RunNotWaitingError(
            f"Nobody knows any more which account {locked.document.name} is. Answer that first."
        )


@contextmanager
def _refusing(run: ImportRun) -> Iterator[None]:
    """Say in a sentence that a page's limits ended it."""
    try:
        yield
    except OperationalError as error:
        if waited_for_a_lock(error):
            raise LookRefusedError(
                "Another file of this account is being imported; look again in a moment."
            ) from error
        if took_too_long(error):
            raise LookRefusedError(
                f"{run.document.name} takes too long to be shown now. Look again later, or set it aside and drop it "
                "again without a look: an import can be undone."
            ) from error
        raise


def _refuse_unless_waiting(run: ImportRun) -> None:
    if not run.asks_look:
        raise RunNotWaitingError(f"{run.document.name} does not wait to be looked at; nothing was changed.")


def _read(run: ImportRun, password: str) -> ReadByLayouts:
    read = read_by_layouts(run=run, password=password or None)
    if not read.reading.statements:
        raise LookRefusedError(read.reading.error or f"{run.document.name} holds no statement.")
    return read


def _pages(statement: values.Statement) -> int:
    return max(-(-len(statement.lines) // PAGE), 1)


def _fates(statement: Statement, number: int) -> dict[int, LineFate]:
    return line_fates(statement=statement, lines=statement_page(statement=statement, number=number).lines)


def _looked_at(
    said: values.Statement, bank_account: BankAccount | None, outcome: ImportOutcome | None
) -> LookedAtStatement:
    proof = prove(said)
    kept = in_currency_of_account(said, bank_account.currency) if bank_account else said
    return LookedAtStatement(kept, bank_account, Standing[proof.outcome.value], proof.detail or "", outcome)


def _ends(statements: Sequence[values.Statement]) -> dict[int, int]:
    """Return the last line of text of each record, by its first: the line before the next record.

    The last record is taken to be as long as the one before it.
    """
    places = (line.place.get("line") for statement in statements for line in statement.lines)
    starts = sorted({place for place in places if isinstance(place, int)})
    ends = {start: following - 1 for start, following in pairwise(starts)}
    if len(starts) > 1:
        before, last = starts[-2:]
        ends[last] = last + (last - before) - 1
    return ends


def _with_end(place: Mapping[str, object], ends: Mapping[int, int]) -> Mapping[str, object]:
    start = place.get("line")
    return {**place, "last": ends[start]} if isinstance(start, int) and start in ends else place
