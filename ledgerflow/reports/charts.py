"""Charts as shapes for an inline SVG, each with its table: whole numbers only, so nothing is said twice differently."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from django.utils.safestring import SafeString

from ledgerflow.core.money import ZERO, format_money
from ledgerflow.reports.markup import link, text, whole

#: The drawing, in its own units: a phone shows it at two thirds.
WIDTH, HEIGHT = 480, 200
_TOP, _BOTTOM, _LEFT = 18, 24, 4
_ROW, _BAR, _MOST_BARS = 30, 12, 8
_MOST_LABELS = 6
_CLASSES = ("chart-one", "chart-two")


@dataclass(frozen=True, slots=True)
class Point:
    """What stands at one place of a chart: an amount for each series, and the address of the lines behind each."""

    label: str
    amounts: tuple[Decimal, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A bar."""

    x: int
    y: int
    width: int
    height: int
    name: str
    link: str
    words: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words in the drawing, or an amount, which can be hidden; ``anchor`` is ``start``, ``middle`` or ``end``."""

    x: int
    y: int
    anchor: str
    text: str
    is_amount: bool = False

    @property
    def name(self) -> str:
        """The class of its element."""
        return "chart-label chart-amount" if self.is_amount else "chart-label"


@dataclass(frozen=True, slots=True)
class Chart:
    """Points as columns in their order, or with ``is_ranked`` as bars below each other, the largest first."""

    title: str
    series: tuple[str, ...]
    points: Sequence[Point]
    currency: str
    is_ranked: bool = False

    @property
    def height(self) -> int:
        """The height of the drawing."""
        return len(self._shown) * _ROW + 4 if self.is_ranked else HEIGHT

    @property
    def width(self) -> int:
        """The width of the drawing."""
        return WIDTH

    @property
    def legend(self) -> list[tuple[str, str]]:
        """The series by the class of their bars."""
        return list(zip(_CLASSES, self.series, strict=False))

    @property
    def baseline(self) -> int:
        """Where zero is, from the top."""
        highest, lowest = self._reach
        return _TOP + self._length(highest, highest - lowest)

    @property
    def rows(self) -> SafeString:
        """The rows of the table that says the same."""
        return whole(
            f'<tr><th scope="row">{text(point.label)}</th>{self._figures(point)}</tr>'
            for point in self.points
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(amount for point in self.points for amount in point.amounts)

    @property
    def drawing(self) -> SafeString:
        """The bars, each a link to its lines, and what is written beside them."""
        bars = (
            f'<a href="{text(bar.link)}" aria-label="{text(bar.words)}"><rect class="{bar.name}" x="{bar.x}"'
            f' y="{bar.y}" width="{bar.width}" height="{bar.height}"><title>{text(bar.words)}</title></rect></a>\n'
            for bar in (self._ranked() if self.is_ranked else self._columns())
        )
        labels = (
            f'<text class="{label.name}" x="{label.x}" y="{label.y}" text-anchor="{label.anchor}"'
            f' aria-hidden="true">{text(label.text)}</text>\n'
            for label in (self._ranked_labels() if self.is_ranked else self._column_labels())
        )
        return whole(chain(bars, labels))

    def _figures(self, point: Point) -> str:
        return "".join(
            f'<td class="money">{link(address, format_money(amount, self.currency))}</td>'
            for amount, address in zip(point.amounts, point.links, strict=True)
        )

    @property
    def _shown(self) -> Sequence[Point]:
        if not self.is_ranked:
            return self.points
        return sorted(self.points, key=lambda point: -point.amounts[0])[:_MOST_BARS]

    @property
    def _reach(self) -> tuple[Decimal, Decimal]:
        amounts = [amount for point in self.points for amount in point.amounts]
        return max([*amounts, ZERO]), min([*amounts, ZERO])

    def _length(self, amount: Decimal, whole: Decimal) -> int:
        room = HEIGHT - _TOP - _BOTTOM
        return int(abs(amount) * room / whole) if whole else 0

    def _columns(self) -> Iterator[Shape]:
        highest, lowest = self._reach
        baseline = self.baseline
        step = max((WIDTH - 2 * _LEFT) // max(len(self.points), 1), len(self.series) + 1)
        width = min(max((step * 4 // 5) // len(self.series), 1), 40)
        for at, point in enumerate(self.points):
            for no, (amount, address) in enumerate(zip(point.amounts, point.links, strict=True)):
                if not amount:
                    continue
                length = max(self._length(amount, highest - lowest), 1)
                yield Shape(
                    x=_LEFT + at * step + no * width,
                    y=baseline - length if amount > 0 else baseline,
                    width=width,
                    height=length,
                    name=_CLASSES[no],
                    link=address,
                    words=self._words(point, no),
                )

    def _column_labels(self) -> Iterator[Label]:
        highest, lowest = self._reach
        step = (WIDTH - 2 * _LEFT) // max(len(self.points), 1)
        every = max(-(-len(self.points) // _MOST_LABELS), 1)
        for at, point in enumerate(self.points):
            if at % every == 0:
                yield Label(_LEFT + at * step, HEIGHT - 6, "start", point.label)
        yield Label(
            WIDTH - _LEFT,
            12,
            "end",
            f"{format_money(highest, self.currency)} {self.currency}",
            is_amount=True,
        )
        if lowest:
            yield Label(
                WIDTH - _LEFT, HEIGHT - _BOTTOM, "end", format_money(lowest, self.currency), is_amount=True
            )

    def _ranked(self) -> Iterator[Shape]:
        highest, _ = self._reach
        for at, point in enumerate(self._shown):
            amount = point.amounts[0]
            if amount > 0:
                width = max(int(amount * (WIDTH - 2 * _LEFT) / highest), 1)
                yield Shape(
                    _LEFT, at * _ROW + 16, width, _BAR, _CLASSES[0], point.links[0], self._words(point, 0)
                )

    def _ranked_labels(self) -> Iterator[Label]:
        for at, point in enumerate(self._shown):
            yield Label(_LEFT, at * _ROW + 12, "start", _short(point.label))
            yield Label(
                WIDTH - _LEFT,
                at * _ROW + 12,
                "end",
                format_money(point.amounts[0], self.currency),
                is_amount=True,
            )

    def _words(self, point: Point, no: int) -> str:
        amount = f"{format_money(point.amounts[no], self.currency)} {self.currency}"
        named = f"{point.label}, {self.series[no].lower()}" if len(self.series) > 1 else point.label
        return f"{named}: {amount}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
