"""What makes a worksheet incomplete, in sentences that say where it is put right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count

from ledgerflow.classification.models import Classification, State
from ledgerflow.core.money import format_money
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import AccountRole
from ledgerflow.ledger.selectors import balances
from ledgerflow.posting.accrual_selectors import dated_count
from ledgerflow.posting.selectors import divided_accounts
from ledgerflow.reports.basis import Basis as Method
from ledgerflow.reports.schedule_c_basis import CURRENCY, Basis
from ledgerflow.reports.schedule_c_lines import Counted, Moved
from ledgerflow.taxforms.forms import Status
from ledgerflow.taxforms.keys import key_of
from ledgerflow.taxforms.schedule_c import WHOLE, Worksheet


class Where(StrEnum):
    """The page on which an open point is put right."""

    NOWHERE = ""
    ACCOUNT = "account"
    REGISTER = "register"
    REVIEW = "review"
    FACTS = "facts"


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A sentence, and where a person acts on it; ``account_id`` for an account or its register."""

    sentence: str
    where: Where = Where.NOWHERE
    account_id: int | None = None


def open_points(of: Basis, amounts: Mapping[Counted, Moved], sheet: Worksheet) -> tuple[OpenPoint, ...]:
    """Return what is left out of the worksheet, waits, or is not certain; four queries at most."""
    return (
        *_of_accounts(of, amounts),
        *_of_shares(of),
        *_of_suspense(of),
        *_of_lines(of),
        *_of_method(of),
        *_of_year(of, sheet),
    )


def _of_accounts(of: Basis, amounts: Mapping[Counted, Moved]) -> Iterator[OpenPoint]:
    place = {pk: at for at, pk in enumerate(of.accounts)}
    for (pk, own), moved in sorted(amounts.items(), key=lambda each: (place[each[0].account_id], each[0])):
        account = of.accounts[pk]
        if not moved.amount or of.line_key(account, own) is not None:
            continue
        amount = format_money(abs(moved.amount), CURRENCY)
        tax_line = own or account.tax_line
        if not tax_line:
            sentence = f"{account} has {amount} in the year, but no tax line: it is left out."
        elif key_of(tax_line) is None:
            sentence = f"{account} has {amount} in the year, which belong to {tax_line} and not to this form."
        else:
            sentence = f"{account} has {amount} in the year, but the form has no line {tax_line}: left out."
        yield OpenPoint(sentence, Where.ACCOUNT, pk)


def _of_shares(of: Basis) -> Iterator[OpenPoint]:
    """Yield accounts whose costs were divided when posted, and of which the year takes a share once more."""
    days = of.tax_year
    shared = [pk for pk, share in of.entered.shares.items() if share < WHOLE]
    if not shared:
        return
    for pk in divided_accounts(book=of.book, account_ids=shared, first=days.first, last=days.last):
        yield OpenPoint(
            f"{of.accounts[pk]} has its business part only, as lines were divided when they were posted, and "
            f"{of.entered.shares[pk].normalize():f} % of that is taken once more.",
            Where.FACTS,
        )


def _of_suspense(of: Basis) -> Iterator[OpenPoint]:
    for balance in balances(book=of.book, as_of=of.tax_year.last):
        account = of.accounts[balance.account_id]
        if account.role == AccountRole.SUSPENSE and balance.base_amount:
            amount = format_money(balance.base_amount, CURRENCY)
            yield OpenPoint(
                f"{account} is not cleared: {amount} at the end of the year.", Where.REGISTER, account.pk
            )


def _of_lines(of: Basis) -> Iterator[OpenPoint]:
    days = of.tax_year
    waiting = Classification.objects.filter(
        book=of.book, line__date__range=(days.first, days.last), state__in=[State.OPEN, State.ACCEPTED]
    )
    counts = dict(waiting.values_list("state").annotate(count=Count("pk")).order_by())
    if counts.get(State.OPEN):
        yield OpenPoint(f"Lines of the year that wait for review: {counts[State.OPEN]}.", Where.REVIEW)
    if counts.get(State.ACCEPTED):
        yield OpenPoint(
            f"Lines of the year that are accepted, but not posted: {counts[State.ACCEPTED]}.", Where.REVIEW
        )


def _of_method(of: Basis) -> Iterator[OpenPoint]:
    days = of.tax_year
    dated, moved = dated_count(book=of.book, period=Period(days.first, days.last))
    if of.method is Method.ACCRUAL:
        yield OpenPoint(
            f"On an accrual method (line F) count by their documents: {dated:,} bank lines with a date. All others "
            "count on the bank's day; date the documents of what was earned or owed across the turn of the year."
        )
    elif moved:
        yield OpenPoint(
            f"Documents of another day than the bank's: {moved:,}. The worksheet is on the cash basis (line F), so "
            "they count on the bank's day."
        )


def _of_year(of: Basis, sheet: Worksheet) -> Iterator[OpenPoint]:
    if of.form.status is Status.PROVISIONAL:
        yield OpenPoint(
            f"The form of {of.form.year} is not published yet: its lines and limits are provisional."
        )
    if of.entered.entered_at is None:
        yield OpenPoint(
            "Miles, home, inventory and business shares of the year were not entered yet.", Where.FACTS
        )
    if sheet.carryover:
        amount = format_money(sheet.carryover, CURRENCY)
        yield OpenPoint(
            f"Of the home's expenses {amount} goes on to the next year; enter it there.", Where.FACTS
        )
