"""What balances in other currencies are worth at the rates of a day, beside what stands for them in the books."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO, minor_digits
from ledgerflow.ledger.models import Account, AccountRole, AccountType, ExchangeRate
from ledgerflow.ledger.selectors import balances
from ledgerflow.ledger.selectors.rates import DAYS_GOOD, rates_for

#: More digits than any balance times any rate has.
_DIGITS = 60


@dataclass(frozen=True, slots=True)
class Revalued:
    """An account in another currency: ``amount`` in it, ``base_amount`` in the books, ``value`` at the rate.

    Debit positive. Without a rate there is no value, unless the balance is nothing.
    """

    account_id: int
    code: str
    name: str
    currency: str
    amount: Decimal
    base_amount: Decimal
    rate: ExchangeRate | None
    value: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """What is to be booked: a gain where positive, a loss where negative."""
        return None if self.value is None else self.value - self.base_amount


@dataclass(frozen=True, slots=True)
class Revaluation:
    """Every asset and liability in another currency at the end of a day, and what stands against revaluing them."""

    as_of: date
    rows: Sequence[Revalued]
    hindrances: Sequence[str]
    exchange_account: Account | None

    @property
    def differing(self) -> list[Revalued]:
        """The accounts whose worth differs from what stands in the books."""
        return [row for row in self.rows if row.difference]

    @property
    def total(self) -> Decimal:
        """What is gained in all; lost where negative."""
        return sum((row.difference or ZERO for row in self.rows), ZERO)

    @property
    def figures(self) -> str:
        """A digest of every figure, by which it is known whether somebody reviewed these and no others."""
        said = [f"{self.as_of}"]
        said += [
            f"{row.account_id} {row.amount} {row.base_amount} {row.rate.pk if row.rate else ''} {row.value}"
            for row in self.rows
        ]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()


def revaluation(*, book: Book, as_of: date) -> Revaluation:
    """Return what there is to revalue at the end of the day; three queries."""
    foreign = [
        row
        for row in balances(book=book, as_of=as_of)
        if row.currency != book.base_currency
        and row.type in {AccountType.ASSET, AccountType.LIABILITY}
        and (row.amount or row.base_amount)
    ]
    rates = rates_for(book=book, day=as_of, currencies=sorted({row.currency for row in foreign}))
    rows = []
    for row in foreign:
        rate = rates.get(row.currency) if row.amount else None
        value = None if row.amount else ZERO
        if rate is not None:
            value = _worth(row.amount, rate.rate, book.base_currency)
        rows.append(
            Revalued(
                account_id=row.account_id,
                code=row.code,
                name=row.name,
                currency=row.currency,
                amount=row.amount,
                base_amount=row.base_amount,
                rate=rate,
                value=value,
            )
        )
    exchange = Account.objects.filter(book=book, role=AccountRole.EXCHANGE).first()
    hindrances = [
        f"There is no rate of {currency} for {as_of} or the {DAYS_GOOD} days before it; enter one."
        for currency in sorted({row.currency for row in rows if row.value is None})
    ]
    archived = {row.account_id for row in foreign if row.is_archived}
    hindrances += [
        f"The account {row.code} {row.name} is archived; use it again until it is revalued."
        for row in rows
        if row.account_id in archived and row.difference
    ]
    if exchange is None:
        hindrances.append("No account has the role Exchange gains and losses; make one first.")
    return Revaluation(as_of, rows, hindrances, exchange)


def _worth(amount: Decimal, rate: Decimal, currency: str) -> Decimal:
    """Return the amount at the rate, rounded half up from all its digits, as PostgreSQL does."""
    with localcontext(prec=_DIGITS):
        return (amount * rate).quantize(Decimal(1).scaleb(-minor_digits(currency)), rounding=ROUND_HALF_UP)
