"""What a line has of its own beside its account, and what of that another account takes along."""

from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.classification.models import Classification
from ledgerflow.classification.tax_lines import ChartTaxLines
from ledgerflow.ledger.models import Account, AccountType


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """A tax line, empty where the account's counts, and a business share in percent."""

    tax_line: str = ""
    business_share: Decimal | None = None

    def with_account(self, account: Account, *, chart: ChartTaxLines) -> "OwnFacts":
        """Return what of it stays where a line is booked to the account: what the account may have."""
        return OwnFacts(
            self.tax_line if self.tax_line and chart.takes(account, self.tax_line) else "",
            self.business_share if account.type == AccountType.EXPENSE else None,
        )

    def or_else(self, others: "OwnFacts") -> "OwnFacts":
        """Return it, and of the others what it says nothing of."""
        share = self.business_share if self.business_share is not None else others.business_share
        return OwnFacts(self.tax_line or others.tax_line, share)

    def without(self, others: "OwnFacts") -> "OwnFacts":
        """Return what of it the others lack."""
        return OwnFacts(
            "" if others.tax_line else self.tax_line,
            None if others.business_share is not None else self.business_share,
        )

    def in_words(self) -> str:
        """Return it such as ``tax line schedule-c:18, 40 % business``; empty where it is nothing."""
        words = [f"tax line {self.tax_line}"] if self.tax_line else []
        if self.business_share is not None:
            words.append(f"{self.business_share.normalize():f} % business")
        return ", ".join(words)


NOTHING_OWN = OwnFacts()


def own_facts(made: Classification) -> OwnFacts:
    """Return what the line has of its own."""
    return OwnFacts(made.tax_line, made.business_share)


def kept_facts(made: Classification, account: Account, *, chart: ChartTaxLines) -> OwnFacts:
    """Return what the line keeps of its own where it is booked to the account.

    That is what the account may have. What a rule alone suggested belongs to the account that it says.
    """
    if made.decided_by_id is None and made.account_id != account.pk:
        return NOTHING_OWN
    return own_facts(made).with_account(account, chart=chart)
