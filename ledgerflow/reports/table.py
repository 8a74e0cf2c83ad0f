"""A report as columns and rows: what every exporter, every page and the command line are given."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from ledgerflow.core.money import minor_digits

Cell = str | int | Decimal | date | None


class Kind(Enum):
    """What the cells of a column are."""

    TEXT = "text"
    INTEGER = "integer"
    DATE = "date"
    MONEY = "money"


class RowKind(Enum):
    """What a row is: ``HEADING`` and ``FOOT`` are for people only, programs get ``DETAIL`` and ``TOTAL``."""

    HEADING = "heading"
    DETAIL = "detail"
    TOTAL = "total"
    FOOT = "foot"

    @property
    def is_strong(self) -> bool:
        """Whether people see it in bold."""
        return self is not RowKind.DETAIL

    @property
    def is_sum(self) -> bool:
        """Whether it adds other rows up."""
        return self in {RowKind.TOTAL, RowKind.FOOT}

    @property
    def is_data(self) -> bool:
        """Whether programs get it."""
        return self in {RowKind.DETAIL, RowKind.TOTAL}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``key`` for programs, ``label`` for people.

    ``spans`` are its parts of the address of the lines behind a figure: for each span that rows name, which days. A
    column that is not ``on_paper`` is for programs only. The sums of a column that is not ``is_summed`` (a running
    balance) are written as figures. Of columns that have ``has_sides`` only one of two has an amount.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    spans: Mapping[str, str] = field(default_factory=dict)
    on_paper: bool = True
    is_summed: bool = True
    has_sides: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row with one cell for each column.

    ``query`` is its part of the address of the lines behind its figures, ``span`` says which of a column's parts
    belongs to it; a row with an ``address`` of its own leads there instead, for the days of the column. ``group`` is
    what sums call it by; ``adds`` says which groups a sum adds (1) and takes away (-1).
    """

    cells: Sequence[Cell]
    kind: RowKind = RowKind.DETAIL
    query: str = ""
    span: str = ""
    address: str = ""
    group: str = ""
    adds: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every report: the book, its currency, whether the period is closed, and words at the foot.

    ``footer`` is for a proof of the ledger's state, such as the head of its chain of hashes.
    """

    book: str
    slug: str
    currency: str
    stamp: str
    notes: tuple[str, ...] = ()
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A report: ``rows`` may be a stream that can be read once. Money is in the frame's currency."""

    name: str
    title: str
    subtitle: str
    frame: Frame
    columns: Sequence[Column]
    rows: Iterable[Row]
    facts: Mapping[str, Cell] = field(default_factory=dict)

    def all_facts(self) -> dict[str, Cell]:
        """Return what programs are told beside the rows."""
        own = {name: self.shown(value) for name, value in self.facts.items()}
        return {"book": self.frame.slug, "currency": self.frame.currency, **own}

    def records(self) -> Iterator[dict[str, Cell]]:
        """Yield the rows for programs, by the keys of the columns, amounts with the digits of the currency."""
        keys = [column.key for column in self.columns]
        for row in self.rows:
            if row.kind.is_data:
                yield dict(zip(keys, map(self.shown, row.cells), strict=True))

    def shown(self, value: Cell) -> Cell:
        """Return an amount with exactly the currency's digits, or more where the books hold more."""
        if not isinstance(value, Decimal):
            return value
        digits = max(minor_digits(self.frame.currency), -int(value.normalize().as_tuple().exponent))
        return value.quantize(Decimal(1).scaleb(-digits))
