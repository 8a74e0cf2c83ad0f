"""An account's register as a report: its figures, and its lines with where each comes from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification
from ledgerflow.classification.tag_selectors import tags_of
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import Account, EntryText, JournalEntry, JournalLine, Movement
from ledgerflow.ledger.selectors import Place, RegisterLine, register, stood
from ledgerflow.posting.models import ReversedPosting
from ledgerflow.posting.tag_selectors import tagged_entries
from ledgerflow.reports.selectors.provenance import ReportLine, with_provenance

#: Lines of a register on one page.
PAGE = 100
#: Lines read at once for a file.
_BLOCK = 5_000


@dataclass(frozen=True, slots=True)
class RegisterFigures:
    """What stood on the account before the range, moved in it and stands after it, in the base currency.

    ``opening`` and ``closing`` are debit positive; ``debit`` and ``credit`` are both positive.
    """

    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal


def register_figures(*, account: Account, first: date | None, last: date) -> RegisterFigures:
    """Return the figures of the range, both days included; three queries at most, whatever the account holds."""
    opening = ZERO
    if first:
        before = stood(book=account.book, days=[first - timedelta(days=1)], accounts=[account.pk])
        (opening,) = before.get(account.pk, (ZERO,))
    debit, credit = _sides(account, first or date.min, last)
    return RegisterFigures(opening, debit, credit, opening + debit - credit)


def _sides(account: Account, first: date, last: date) -> tuple[Decimal, Decimal]:
    """Add up debits and credits: whole months from the kept movements, the parts at both ends from the lines."""
    of_account = {"book": account.book_id, "account": account}
    whole_from = first if first.day == 1 else _next_month(first)
    whole_before = (last + timedelta(days=1)).replace(day=1)
    if whole_from >= whole_before:
        return _line_sides(JournalLine.objects.filter(**of_account, date__range=(first, last)))
    months = Movement.objects.filter(**of_account, month__gte=whole_from, month__lt=whole_before)
    whole = months.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    parts = JournalLine.objects.filter(
        Q(date__gte=first, date__lt=whole_from) | Q(date__gte=whole_before, date__lte=last), **of_account
    )
    debit, credit = _line_sides(parts)
    return (whole["debit"] or ZERO) + debit, (whole["credit"] or ZERO) + credit


def _line_sides(lines: QuerySet[JournalLine]) -> tuple[Decimal, Decimal]:
    sums = lines.aggregate(
        debit=Sum("base_amount", filter=Q(base_amount__gt=0)),
        credit=Sum("base_amount", filter=Q(base_amount__lt=0)),
    )
    return sums["debit"] or ZERO, -(sums["credit"] or ZERO)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True, slots=True)
class RegisterReport:
    """A page of the register, newest first; ``following`` is the place to ask for next, None on the last page."""

    lines: Sequence[ReportLine]
    following: Place | None


def register_report(
    *,
    account: Account,
    first: date | None,
    last: date,
    search: str = "",
    before: Place | None = None,
    limit: int = PAGE,
) -> RegisterReport:
    """Return the lines before the place, newest first, with their provenance; seven queries at most.

    With ``search`` only the lines whose bank text, counterparty or entry text contains it, in any case, and whose
    entry has each tag that is named in it (``#travel``).
    """
    if search:
        return _found(account=account, first=first, last=last, search=search, before=before, limit=limit)
    page = register(account=account, after=before, first=first, last=last, limit=limit)
    return RegisterReport(
        with_provenance(book=account.book, lines=page.lines, account=account), page.following
    )


def register_lines(
    *, account: Account, first: date | None, last: date, search: str = ""
) -> Iterator[ReportLine]:
    """Yield every line of the range, newest first, a few thousand at a time."""
    before: Place | None = None
    while True:
        page = register_report(
            account=account, first=first, last=last, search=search, before=before, limit=_BLOCK
        )
        yield from page.lines
        before = page.following
        if before is None:
            return


def _found(
    *, account: Account, first: date | None, last: date, search: str, before: Place | None, limit: int
) -> RegisterReport:
    search, numbers = _without_tags(account.book, search)
    same_entry = {"book": OuterRef("book"), "entry_number": OuterRef("entry_number")}
    said = Q(line__description__icontains=search) | Q(line__counterparty__icontains=search)
    of_bank = Exists(Classification.objects.filter(said, **same_entry))
    of_reversed = Exists(ReversedPosting.objects.filter(said, **same_entry))
    of_person = EntryText.objects.filter(text__icontains=search, **same_entry)
    lines = JournalLine.objects.filter(
        *([of_bank | of_reversed | Exists(of_person)] if search else []),
        book=account.book_id,
        account=account,
        date__range=(first or date.min, last),
    ).order_by("-date", "-entry_number", "-no")
    if numbers is not None:
        lines = lines.filter(entry_number__in=numbers)
    if before is not None:
        lines = lines.filter(
            Q(date__lt=before.date)
            | Q(date=before.date, entry_number__lt=before.entry_number)
            | Q(date=before.date, entry_number=before.entry_number, no__lt=before.no)
        )
    found = list(lines[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    numbers = {line.entry_number for line in found}
    words = dict(
        EntryText.objects.filter(book=account.book_id, entry_number__in=numbers).values_list(
            "entry_number", "text"
        )
    )
    reverses = dict(
        JournalEntry.objects.filter(book=account.book_id, number__in=numbers).values_list(
            "number", "reverses_number"
        )
    )
    shown = [
        RegisterLine(
            date=line.date,
            entry_number=line.entry_number,
            no=line.no,
            currency=line.currency,
            amount=line.amount,
            base_amount=line.base_amount,
            balance=ZERO,
            base_balance=ZERO,
            text=words.get(line.entry_number, ""),
            reverses_number=reverses[line.entry_number],
        )
        for line in found
    ]
    page = with_provenance(book=account.book, lines=shown, account=account, has_balances=False)
    return RegisterReport(page, shown[-1].place if more else None)


def _without_tags(book: Book, search: str) -> tuple[str, set[int] | None]:
    """Return the words of a search without the tags in it, and the entries that have all of these, if there are any."""
    words = search.split()
    wanted = {word[1:].lower() for word in words if len(word) > 1 and word.startswith("#")}
    if not wanted:
        return search, None
    named = {tag.pk for tag in tags_of(book=book) if tag.name.lower() in wanted}
    text = " ".join(word for word in words if len(word) == 1 or not word.startswith("#"))
    if len(named) < len(wanted):
        return text, set()
    return text, {number for number, tags in tagged_entries(book=book).items() if named.issubset(tags)}


def account_of(*, book: Book, pk: int) -> Account:
    """Return the book's account.

    Raises:
        Account.DoesNotExist: the book has no such account.
    """
    return Account.objects.select_related("book").get(book=book, pk=pk)
