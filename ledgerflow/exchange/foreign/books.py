"""What every reader of another program's books returns, and how it refuses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import AccountType


class ForeignBookError(LedgerFlowError):
    """The books cannot be read or taken over; the sentence says where and why."""


@dataclass(frozen=True, slots=True)
class ForeignAccount:
    """An account by its full name in the other program, such as ``Assets:Bank:Checking``.

    ``code`` and ``title`` are empty where the books do not state them.
    """

    name: str
    type: AccountType
    code: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ForeignLine:
    """A line, debit positive. ``weight`` is what it counts in the entry's balance, in ``weight_currency``."""

    account: str
    currency: str
    amount: Decimal
    weight: Decimal
    weight_currency: str


@dataclass(frozen=True, slots=True)
class ForeignEntry:
    """An entry; ``where`` says where in the file it stands."""

    date: date
    text: str
    lines: Sequence[ForeignLine]
    where: str


@dataclass(slots=True)
class ForeignBook:
    """The accounts by name and the entries in the order of the file."""

    accounts: dict[str, ForeignAccount] = field(default_factory=dict)
    entries: list[ForeignEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """A line of an entry as plain text has it: ``price`` is for one, or for all with ``is_total``.

    ``amount`` is None where the other lines say what it must be.
    """

    account: str
    amount: Decimal | None
    currency: str = ""
    price: Decimal | None = None
    price_currency: str = ""
    is_total: bool = False


def balanced(written: Iterable[Written], where: str) -> list[ForeignLine]:
    """Return the lines in their order with their weights, the one without an amount filled in.

    Raises:
        ForeignBookError: more than one amount is missing, or it could be in several currencies.
    """
    stated = list(written)
    lines = [_line(line, line.amount) for line in stated if line.amount is not None]
    missing = [at for at, line in enumerate(stated) if line.amount is None]
    if missing:
        left = {currency: -total for currency, total in weights(lines).items() if total}
        if len(missing) > 1 or len(left) != 1:
            raise ForeignBookError(f"{where}: what the line without an amount must be is not one amount.")
        ((currency, amount),) = left.items()
        (at,) = missing
        lines.insert(at, ForeignLine(stated[at].account, currency, amount, amount, currency))
    return lines


def _line(line: Written, amount: Decimal) -> ForeignLine:
    if line.price is None:
        return ForeignLine(line.account, line.currency, amount, amount, line.currency)
    weight = abs(line.price).copy_sign(amount) if line.is_total else line.price * amount
    # Nothing for a total price is nothing, whatever the price.
    return ForeignLine(line.account, line.currency, amount, weight if amount else ZERO, line.price_currency)


def weights(lines: Iterable[ForeignLine]) -> Mapping[str, Decimal]:
    """Return what the lines add up to in each currency that they are weighed in."""
    totals: dict[str, Decimal] = {}
    for line in lines:
        totals[line.weight_currency] = totals.get(line.weight_currency, ZERO) + line.weight
    return totals
