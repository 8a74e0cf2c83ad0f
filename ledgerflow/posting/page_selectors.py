"""What the pages of the journal show; the number of queries does not grow with the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from ledgerflow.books.models import Book
from ledgerflow.classification.history_selectors import ToldChange, changes_of_line
from ledgerflow.classification.models import Classification
from ledgerflow.classification.tag_selectors import tags_of_lines
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import (
    Account,
    AccountRole,
    BatchSource,
    EntryText,
    JournalEntry,
    JournalLine,
    PostingBatch,
)
from ledgerflow.ledger.selectors import Entry, entry
from ledgerflow.posting.models import DocumentDate, Exchange, RevaluedBalance, StatedAmount, WithdrawnLine
from ledgerflow.posting.related_selectors import RelatedLines, related_lines
from ledgerflow.posting.selectors import (
    LineEntry,
    entries_of_line,
    line_ids_behind,
    lines_for_entries,
    withdrawn_behind,
)
from ledgerflow.posting.tag_selectors import tags_of_entry
from ledgerflow.posting.transfer_selectors import OtherSide, other_side
from ledgerflow.statements.lapse_selectors import ShownLapse, lapse_of
from ledgerflow.statements.models import LineReceipt, StatementLine
from ledgerflow.statements.page_selectors import Shown, shown_with_excerpts
from ledgerflow.statements.receipt_selectors import receipts_of
from ledgerflow.statements.twin_selectors import ShownTwin, twins_of
from ledgerflow.users.models import User

#: Entries of the journal on one page.
PAGE = 50
_UNCONVERTED = ~Q(account__role=AccountRole.CONVERSION)
_DEBITS, _CREDITS = Q(base_amount__gt=0) & _UNCONVERTED, Q(base_amount__lt=0) & _UNCONVERTED


@dataclass(frozen=True, slots=True)
class JournalRow:
    """An entry as the journal lists it; ``amount`` is its debits added up, in the book's base currency.

    What goes through the conversion account is not added a second time.

    ``detail`` is the bank's text of the line behind it, if there is one.
    """

    number: int
    date: date
    source: str
    text: str
    detail: str
    amount: Decimal
    reverses_number: int | None
    reversed_by_number: int | None
    posted_by: User | None
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Entries, newest number first; ``following`` is the number to ask for next, None on the last page."""

    rows: Sequence[JournalRow]
    following: int | None


def journal_page(
    *, book: Book, before: int | None = None, first: date | None = None, last: date | None = None
) -> JournalPage:
    """Return the entries with smaller numbers than ``before`` dated within the range. Six queries."""
    found = JournalEntry.objects.filter(book=book).order_by("-number")
    if before is not None:
        found = found.filter(number__lt=before)
    if first is not None:
        found = found.filter(date__gte=first)
    if last is not None:
        found = found.filter(date__lte=last)
    entries = list(found[: PAGE + 1])
    more, entries = len(entries) > PAGE, entries[:PAGE]
    return JournalPage(_rows(book, entries), entries[-1].number if more else None)


def _rows(book: Book, entries: Sequence[JournalEntry]) -> list[JournalRow]:
    numbers = [one.number for one in entries]
    batches = {
        batch.no: batch
        for batch in PostingBatch.objects.filter(
            book=book, no__in={one.batch_no for one in entries}
        ).select_related("posted_by")
    }
    of_entries = {"book": book, "entry_number__in": numbers}
    words = dict(EntryText.objects.filter(**of_entries).values_list("entry_number", "text"))
    sources = lines_for_entries(book=book, numbers=numbers)
    moved = (
        JournalLine.objects.filter(**of_entries)
        .values_list("entry_number")
        .annotate(debits=Sum("base_amount", filter=_DEBITS), credits=Sum("base_amount", filter=_CREDITS))
        .order_by()
    )
    amounts = {number: max(debits or ZERO, -(owed or ZERO)) for number, debits, owed in moved}
    reversals = dict(
        JournalEntry.objects.filter(book=book, reverses_number__in=numbers).values_list(
            "reverses_number", "number"
        )
    )
    return [
        JournalRow(
            number=one.number,
            date=one.date,
            source=BatchSource(batches[one.batch_no].source).label,
            text=words.get(one.number) or (sources[one.number].text if one.number in sources else ""),
            detail=sources[one.number].description if one.number in sources else "",
            amount=amounts.get(one.number, ZERO),
            reverses_number=one.reverses_number,
            reversed_by_number=reversals.get(one.number),
            posted_by=batches[one.batch_no].posted_by,
            posted_at=batches[one.batch_no].posted_at,
        )
        for one in entries
    ]


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """An entry with who posted it and where it comes from.

    ``line`` is the bank line behind it, or behind the entry that it reverses; ``withdrawn`` what it said if its
    import was undone since. ``exchange`` is the rate that a line in another currency was booked at, ``revalued`` the
    balances that a revaluation brought to their worth, ``other_side`` that of a transfer, ``receipts`` those of the
    line.
    """

    entry: Entry
    source: str
    posted_by: User | None
    line: StatementLine | None
    withdrawn: WithdrawnLine | None
    shown: Sequence[Shown]
    exchange: Exchange | None
    revalued: Iterable[RevaluedBalance]
    other_side: OtherSide | None
    tags: Sequence[str]
    receipts: Sequence[LineReceipt]

    @property
    def is_tagged_itself(self) -> bool:
        """Whether its tags are its own, and not those of a bank line or of the entry that it reverses."""
        return self.line is None and self.entry.reverses_number is None


def entry_record(*, book: Book, number: int) -> EntryRecord:
    """Return the entry with its provenance down to the file.

    Raises:
        JournalEntry.DoesNotExist: the book has no such entry.
    """
    found = entry(book=book, number=number)
    origin = found.reverses_number or number
    line_id = line_ids_behind(book=book, numbers=[origin]).get(origin)
    lines = StatementLine.objects.filter(book=book).select_related("bank_account")
    line = lines.filter(pk=line_id).first() if line_id is not None else None
    return EntryRecord(
        entry=found,
        source=BatchSource(found.source).label,
        posted_by=User.objects.filter(pk=found.posted_by_id).first() if found.posted_by_id else None,
        line=line,
        withdrawn=None if line else withdrawn_behind(book=book, number=origin),
        shown=shown_with_excerpts(line=line) if line else (),
        exchange=exchange_of(book=book, number=origin),
        revalued=RevaluedBalance.objects.filter(book=book, entry_number=origin)
        .select_related("account", "exchange_rate")
        .order_by("account__code"),
        other_side=other_side(book=book, number=origin),
        tags=tags_of_entry(book=book, number=number),
        receipts=receipts_of(book=book, line_id=line.pk) if line else (),
    )


def exchange_of(*, book: Book, number: int) -> Exchange | None:
    """Return the rate that the entry of a bank line in another currency was made at; nothing for other entries."""
    return (
        Exchange.objects.filter(book=book, entry_number=number)
        .select_related("exchange_rate__entered_by")
        .first()
    )


@dataclass(frozen=True, slots=True)
class LineRecord:
    """A bank line: every file that shows it, what it was classified as, and its entries, the latest first.

    ``lapse`` says what became of a pending line that was never booked as it is, ``twins`` what is said of it and lines
    under another day. ``stated`` is what the bank itself took or gave in the book's currency, where somebody said so.
    """

    line: StatementLine
    lapse: ShownLapse | None
    twins: Sequence[ShownTwin]
    shown: Sequence[Shown]
    classification: Classification | None
    entries: Sequence[LineEntry]
    stated: StatedAmount | None
    exchange: Exchange | None
    tags: Sequence[str]
    document: DocumentDate | None
    receipts: Sequence[LineReceipt]
    changes: Sequence[ToldChange]
    related: RelatedLines


def line_record(*, book: Book, line_id: int) -> LineRecord:
    """Return the bank line with everything known about it.

    Raises:
        StatementLine.DoesNotExist: the book has no such line.
    """
    line = StatementLine.objects.select_related("bank_account").get(book=book, pk=line_id)
    classification = (
        Classification.objects.filter(book=book, line=line)
        .select_related("account", "payee", "rule__account", "decided_by")
        .prefetch_related("splits__account")
        .first()
    )
    number = classification.entry_number if classification else None
    shown = shown_with_excerpts(line=line)
    return LineRecord(
        line=line,
        lapse=lapse_of(line=line),
        twins=twins_of(book_id=book.pk, line_ids=[line_id]).get(line_id, ()),
        shown=shown,
        classification=classification,
        entries=entries_of_line(book=book, line_id=line_id)[::-1],
        stated=StatedAmount.objects.filter(book=book, line=line).select_related("stated_by").first(),
        exchange=exchange_of(book=book, number=number) if number is not None else None,
        tags=tags_of_lines(book=book, line_ids=[line_id]).get(line_id, ()),
        document=DocumentDate.objects.filter(book=book, line=line).select_related("dated_by").first(),
        receipts=receipts_of(book=book, line_id=line_id),
        changes=changes_of_line(book=book, line_id=line_id, currency=line.currency),
        related=related_lines(
            book=book,
            line_id=line_id,
            payee_id=classification.payee_id if classification else None,
            sighting=shown[0].sighting if shown else None,
        ),
    )


def accounts_for_entry(*, book: Book) -> QuerySet[Account]:
    """Return the accounts that a manual entry may use, by code; those in another currency for entries in it."""
    return Account.objects.filter(book=book, is_archived=False).order_by("code")
