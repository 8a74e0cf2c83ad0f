"""What the pages of statements and documents show; the number of queries does not grow with the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from ledgerflow.books.models import Book
from ledgerflow.documents.excerpt import ExcerptLine, excerpt, extent, shown, text_lines
from ledgerflow.documents.models import Document
from ledgerflow.documents.selectors import DocumentDamagedError, content
from ledgerflow.statements import places, standing
from ledgerflow.statements.chain_selectors import chains
from ledgerflow.statements.days import OTHER_DAYS
from ledgerflow.statements.models import (
    BankAccount,
    BankAccountNumber,
    DayQuestion,
    Hold,
    Sighting,
    Statement,
    StatementLine,
)
from ledgerflow.statements.selectors import account_states, bank_accounts, shown_by, sightings, statements
from ledgerflow.statements.standing import Standing
from ledgerflow.statements.twin_selectors import ShownTwin, twins_of

#: Statements that the overview lists below each bank account.
LATEST = 12
#: Lines of a statement on one page.
PAGE = 100
#: Lines of a file on one page.
FILE_PAGE = 400
#: Lines of the file shown above a marked record.
_ABOVE = 20
#: Lines shown before and after a record in a short excerpt.
_AROUND = 3
#: The longest record that is marked, in lines of the file.
_LONGEST_RECORD = 15
#: A longer line of a file is cut when shown; the download is whole.
_LONGEST_LINE = 2_000


@dataclass(frozen=True, slots=True)
class AccountStatements:
    """A bank account as the overview shows it: how it stands and its latest statements, each with its dot."""

    bank_account: BankAccount
    standing: Standing
    count: int
    last_date: date | None
    lines_held: int
    questions: int
    latest: tuple[tuple[Statement, Standing], ...]

    @property
    def has_more(self) -> bool:
        """Whether the account has statements that the overview leaves out."""
        return self.count > len(self.latest)


def overview(*, book: Book, today: date) -> list[AccountStatements]:
    """Return the book's bank accounts by name with their latest statements. Eight queries at most."""
    followed = chains(book=book)
    ranked = statements(book=book).annotate(
        rank=Window(
            RowNumber(), partition_by=F("bank_account"), order_by=(F("last_date").desc(), F("pk").desc())
        )
    )
    latest: dict[int, list[tuple[Statement, Standing]]] = {}
    for statement in ranked.filter(rank__lte=LATEST):
        latest.setdefault(statement.bank_account_id, []).append((statement, standing.of_statement(statement)))
    return [
        AccountStatements(
            bank_account=state.bank_account,
            standing=standing.of_account(
                proof=state.proof,
                last_date=state.last_date,
                today=today,
                chain=followed.get(state.bank_account.pk),
            ),
            count=state.statements,
            last_date=state.last_date,
            lines_held=state.lines_held,
            questions=state.questions,
            latest=tuple(latest.get(state.bank_account.pk, ())),
        )
        for state in account_states(book=book)
    ]


class Show(StrEnum):
    """Which lines of a statement a page shows."""

    ALL = ""
    NEW = "new"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class ShownSighting:
    """A line of a statement; ``known_from`` are the showings of it by files that came before, the first one first.

    ``apart`` says who said that it is another line than another file shows, ``twins`` what is said of it and lines
    under another day.
    """

    sighting: Sighting
    known_from: Sequence[Sighting]
    apart: Sequence[DayQuestion]
    twins: Sequence[ShownTwin]

    @property
    def days(self) -> Mapping[str, date | None]:
        """The days that this file states, by the names that they have on the line."""
        differs, line = self.sighting.differs or {}, self.sighting.line
        said = {name: differs.get(name, getattr(line, name)) for name in OTHER_DAYS}
        return {"date": line.date} | {
            name: date.fromisoformat(day) if isinstance(day, str) else day for name, day in said.items()
        }

    @property
    def words(self) -> str:
        """What this file says where its words are not those of the line."""
        differs = self.sighting.differs or {}
        line = self.sighting.line
        if "description" not in differs and "counterparty" not in differs:
            return ""
        said = (
            differs.get("description", line.description),
            differs.get("counterparty", line.counterparty),
        )
        return ", ".join(each for each in said if each)


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Up to a hundred lines of a statement in the file's order; ``count`` of them are shown on all pages."""

    lines: Sequence[ShownSighting]
    show: Show
    count: int
    number: int
    last: int

    @property
    def previous(self) -> int | None:
        """The page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def following(self) -> int | None:
        """The page after, if any."""
        return self.number + 1 if self.number < self.last else None


def statement_page(*, statement: Statement, number: int, show: Show = Show.ALL) -> StatementPage:
    """Return page ``number`` (from 1) of the statement's lines: all, or those that were new or known when it came.

    Four queries, two more where lines are under two days, and one more for a part of the lines. All of them are
    equally fast on every page.
    """
    found = sightings(statement=statement)
    before = Sighting.objects.filter(book=statement.book_id, statement__lt=statement.pk)
    count = statement.line_count
    if show != Show.ALL:
        was_known = Q(Exists(before.filter(line=OuterRef("line")))) | Q(line__hold=Hold.TWIN)
        found = found.filter(was_known if show == Show.KNOWN else ~was_known)
        count = found.count()
    last = max(-(-count // PAGE), 1)
    number = min(max(number, 1), last)
    start = (number - 1) * PAGE
    if show == Show.ALL:
        shown = list(found.filter(no__gt=start, no__lte=start + PAGE))
    else:
        shown = list(found[start : start + PAGE])
    known: dict[int, list[Sighting]] = {}
    of_lines = before.filter(line__in=[one.line_id for one in shown])
    for one in of_lines.select_related("statement__document").order_by("statement_id"):
        known.setdefault(one.line_id, []).append(one)
    apart: dict[int, list[DayQuestion]] = {}
    for said in _said_apart(statement).filter(no__in=[one.no for one in shown]):
        apart.setdefault(said.no or 0, []).append(said)
    twins = twins_of(book_id=statement.book_id, line_ids=[one.line_id for one in shown])
    lines = [
        ShownSighting(one, known.get(one.line_id, ()), apart.get(one.no, ()), twins.get(one.line_id, ()))
        for one in shown
    ]
    return StatementPage(lines, show, count, number, last)


def _said_apart(statement: Statement) -> QuerySet[DayQuestion]:
    return DayQuestion.objects.filter(
        book=statement.book_id,
        statement=statement,
        answer=DayQuestion.Answer.DIFFERENT,
        other_no__isnull=True,
    ).select_related("other_statement__document", "answered_by")


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line of a file, and the bank line whose record begins there, if any."""

    shown: ExcerptLine
    line_id: int | None


@dataclass(frozen=True, slots=True)
class FilePage:
    """A window of a file, numbered from 1; ``first`` is 0 where the file is empty."""

    lines: Sequence[FileLine]
    first: int
    last: int
    count: int

    @property
    def previous(self) -> int | None:
        """The first line of the window before, if any."""
        return max(self.first - FILE_PAGE, 1) if self.first > 1 else None

    @property
    def following(self) -> int | None:
        """The first line of the window after, if any."""
        return self.last + 1 if self.last < self.count else None


def file_page(
    *, document: Document, original: bytes, line: int | None, first: int | None, last: int | None = None
) -> FilePage:
    """Return a window of the file: from ``first``, else around ``line``; the record that begins at ``line`` is marked.

    It ends at ``last``, else where the next one begins that is imported. Two queries.
    """
    texts = text_lines(original)
    start = first if first is not None else (line or 1) - _ABOVE
    start = min(max(start, 1), max(len(texts) - 1, 1))
    end = min(start + FILE_PAGE - 1, len(texts))
    marked = _record(document, line, last) if line is not None else range(0)
    booked = _lines_by_place(document, start, end)
    lines = [
        FileLine(
            ExcerptLine(number, shown(texts[number - 1], _LONGEST_LINE), number in marked), booked.get(number)
        )
        for number in range(start, end + 1)
    ]
    return FilePage(lines, start if lines else 0, end, len(texts))


def _record(document: Document, line: int, last: int | None = None) -> range:
    """Return the lines of the record that begins at ``line``; the last one is taken to be as long as the one before."""
    if last is not None:
        return extent(line, [max(line, last) + 1], _LONGEST_RECORD)
    starts = sorted(_lines_by_place(document, line - _LONGEST_RECORD, line + _LONGEST_RECORD))
    before = max((start for start in starts if start < line), default=None)
    longest = _LONGEST_RECORD if before is None else line - before
    return extent(line, starts, longest if starts and starts[-1] <= line else _LONGEST_RECORD)


def _lines_by_place(document: Document, first: int, last: int) -> dict[int, int]:
    """Return the bank lines whose records begin between two lines of the file, by the line where they begin."""
    found = Sighting.objects.filter(
        book=document.book_id,
        statement__document=document,
        place__line__gte=first,
        place__line__lte=last,
    )
    # Where a file has everything on one line, the first record stands for all.
    return dict(found.order_by("-statement_id", "-no").values_list("place__line", "line_id"))


@dataclass(frozen=True, slots=True)
class Shown:
    """A sighting with the lines of the file around it; ``damage`` says why they cannot be shown.

    ``is_apart`` where what it shows is no text, so that a page asks for it by itself.
    """

    sighting: Sighting
    lines: Sequence[ExcerptLine] = ()
    damage: str = ""
    is_apart: bool = False


def shown_with_excerpts(*, line: StatementLine) -> list[Shown]:
    """Return every sighting of the line, the first import first, the newest with the record marked in its file.

    Two queries for the sightings and what stands around the record.
    """
    found = list(shown_by(line=line))
    return [*map(Shown, found[:-1]), *(_with_excerpt(sighting) for sighting in found[-1:])]


def _with_excerpt(sighting: Sighting) -> Shown:
    if places.is_apart(sighting.place):
        return Shown(sighting, is_apart=True)
    place, document = sighting.place.get("line"), sighting.statement.document
    if not isinstance(place, int):
        return Shown(sighting)
    try:
        found = content(document)
    except DocumentDamagedError as error:
        return Shown(sighting, damage=str(error))
    return Shown(sighting, record_excerpt(document=document, original=found, line=place))


def record_excerpt(
    *, document: Document, original: bytes, line: int, last: int | None = None
) -> list[ExcerptLine]:
    """Return the record that begins at the line, marked, with three lines above and below. One query at most."""
    marked = _record(document, line, last)
    return excerpt(original, first=line - _AROUND, last=marked[-1] + _AROUND, marked=marked)


@dataclass(frozen=True, slots=True)
class ListedBankAccount:
    """A bank account with the numbers by which files name it."""

    bank_account: BankAccount
    numbers: tuple[str, ...]


def listed_bank_accounts(*, book: Book) -> list[ListedBankAccount]:
    """Return the book's bank accounts by name with their numbers. Two queries."""
    numbers: dict[int, list[str]] = {}
    for one in _numbers().filter(book=book):
        numbers.setdefault(one.bank_account_id, []).append(one.number)
    return [
        ListedBankAccount(account, tuple(numbers.get(account.pk, ()))) for account in bank_accounts(book=book)
    ]


def numbers_of(*, bank_account: BankAccount) -> list[str]:
    """Return the numbers by which files name the bank account."""
    return [one.number for one in _numbers().filter(bank_account=bank_account)]


def remembered_of(*, bank_account: BankAccount) -> QuerySet[BankAccountNumber]:
    """Return what a person said that files about the bank account are called, besides its numbers: masked, or names."""
    of_account = BankAccountNumber.objects.filter(bank_account=bank_account)
    return of_account.exclude(kind=BankAccountNumber.Kind.NUMBER).order_by("kind", "number")


def _numbers() -> QuerySet[BankAccountNumber]:
    return BankAccountNumber.objects.filter(kind=BankAccountNumber.Kind.NUMBER).order_by("number")
