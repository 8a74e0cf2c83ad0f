"""In which order of day and month a table writes its dates: what its rows and columns say, and what a person said."""

from tools._shared.dates import ORDERS, Day, Order, days_in_text
from tools._shared.day_order import Surroundings, settle_order
from tools._shared.layouts import settle_said_order
from tools._shared.movements import Numbers
from tools._shared.origins import order_of_origin
from tools._shared.proofs import Choice, Groups
from tools._shared.work import Work
from tools.contract import OpenOrderError


def order_of(
    work: Work, numbers: Numbers, choice: Choice, groups: dict[tuple[str, str], list[int]]
) -> tuple[Order | None, str | None]:
    """Return the order of day and month in the rows' dates, ``None`` when every date says it itself, and a warning.

    Raises:
        OpenOrderError: Several orders fit, and nothing settles which.
        StatementRefusedError: No order fits, or not the one that was chosen beside the columns.
    """
    columns = work.columns
    all_days = columns.days[columns.main]
    main: list[Day] = [day for at in columns.dated if (day := all_days[at])]
    unsettled = [day for day in main if day.separator]
    if not unsettled:
        return None, None
    chosen = next(
        (each for each in ORDERS if work.layout is not None and each == work.layout.day_order), None
    )
    if chosen is not None:
        settle_said_order(columns, chosen, work.numbers, work.table.unit)
    newest_first = None
    if choice.proven and choice.balance is not None:
        chains = Groups(list(groups.values()), None).chains(choice.moved, numbers.values[choice.balance])
        if len({chain.newest_first for chain in chains}) == 1 and all(
            chain.kind == "after" for chain in chains
        ):
            newest_first = chains[0].newest_first if chains[0].works else None
    around = Surroundings(
        own=[day for day in columns.once[columns.main] if day.separator],
        runs=[[day for position in rows if (day := main[position]).separator] for rows in groups.values()],
        beside=[day for column, once in columns.once.items() if column != columns.main for day in once],
        known=[day for text in (work.table.name, *work.above) for day in days_in_text(text)],
        newest_first=newest_first,
        has_decimal_comma=numbers.mark == ",",
        origin=order_of_origin(columns, choice.candidate.columns),
    )
    others = [
        [days[at] for at in columns.dated] for column, days in columns.days.items() if column != columns.main
    ]
    texts = [
        columns.cells[columns.main][at] for at in columns.dated if (day := all_days[at]) and day.separator
    ]
    title = columns.title(columns.main)
    try:
        found = settle_order(
            unsettled, others, main, around, title, texts=texts, said=chosen or work.order_said
        )
    except OpenOrderError:
        if chosen is None:
            raise
        return chosen, None
    if chosen is None:
        work.is_said = work.is_said or found.is_said
        return found.order, found.warning
    # Beside columns that a person chose, the order is chosen as well, and what speaks against it only warns.
    is_same = found.order == chosen
    return (
        chosen,
        found.warning if is_same else f"{found.warning} They were read in the order that was chosen.",
    )
