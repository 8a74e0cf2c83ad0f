"""An account's register as a report: its figures, and its lines with where each comes from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet, Sum

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import Account, AccountRole, EntryText, JournalEntry, JournalLine, Movement
from ledgerflow.ledger.selectors import Place, RegisterLine, balances, register
from ledgerflow.posting.models import ReversedPosting
from ledgerflow.posting.selectors import SourceLine, lines_for_entries
from ledgerflow.statements.models import Sighting

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
    """Return the figures of the range, both days included; four queries at most, whatever the account holds."""
    opening = _balance(account, first - timedelta(days=1)) if first else ZERO
    closing = _balance(account, last)
    debit = _debits(account, first or date.min, last)
    return RegisterFigures(opening, debit, opening + debit - closing, closing)


def _balance(account: Account, as_of: date) -> Decimal:
    rows = balances(book=account.book, as_of=as_of)
    return next((row.base_amount for row in rows if row.account_id == account.pk), ZERO)


def _debits(account: Account, first: date, last: date) -> Decimal:
    """Add up the debits: whole months from the kept movements, the parts at both ends from the lines."""
    of_account = {"book": account.book_id, "account": account}
    whole_from = first if first.day == 1 else _next_month(first)
    whole_before = (last + timedelta(days=1)).replace(day=1)
    if whole_from >= whole_before:
        return _line_debits(JournalLine.objects.filter(**of_account, date__range=(first, last)))
    months = Movement.objects.filter(**of_account, month__gte=whole_from, month__lt=whole_before)
    parts = JournalLine.objects.filter(
        Q(date__gte=first, date__lt=whole_from) | Q(date__gte=whole_before, date__lte=last), **of_account
    )
    return (months.aggregate(sum=Sum("debit"))["sum"] or ZERO) + _line_debits(parts)


def _line_debits(lines: QuerySet[JournalLine]) -> Decimal:
    return lines.filter(base_amount__gt=0).aggregate(sum=Sum("base_amount"))["sum"] or ZERO


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line of the register with where it comes from; debit positive, amounts in the base currency.

    ``balance`` is what stands on the account after it, None where only some lines are shown. ``own_amount`` and
    ``own_balance`` are in ``currency``. ``other_side`` is the account of the entry's other lines, if they share one.
    """

    place: Place
    currency: str
    own_amount: Decimal
    own_balance: Decimal | None
    amount: Decimal
    balance: Decimal | None
    text: str
    other_side: Account | None
    reverses_number: int | None
    source: SourceLine | None
    sighting: Sighting | None

    @property
    def debit(self) -> Decimal | None:
        """The amount when it is a debit."""
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        """The amount, positive, when it is a credit."""
        return -self.amount if self.amount < 0 else None


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

    With ``search`` only the lines whose bank text, counterparty or entry text contains it, in any case.
    """
    if search:
        return _found(account=account, first=first, last=last, search=search, before=before, limit=limit)
    page = register(account=account, after=before, first=first, last=last, limit=limit)
    return RegisterReport(_with_provenance(account, page.lines), page.following)


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
    same_entry = {"book": OuterRef("book"), "entry_number": OuterRef("entry_number")}
    said = Q(line__description__icontains=search) | Q(line__counterparty__icontains=search)
    of_bank = Exists(Classification.objects.filter(said, **same_entry))
    of_reversed = Exists(ReversedPosting.objects.filter(said, **same_entry))
    of_person = EntryText.objects.filter(text__icontains=search, **same_entry)
    lines = JournalLine.objects.filter(
        of_bank | of_reversed | Exists(of_person),
        book=account.book_id,
        account=account,
        date__range=(first or date.min, last),
    ).order_by("-date", "-entry_number", "-no")
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
    page = _with_provenance(account, shown, has_balances=False)
    return RegisterReport(page, shown[-1].place if more else None)


def _with_provenance(
    account: Account, lines: Sequence[RegisterLine], *, has_balances: bool = True
) -> list[ReportLine]:
    numbers = {line.entry_number for line in lines}
    sources = lines_for_entries(book=account.book, numbers=numbers)
    sightings = {
        sighting.line_id: sighting
        for sighting in Sighting.objects.filter(
            book=account.book_id, line__in=[source.line_id for source in sources.values()]
        )
        .select_related("statement")
        .order_by("-statement_id", "-no")
    }
    other_sides = _other_sides(account, numbers)
    return [
        ReportLine(
            place=line.place,
            currency=line.currency,
            own_amount=line.amount,
            own_balance=line.balance if has_balances else None,
            amount=line.base_amount,
            balance=line.base_balance if has_balances else None,
            text=line.text or (source.text if source else ""),
            other_side=other_sides.get(line.entry_number),
            reverses_number=line.reverses_number,
            source=source,
            sighting=sightings.get(source.line_id) if source else None,
        )
        for line in lines
        for source in [sources.get(line.entry_number)]
    ]


def _other_sides(account: Account, numbers: set[int]) -> dict[int, Account]:
    """Return the one other account of each entry that has only one; what changes the currency on the way is none."""
    ends = (
        JournalLine.objects.filter(book=account.book_id, entry_number__in=numbers)
        .exclude(account=account)
        .exclude(account__role=AccountRole.CONVERSION)
        .values_list("entry_number")
        .annotate(least=Min("account_id"), most=Max("account_id"))
        .order_by()
    )
    single = {number: least for number, least, most in ends if least == most}
    accounts = Account.objects.filter(book=account.book_id).in_bulk(set(single.values()))
    return {number: accounts[one] for number, one in single.items()}


def account_of(*, book: Book, pk: int) -> Account:
    """Return the book's account.

    Raises:
        Account.DoesNotExist: the book has no such account.
    """
    return Account.objects.select_related("book").get(book=book, pk=pk)
