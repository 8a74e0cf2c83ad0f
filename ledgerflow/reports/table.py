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
    PERCENT = "percent"


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
    balance) are written as figures. Of columns that have ``has_sides`` only one of two has an amount. Amounts of a
    column that ``is_whole`` have no digits behind the point. A text that ``wraps`` takes as many lines on paper as it
    needs.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    spans: Mapping[str, str] = field(default_factory=dict)
    on_paper: bool = True
    is_summed: bool = True
    has_sides: bool = False
    is_whole: bool = False
    wraps: bool = False

    @property
    def is_code(self) -> bool:
        """Whether its texts are short: the code of an account, the number of a form's line."""
        return self.key in {"code", "line"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row with one cell for each column.

    ``query`` is its part of the address of the lines behind its figures, ``span`` says which of a column's parts
    belongs to it; a row with an ``address`` of its own leads there instead, for the days of the column. ``group`` is
    what sums call it by; ``adds`` says which groups a sum adds (1) and takes away (-1). Its money is in its
    ``currency``, and in the frame's where it has none.
    """

    cells: Sequence[Cell]
    kind: RowKind = RowKind.DETAIL
    query: str = ""
    span: str = ""
    address: str = ""
    group: str = ""
    adds: tuple[tuple[int, str], ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every report: the book, its currency, whether the period is closed, and words at the foot.

    Where every row has a currency of its own, ``currency`` is empty.
    ``chain_head`` is the head of the journal's hash chain, of batch ``chain_batch``, when the report was made.
    """

    book: str
    slug: str
    currency: str
    stamp: str
    notes: tuple[str, ...] = ()
    chain_head: str = ""
    chain_batch: int = 0

    @property
    def footer(self) -> str:
        """What proves later that the journal behind the report is the same; at the foot of every page of paper."""
        return f"Hash chain after batch {self.chain_batch:,}: {self.chain_head}" if self.chain_head else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A report: ``rows`` may be a stream that can be read once. Money is in the frame's currency, or in its row's."""

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
        frame = self.frame
        return {
            "book": frame.slug,
            "currency": frame.currency,
            "chain_head": frame.chain_head,
            "chain_batch": frame.chain_batch,
            **own,
        }

    def records(self) -> Iterator[dict[str, Cell]]:
        """Yield the rows for programs, by the keys of the columns, amounts with the digits of the currency."""
        keys = [column.key for column in self.columns]
        for row in self.rows:
            if row.kind.is_data:
                cells = zip(self.columns, row.cells, strict=True)
                shown = (self._cell(column, value, row.currency) for column, value in cells)
                yield dict(zip(keys, shown, strict=True))

    def _cell(self, column: Column, value: Cell, currency: str) -> Cell:
        return self.shown(value, currency) if column.kind is Kind.MONEY and not column.is_whole else value

    def shown(self, value: Cell, currency: str = "") -> Cell:
        """Return an amount with exactly the currency's digits, or more where the books hold more.

        The currency is the frame's where none is given.
        """
        if not isinstance(value, Decimal):
            return value
        digits = max(
            minor_digits(currency or self.frame.currency), -int(value.normalize().as_tuple().exponent)
        )
        return value.quantize(Decimal(1).scaleb(-digits))
