"""Day before month or month before day: settled by every row of every date column, else by what surrounds the rows.

The order of the evidence: a number above 12, full stops between the parts, dates known from the file name or the lines
above the table, rows of each account in order of time (five days at least, or a balance that shows their direction), a
second date column that must stay near, a decimal comma (no country that writes one puts the month first), where the
file comes from (:mod:`tools._shared.origins`), an order of few rows that also keeps their days together. What a person
said of such files comes before these last three, which are weak. Where nothing settles it, a person is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import ge, le
from typing import NamedTuple

from tools._shared.dates import ORDERS, Day, Order
from tools.contract import OpenOrder, OpenOrderError, OrderedDays, StatementRefusedError

_NEAR_DAYS = 12
FAR_DAYS = 25
_YEARS_TOGETHER = 3
FEW_STEPS, SURE_STEPS = 2, 4
_FIRST = {"DMY": "day", "MDY": "month", "YMD": "year"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else the file says that can settle the order of day and month.

    ``own`` are the column's open days once, ``runs`` the same row by row for each account, ``beside`` the days of
    further date columns, ``known`` those in the file name and above the table.
    ``origin`` is the order in which dates are written where the file comes from, and what says so, if anything does.
    """

    own: Sequence[Day]
    runs: Sequence[Sequence[Day]]
    beside: Sequence[Day]
    known: Sequence[Day]
    newest_first: bool | None
    has_decimal_comma: bool
    origin: tuple[Order, str] | None


class SettledOrder(NamedTuple):
    """The order of the parts, a warning where something speaks against it or little for it, and whether it was said."""

    order: Order
    warning: str | None
    is_said: bool = False


def _fits(days: Sequence[Day], order: Order) -> bool:
    return all(day.read(order) is not None for day in days)


def _in_order(days: Sequence[Day], order: Order) -> tuple[bool, bool]:
    read = [found for found in (day.read(order) for day, _ in groupby(days)) if found]
    following = read[1:]
    return all(map(le, read, following)), all(map(ge, read, following))


def _by_year(days: set[Day], orders: list[Order]) -> list[Order]:
    """Drop the orders under which the year jumps about while another keeps it together."""
    spans = {}
    for order in orders:
        years = {found.year for found in (day.read(order) for day in days) if found}
        spans[order] = max(years) - min(years)
    together = [order for order in orders if spans[order] <= _YEARS_TOGETHER]
    if len(days) >= 3 and together and len(together) < len(orders):
        return together
    return [order for order in orders if order != "YMD"] if len(orders) > 1 else orders


def _by_known(days: set[Day], orders: list[Order], known: Sequence[Day]) -> list[Order]:
    """Keep the orders that put every row between the dates that the file names elsewhere, or before the only one."""
    certain = [day.ymd for day in known if day.ymd and not day.separator]
    if not certain:
        return orders
    earliest = min(certain) if len(set(certain)) > 1 else date.min
    latest = max(certain)
    kept = [
        order
        for order in orders
        if all((found := day.read(order)) and earliest <= found <= latest for day in days)
    ]
    return kept or orders


def _steps(runs: Sequence[Sequence[Day]]) -> int:
    """Return how many times another day follows within a run: how much an order of time can show."""
    return sum(len(set(run)) - 1 for run in runs if run)


def _by_time(
    runs: Sequence[Sequence[Day]], orders: list[Order], *, newest_first: bool | None, least: int
) -> list[Order]:
    """Keep the orders under which the days of every account run in time, where ``least`` steps show it."""
    if _steps(runs) < (1 if newest_first is not None else least):
        return orders
    ways = {order: [_in_order(run, order) for run in runs] for order in orders}
    if newest_first is not None:
        kept = [order for order in orders if all(way[newest_first] for way in ways[order])]
    else:
        kept = [order for order in orders if any(map(all, zip(*ways[order], strict=True)))]
    return kept or orders


def _is_closest(days: set[Day], order: Order, orders: list[Order]) -> bool:
    """Whether the days lie no further apart in this order than in the others, give or take a month."""
    spans = {}
    for each in orders:
        read = [found for found in (day.read(each) for day in days) if found]
        spans[each] = (max(read) - min(read)).days
    return spans[order] <= min(spans.values()) + FAR_DAYS


def _by_neighbour(pairs: Sequence[tuple[Day, Day]], orders: list[Order]) -> list[Order]:
    def widest(order: Order) -> int:
        gaps = [abs((one - two).days) for a, b in pairs if (one := a.read(order)) and (two := b.read(order))]
        return max(gaps, default=0)

    near = [order for order in orders if widest(order) <= _NEAR_DAYS]
    return (
        near if near and all(widest(order) >= FAR_DAYS for order in orders if order not in near) else orders
    )


def direction(main: Sequence[Day], once: Sequence[Day]) -> bool | None:
    """Say whether the rows stand newest first, ``None`` when their dates do not show it under every possible order."""
    found = set()
    orders = ORDERS if any(day.separator for day in once) else ORDERS[:1]
    for order in (order for order in orders if _fits(once, order)):
        rising, falling = _in_order(main, order)
        found.add(falling if rising != falling else None)
    return found.pop() if len(found) == 1 else None


def _narrow(
    orders: list[Order],
    others: Sequence[Sequence[Day | None]],
    aligned: Sequence[Day | None],
    around: Surroundings,
    *,
    pooled: set[Day],
) -> list[Order]:
    """Drop orders by one kind of evidence after the other, until one is left."""
    separators = {day.separator for day in pooled}
    hints = [day for day in around.known if day.separator in separators]
    orders = [order for order in orders if _fits(hints, order)] or orders
    orders = _by_year(pooled, orders)
    if len(orders) > 1:
        orders = _by_known(pooled, orders, around.known)
    if len(orders) > 1:
        orders = _by_time(around.runs, orders, newest_first=around.newest_first, least=SURE_STEPS)
    if len(orders) > 1:
        pairs = [(a, b) for column in others for a, b in zip(aligned, column, strict=True) if a and b]
        orders = _by_neighbour(pairs, orders)
    return orders


def _against(order: Order, title: str) -> str:
    shown = f"The rows show that the {_FIRST[order]} comes first in {title}"
    return f"{shown}, although somebody said otherwise of such files."


def _overruled(main: Sequence[Day], weak: Order, order: Order, title: str) -> str:
    return (
        f"Weak signs say that the {_FIRST[weak]} comes first in {title}; somebody said of such files that the "
        f"{_FIRST[order]} does, so they were read as {_shown(main, order)}."
    )


def _by_weak(
    main: Sequence[Day], orders: list[Order], around: Surroundings, title: str, *, pooled: set[Day]
) -> SettledOrder | None:
    """Return the order that weak evidence settles, with a warning; ``None`` where there is none."""
    unsettled = f"No row of {title} settles day and month;"
    if around.has_decimal_comma and "DMY" in orders:
        return SettledOrder("DMY", f"{unsettled} the decimal comma says that the day comes first.")
    if around.origin and around.origin[0] in orders:
        order, said = around.origin
        return SettledOrder(order, f"{unsettled} {said} that the {_FIRST[order]} comes first.")
    in_time = _by_time(around.runs, orders, newest_first=None, least=FEW_STEPS)
    if len(in_time) != 1 or not _is_closest(pooled, in_time[0], orders):
        return None
    order = in_time[0]
    said = f"Only the order of a few rows says that the {_FIRST[order]} comes first in {title};"
    return SettledOrder(order, f"{said} they were read as {_shown(main, order)}.")


def settle_order(
    main: Sequence[Day],
    others: Sequence[Sequence[Day | None]],
    aligned: Sequence[Day | None],
    around: Surroundings,
    title: str,
    *,
    texts: Sequence[str],
    said: str = "",
) -> SettledOrder:
    """Return the order of the parts, with a warning where weak evidence settled it or speaks against what was said.

    ``main`` are the days of the rows' date column that leave something open, ``aligned`` the same with the other
    days in place, ``others`` the further date columns row by row. ``texts`` are ``main`` as they are printed. ``said``
    is the order that a person said, empty where nobody did.

    Raises:
        OpenOrderError: Several orders fit, and nothing settles which.
        StatementRefusedError: No order fits.
    """
    separators = {day.separator for day in around.own}
    pooled = {*around.own, *(day for day in around.beside if day.separator in separators)}
    orders = [order for order in ORDERS if _fits(list(pooled), order)]
    if not orders:
        pooled = set(around.own)
        orders = [order for order in ORDERS if _fits(list(pooled), order)]
    if not orders:
        raise StatementRefusedError(
            f"The dates in {title} are written in more than one order of day and month: {_example(main)}. "
            "Ask the bank for a file with dates such as 2026-01-31."
        )
    if len(orders) > 1 and all(_is_same(day, orders) for day in pooled):
        return SettledOrder(orders[0], None)
    orders = _narrow(orders, others, aligned, around, pooled=pooled)
    if len(orders) == 1:
        return SettledOrder(orders[0], None if said in ("", orders[0]) else _against(orders[0], title))
    weak = _by_weak(main, orders, around, title, pooled=pooled)
    for order in orders:
        if order == said:
            warning = _overruled(main, weak.order, order, title) if weak and weak.order != order else None
            return SettledOrder(order, warning, is_said=True)
    if weak is not None:
        return weak
    asks = _asked(main, texts, aligned, orders, around)
    firsts = " or ".join(f"the {_FIRST[way.order]}" for way in asks.ways)
    raise OpenOrderError(
        f"The dates in {title} can be read with {firsts} first: {asks.printed} is "
        f"{' or '.join(way.example.isoformat() for way in asks.ways)}. {asks.why} Say which it is, or choose dates "
        "such as 2026-01-31 at the bank.",
        asks,
    )


def _asked(
    main: Sequence[Day],
    texts: Sequence[str],
    aligned: Sequence[Day | None],
    orders: Sequence[Order],
    around: Surroundings,
) -> OpenOrder:
    """Return the first date that the orders read differently, with what each makes of the file."""
    wanted = sorted(orders, key=("DMY", "MDY", "YMD").index)
    open_ones = ((day, text) for day, text in zip(main, texts, strict=True) if not _is_same(day, wanted))
    example, printed = next(open_ones, None) or _beside(around, wanted) or (main[0], texts[0])
    ways = []
    for order in wanted:
        read = [found for found in (day.read(order) for day in {*filter(None, aligned)}) if found]
        one = example.read(order)
        if one is not None:
            ways.append(OrderedDays(order, one, min(read), max(read)))
    return OpenOrder(printed, tuple(ways), _why(orders, around))


def _is_same(day: Day, orders: Sequence[Order]) -> bool:
    return len({day.read(order) for order in orders}) == 1


def _beside(around: Surroundings, orders: Sequence[Order]) -> tuple[Day, str] | None:
    """Return a date of another column that the orders read differently, and how it is printed, zeros aside."""
    for day in around.beside:
        first = day.read(orders[0])
        if first is not None and day.separator and not _is_same(day, orders):
            form = {"DMY": "%d-%m-%Y", "MDY": "%m-%d-%Y", "YMD": "%Y-%m-%d"}[orders[0]]
            return day, f"{first:{form}}".replace("-", day.separator)
    return None


def _why(orders: Sequence[Order], around: Surroundings) -> str:
    """Return why nothing settles the order, in a sentence."""
    certain = any(day.ymd and not day.separator for day in around.known)
    known = (
        "the days above its rows or in its name allow"
        if certain
        else "no day above its rows or in its name tells"
    )
    known = f"{known} {'either' if certain else 'which'}"
    ways = {order: [_in_order(run, order) for run in around.runs] for order in orders}
    in_time = {order for order in orders if any(map(all, zip(*ways[order], strict=True)))}
    if not _steps(around.runs):
        rows = "all its rows have one day"
    elif not in_time:
        rows = "its rows are in no order of time either way"
    elif len(in_time) > 1:
        rows = "its rows are in order of time either way"
    else:
        rows = "its few rows are in order of time only in the way that puts them far apart"
    return f"No date of the file is after the 12th of a month, {known}, and {rows}."


def _both(day: Day, order: Order | None = None) -> str:
    ways = (day.read(order),) if order else (day.dmy, day.mdy, day.ymd)
    found: list[date] = [read for read in ways if read]
    return " or ".join(dict.fromkeys(read.isoformat() for read in found))


def _shown(days: Sequence[Day], order: Order) -> str:
    return f"{_both(days[0], order)} to {_both(days[-1], order)}"


def _example(days: Sequence[Day]) -> str:
    first = next((day for day in days if day.mdy is None), days[0])
    second = next((day for day in days if day.dmy is None), days[-1])
    return f"{_both(first)} beside {_both(second)}"
