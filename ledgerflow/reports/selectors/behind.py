"""Which lines are behind a figure, and all of them for a file."""

from collections.abc import Collection, Iterator

from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import Account, AccountRole, AccountType, JournalLine
from ledgerflow.ledger.selectors import (
    Place,
    SelectedLine,
    Selection,
    Side,
    closing_entries,
    selected_lines,
)
from ledgerflow.posting.accrual_selectors import Accrued, ShiftsAsked
from ledgerflow.posting.payee_selectors import lines_of_payee
from ledgerflow.posting.selectors import texts_for_entries
from ledgerflow.posting.tag_selectors import TagFilter, tagged_entries
from ledgerflow.reports.selectors.cash import cash_accounts
from ledgerflow.statements.models import BankAccount

_BLOCK = 2_000


def lines_behind(
    *,
    book: Book,
    accounts: Collection[int] = (),
    types: Collection[AccountType] = (),
    period: Period,
    without_closing: bool = False,
    of_cash: bool = False,
    side: str = "",
    payee: str = "",
    tags: TagFilter | None = None,
    owed: str = "",
) -> Selection:
    """Return the selection of lines on the accounts or types (all, when neither is given); five queries at most.

    ``of_cash`` keeps to what stands against cash; ``payee`` is a payee's id, ``none`` for lines without one or
    ``all``, and keeps to the bank's side of their entries. ``tags`` keeps to entries with these. What is ``owed`` on
    the accrual basis has no lines of its own.
    """
    if owed:
        return Selection(accounts=(), period=period)
    known = Account.objects.filter(book=book)
    if accounts:
        known = known.filter(pk__in=accounts)
    if types:
        known = known.filter(type__in=types)
    if payee:
        banks = BankAccount.objects.filter(book=book)
        known = known.filter(pk__in=banks.values("ledger_account"))
    cash = cash_accounts(book=book) if of_cash else []
    if of_cash and side:
        # What goes through it on the way from one currency to another is on both sides.
        known = known.exclude(role=AccountRole.CONVERSION)
    chosen = [pk for pk in known.order_by("code").values_list("pk", flat=True) if pk not in cash]
    only = None
    if payee:
        only = lines_of_payee(
            book=book,
            payee_id=int(payee) if payee.isdecimal() else None,
            everybody=payee == "all",
            period=period,
        )
    without = tuple(closing_entries(book=book)) if without_closing else ()
    if (keeping := kept_entries(book=book, tags=tags)) is not None:
        numbers, is_kept = keeping
        if is_kept:
            lines = JournalLine.objects.filter(
                book=book,
                entry_number__in=numbers,
                account__in=chosen,
                date__range=(period.first, period.last),
            )
            pairs = set(lines.values_list("entry_number", "no"))
            only = tuple(sorted(pairs if only is None else pairs.intersection(only)))
        else:
            without = (*without, *numbers)
    return Selection(
        accounts=tuple(chosen),
        period=period,
        without=without,
        touching=tuple(cash),
        only=only,
        side=Side(side),
    )


def kept_entries(*, book: Book, tags: TagFilter | None) -> tuple[tuple[int, ...], bool] | None:
    """Return which entries the tags keep to, or, without a tag, which they leave out (False); one query at most."""
    if tags is None:
        return None
    tagged = tagged_entries(book=book)
    if tags.is_untagged:
        return tuple(tagged), False
    return tuple(number for number, own in tagged.items() if tags.takes(own)), True


def shifts_behind(
    *, selection: Selection, types: Collection[AccountType], tags: TagFilter | None, owed: str = ""
) -> ShiftsAsked:
    """Return which moves of the accrual basis a figure is made of, beside the lines of the selection."""
    named = (Accrued(owed),) if owed else tuple(each for each in Accrued if each.type in types)
    return ShiftsAsked(accounts=selection.accounts, owed=named, period=selection.period, tags=tags)


def every_line(*, book: Book, selection: Selection) -> Iterator[tuple[SelectedLine, str]]:
    """Yield every line of the selection with its text, newest first, a few thousand read at a time."""
    after: Place | None = None
    while True:
        page = selected_lines(book=book, selection=selection, after=after, limit=_BLOCK)
        texts = texts_for_entries(book=book, numbers={line.entry_number for line in page.lines})
        for line in page.lines:
            yield line, line.text or texts.get(line.entry_number, "")
        after = page.following
        if after is None:
            return
