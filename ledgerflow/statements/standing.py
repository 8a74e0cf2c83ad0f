"""The dot of a statement or bank account: a word, a shape and a color, so that color is never alone."""

from datetime import date, timedelta
from enum import StrEnum

from ledgerflow.statements.models import Proof, Statement

#: A bank account whose last statement is older than this is shown as old.
OLD_AFTER = timedelta(days=35)


class Standing(StrEnum):
    """How a statement or bank account stands; the value is the word beside the dot."""

    PROVEN = "proven"
    DISCREPANCY = "does not prove"
    RELEASED = "released by a person"
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
        return "unprovable" if self is Standing.RELEASED else self.name.lower()


_ICONS = {
    Standing.PROVEN: "circle-check",
    Standing.DISCREPANCY: "circle-x",
    Standing.RELEASED: "lock-open",
    Standing.UNPROVABLE: "help",
    Standing.OLD: "clock",
    Standing.EMPTY: "circle-dashed",
}


def of_statement(statement: Statement) -> Standing:
    """Return how one statement stands, whatever its age."""
    if statement.proof == Proof.DISCREPANCY:
        return Standing.DISCREPANCY if statement.is_held_back else Standing.RELEASED
    return Standing.PROVEN if statement.proof == Proof.PROVEN else Standing.UNPROVABLE


def of_account(*, proof: str | None, last_date: date | None, today: date) -> Standing:
    """Return how a bank account stands, from the worst proof among its statements and the day its last one ends."""
    if proof is None:
        return Standing.EMPTY
    if proof == Proof.DISCREPANCY:
        return Standing.DISCREPANCY
    if last_date is None or today - last_date > OLD_AFTER:
        return Standing.OLD
    return Standing.PROVEN if proof == Proof.PROVEN else Standing.UNPROVABLE
