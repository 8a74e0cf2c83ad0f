"""The dot of a statement or bank account: a word, a shape and a color, so that color is never alone."""

from datetime import date, timedelta
from enum import StrEnum

from ledgerflow.statements.chain import Chain, Coverage
from ledgerflow.statements.models import Proof, Statement

#: A bank account whose last statement is older than this is shown as old.
OLD_AFTER = timedelta(days=35)


class Standing(StrEnum):
    """How a statement or bank account stands; the value is the word beside the dot."""

    PROVEN = "proven"
    DISCREPANCY = "does not prove"
    RELEASED = "released by a person"
    BROKEN = "statements do not follow"
    GAPS = "statements are missing"
    UNPROVABLE = "not provable"
    OLD = "no recent statement"
    EMPTY = "no statement yet"

    @property
    def icon(self) -> str:
        """The shape of the dot."""
        return _ICONS[self]

    @property
    def style(self) -> str:
        """The class that colors the dot: green, red, yellow or grey."""
        return _STYLES.get(self, self.name.lower())


_STYLES = {
    Standing.RELEASED: "unprovable",
    Standing.GAPS: "unprovable",
    Standing.BROKEN: "discrepancy",
}
_ICONS = {
    Standing.PROVEN: "circle-check",
    Standing.DISCREPANCY: "circle-x",
    Standing.RELEASED: "lock-open",
    Standing.BROKEN: "scissors",
    Standing.GAPS: "calendar",
    Standing.UNPROVABLE: "help",
    Standing.OLD: "clock",
    Standing.EMPTY: "circle-dashed",
}


def of_statement(statement: Statement) -> Standing:
    """Return how one statement stands, whatever its age."""
    if statement.proof == Proof.DISCREPANCY:
        return Standing.DISCREPANCY if statement.is_held_back else Standing.RELEASED
    return Standing.PROVEN if statement.proof == Proof.PROVEN else Standing.UNPROVABLE


def of_account(
    *, proof: str | None, last_date: date | None, today: date, chain: Chain | None = None
) -> Standing:
    """Return how a bank account stands.

    That follows from the worst proof among its statements, from whether they follow one another, and from the day that
    the last one ends on.
    """
    if proof is None:
        return Standing.EMPTY
    if proof == Proof.DISCREPANCY:
        return Standing.DISCREPANCY
    if chain is not None and chain.coverage == Coverage.MISMATCH:
        return Standing.BROKEN
    if last_date is None or today - last_date > OLD_AFTER:
        return Standing.OLD
    if chain is not None and chain.coverage == Coverage.MISSING:
        return Standing.GAPS
    # What a statement alone cannot prove, the one before it does.
    is_proven = proof == Proof.PROVEN or (chain is not None and chain.is_unbroken)
    return Standing.PROVEN if is_proven else Standing.UNPROVABLE
