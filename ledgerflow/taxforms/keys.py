"""The tax lines that an account may carry, such as ``schedule-c:18``: form and key of the line."""

from collections.abc import Iterator
from dataclasses import dataclass

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.taxforms.forms import Kind, tax_form, years

SCHEDULE_C = "schedule-c"
#: Lines of other forms, for accounts whose amounts are not the business's.
_ELSEWHERE = {"schedule-b:1": "Interest income (Schedule B)"}


class TaxLineError(LedgerFlowError):
    """No form has such a line, or it does not take accounts of that type."""


@dataclass(frozen=True, slots=True)
class TaxLine:
    """A tax line and its words; ``is_income`` or ``is_cost`` say which types of account it takes."""

    name: str
    label: str
    part: str
    is_income: bool
    is_cost: bool


def tax_lines() -> tuple[TaxLine, ...]:
    """Return every line that an account may carry, in the order of the newest form."""
    found: dict[str, TaxLine] = {}
    for year in reversed(years()):
        for line in _of_year(year):
            found.setdefault(line.name, line)
    for name, label in _ELSEWHERE.items():
        found[name] = TaxLine(name, label, "Other forms", is_income=True, is_cost=False)
    return tuple(found.values())


def check(name: str, *, is_income: bool, is_cost: bool) -> None:
    """Refuse a tax line that no form has or that does not take the account; the empty text is no tax line.

    Raises:
        TaxLineError: it is refused; the sentence says what to choose.
    """
    if not name:
        return
    line = next((line for line in tax_lines() if line.name == name), None)
    if line is None:
        raise TaxLineError(
            f"There is no tax line “{name}”; use a line of Schedule C such as schedule-c:18, or none."
        )
    if not ((line.is_income and is_income) or (line.is_cost and is_cost)):
        wanted = " or ".join(
            word for word, takes in (("income", line.is_income), ("expense", line.is_cost)) if takes
        )
        raise TaxLineError(f"{line.label} is a tax line of {wanted} accounts; choose another line.")


def key_of(name: str) -> str | None:
    """Return the key of a line of Schedule C, nothing for other tax lines."""
    form, _, key = name.partition(":")
    return key if form == SCHEDULE_C and key else None


def _of_year(year: int) -> Iterator[TaxLine]:
    for line in tax_form(year).lines:
        for key in line.keys:
            words = line.name if key == line.key else f"{line.also[key]} (line {line.number})"
            number = "" if line.kind is Kind.DISALLOWED or key != line.key else f"{line.number} "
            part = line.part if line.kind is Kind.DISALLOWED else f"Part {line.part}"
            yield TaxLine(
                f"{SCHEDULE_C}:{key}",
                f"{number}{words}",
                part,
                is_income=line.kind in {Kind.INCOME, Kind.RETURNS},
                is_cost=line.kind is not Kind.INCOME,
            )
