"""Which lines are behind a figure, and all of them for a file."""

from collections.abc import Collection, Iterator

from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import Account, AccountRole, AccountType
from ledgerflow.ledger.selectors import (
    Place,
    SelectedLine,
    Selection,
    Side,
    closing_entries,
    selected_lines,
)
from ledgerflow.posting.payee_selectors import lines_of_payee
from ledgerflow.posting.selectors import texts_for_entries
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
) -> Selection:
    """Return the selection of lines on the accounts or types (all, when neither is given); three queries at most.

    ``of_cash`` keeps to what stands against cash; ``payee`` is a payee's id, ``none`` for lines without one or
    ``all``, and keeps to the bank's side of their entries.
    """
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
    return Selection(
        accounts=tuple(chosen),
        period=period,
        without=tuple(closing_entries(book=book)) if without_closing else (),
        touching=tuple(cash),
        only=only,
        side=Side(side),
    )


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
