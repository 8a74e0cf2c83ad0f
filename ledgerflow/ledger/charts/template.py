"""What a chart template is made of."""

from dataclasses import dataclass

from ledgerflow.ledger.models import AccountRole, AccountType


@dataclass(frozen=True, slots=True)
class ChartAccount:
    """An account of a template; ``tax_line`` names form and line, such as ``schedule-c:18``."""

    code: str
    name: str
    type: AccountType
    role: AccountRole | None = None
    tax_line: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart template and the words by which people choose it.

    ``closes_drawings`` where the business has one owner and is no company: what they drew in a year is closed to
    their equity together with the net income.
    """

    name: str
    title: str
    summary: str
    accounts: tuple[ChartAccount, ...]
    closes_drawings: bool = False


_ASSET, _LIABILITY, _EQUITY = AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY

#: What stands on the balance sheet of every small business, whatever its tax form.
EVERY_BALANCE_SHEET = (
    ChartAccount("1000", "Bank accounts", _ASSET),
    ChartAccount("1190", "Transfers between own accounts", _ASSET, AccountRole.TRANSFER),
    ChartAccount("1195", "Currency conversion", _ASSET, AccountRole.CONVERSION),
    ChartAccount("1200", "Accounts receivable", _ASSET),
    ChartAccount("1300", "Inventory", _ASSET),
    ChartAccount("1400", "Prepaid expenses", _ASSET),
    ChartAccount("1590", "Accumulated depreciation", _ASSET),
    ChartAccount("1999", "Suspense", _ASSET, AccountRole.SUSPENSE),
    ChartAccount("2000", "Credit cards", _LIABILITY),
    ChartAccount("2100", "Accounts payable", _LIABILITY),
    ChartAccount("2200", "Sales tax payable", _LIABILITY),
    ChartAccount("2300", "Payroll liabilities", _LIABILITY),
    ChartAccount("2500", "Loans", _LIABILITY),
    ChartAccount("3100", "Owner's contributions", _EQUITY),
    ChartAccount("3200", "Owner's drawings", _EQUITY, AccountRole.DRAWINGS),
    ChartAccount("3900", "Opening balances", _EQUITY, AccountRole.OPENING),
)


def in_order(*accounts: ChartAccount) -> tuple[ChartAccount, ...]:
    """Return the accounts by code."""
    return tuple(sorted(accounts, key=lambda account: account.code))
