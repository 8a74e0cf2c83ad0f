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
    """A chart template and the words by which people choose it."""

    name: str
    title: str
    summary: str
    accounts: tuple[ChartAccount, ...]
