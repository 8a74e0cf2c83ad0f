"""The tax form of each year as data: its lines, its limits, and where the IRS says so.

A year is one file below ``data``; the files of closed years are locked by their SHA-256 in ``closed.toml``, so that a
closed year never changes unseen.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ledgerflow.core.errors import LedgerFlowError

DATA = Path(__file__).with_name("data")
_LOCK = "closed.toml"


class TaxYearError(LedgerFlowError):
    """There is no tax form for the year, or its data is not what was released."""


class Status(StrEnum):
    """How far the year is: what the IRS has published stands, what it has not may still change."""

    CLOSED = "closed"
    PROVISIONAL = "provisional"


class Kind(StrEnum):
    """What a line of the form holds, and so which sign its accounts have and what reduces it."""

    INCOME = "income"
    RETURNS = "returns"
    COST = "cost"
    INVENTORY = "inventory"
    EXPENSE = "expense"
    DISALLOWED = "disallowed"
    HOME = "home"
    TOTAL = "total"


#: The kinds whose figures come from accounts of the books.
FROM_ACCOUNTS = frozenset({Kind.INCOME, Kind.RETURNS, Kind.COST, Kind.EXPENSE, Kind.DISALLOWED})
#: The kinds of which a business share is taken.
SHARED = frozenset({Kind.COST, Kind.EXPENSE, Kind.DISALLOWED})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the form.

    ``key`` is what accounts carry and stays the same through the years; ``number`` is what the year's form prints.
    ``also`` holds further keys whose accounts belong to the line, each with its name. A total ``adds`` and
    ``subtracts`` the lines of these keys.
    """

    key: str
    number: str
    part: str
    kind: Kind
    name: str
    source: str
    rule: str = ""
    note: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    adds: tuple[str, ...] = ()
    subtracts: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key whose accounts belong to the line."""
        own = (self.key,) if self.kind in FROM_ACCOUNTS else ()
        return (*own, *self.also)


@dataclass(frozen=True, slots=True)
class Meals:
    """How much of meals is deductible, in percent; ``transport_percent`` under hours-of-service limits."""

    percent: Decimal
    transport_percent: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Mileage:
    """The standard mileage rate in dollars a business mile, from the first day to the last, both included."""

    first: date
    last: date
    rate: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Home:
    """The simplified method: dollars a square foot a year, up to so many square feet."""

    rate: Decimal
    most_square_feet: int
    source: str
    regular_source: str


@dataclass(frozen=True, slots=True)
class TaxForm:
    """A form of one tax year, with the limits of that year."""

    year: int
    status: Status
    name: str
    instructions: str
    lines: tuple[Line, ...]
    meals: Meals
    mileage: Mileage
    home: Home
    car_source: str
    inventory_source: str

    def line(self, key: str) -> Line:
        """Return the line of the key.

        Raises:
            KeyError: the form has no such line.
        """
        for line in self.lines:
            if line.key == key:
                return line
        raise KeyError(key)

    def line_of_account(self, key: str) -> Line | None:
        """Return the line to which accounts of the key belong; nothing when the form has none for them."""
        return next((line for line in self.lines if key in line.keys), None)


@cache
def years() -> tuple[int, ...]:
    """Return the tax years that have a form, oldest first."""
    return tuple(sorted(int(path.stem.rsplit("_", 1)[1]) for path in DATA.glob("schedule_c_*.toml")))


@cache
def tax_form(year: int) -> TaxForm:
    """Return Schedule C of the tax year.

    Raises:
        TaxYearError: there is no form for the year, or the file of a closed year was changed.
    """
    if year not in years():
        raise TaxYearError(
            f"There is no Schedule C for {year}; LedgerFlow knows the years {years()[0]} to {years()[-1]}."
        )
    return read(DATA / f"schedule_c_{year}.toml", locks=closed())


@cache
def closed() -> Mapping[str, str]:
    """Return the SHA-256 of each closed year's file, by the file's name."""
    return MappingProxyType(tomllib.loads((DATA / _LOCK).read_text(encoding="utf-8"))["sha256"])


def read(path: Path, *, locks: Mapping[str, str]) -> TaxForm:
    """Read the file of a year; ``locks`` are the SHA-256 values that closed years must have.

    Raises:
        TaxYearError: the year is closed and its file is not what was locked, or the file contradicts itself.
    """
    content = path.read_bytes()
    said = tomllib.loads(content.decode("utf-8"))
    form = _form(said)
    lock = locks.get(path.name)
    if lock is not None and hashlib.sha256(content).hexdigest() != lock:
        raise TaxYearError(
            f"The tax year {form.year} is closed, but its file {path.name} was changed: restore it from the release."
        )
    if lock is None and form.status is Status.CLOSED:
        raise TaxYearError(f"The tax year {form.year} is closed, but closed.toml does not lock {path.name}.")
    _check(form)
    return form


def _form(said: Mapping[str, Any]) -> TaxForm:
    meals, mileage, home = said["meals"], said["mileage"], said["home"]
    return TaxForm(
        year=said["year"],
        status=Status(said["status"]),
        name=said["form"],
        instructions=said["instructions"],
        lines=tuple(_line(each, said["instructions"]) for each in said["lines"]),
        meals=Meals(Decimal(meals["percent"]), Decimal(meals["transport_percent"]), meals["source"]),
        mileage=Mileage(mileage["from"], mileage["through"], Decimal(mileage["rate"]), mileage["source"]),
        home=Home(Decimal(home["rate"]), home["most_square_feet"], home["source"], home["regular_source"]),
        car_source=said["car"]["source"],
        inventory_source=said["inventory"]["source"],
    )


def _line(said: Mapping[str, Any], instructions: str) -> Line:
    number = said.get("number", said["key"])
    return Line(
        key=said["key"],
        number=number,
        part=said["part"],
        kind=Kind(said["kind"]),
        name=said["name"],
        source=said.get("source", f"{instructions}, line {number}"),
        rule=said.get("rule", ""),
        note=said.get("note", ""),
        also=MappingProxyType(said.get("also", {})),
        adds=tuple(said.get("adds", ())),
        subtracts=tuple(said.get("subtracts", ())),
    )


def _check(form: TaxForm) -> None:
    keys = [line.key for line in form.lines]
    taken = [key for line in form.lines for key in line.keys]
    named = {key for line in form.lines for key in (*line.adds, *line.subtracts)}
    if len(set(keys)) < len(keys) or len(set(taken)) < len(taken):
        raise TaxYearError(f"The form of {form.year} names a line twice.")
    if missing := sorted(named - set(keys)):
        raise TaxYearError(
            f"The form of {form.year} adds up lines that it does not have: {', '.join(missing)}."
        )
    # Miles are entered a year, so a year with two rates needs another question before it needs another rate.
    if (form.mileage.first, form.mileage.last) != (date(form.year, 1, 1), date(form.year, 12, 31)):
        raise TaxYearError(f"The mileage rate of {form.year} does not hold for the whole year.")
