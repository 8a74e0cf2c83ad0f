"""The books' import of rates and the tool read the central bank's file alike.

Both read it, because the ledger knows no tools: it stands beside the toolbox. This holds the two together.
"""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.ledger.rate_files import read_rates
from tools.contract import Context
from tools.exchange_rates import rate_on

DAYS = (date(2026, 3, 2), date(2026, 3, 3))
RATE = st.decimals("0.0001", "100000", places=4).map(str) | st.just("N/A")


@given(cells=st.lists(RATE, min_size=6, max_size=6), base=st.sampled_from(["EUR", "USD", "JPY", "GBP"]))
def test_the_same_file_gives_the_same_rates_to_the_books_and_to_the_tool(cells: list[str], base: str) -> None:
    rows = [f"{day},{','.join(cells[at * 3 : at * 3 + 3])}," for at, day in enumerate(DAYS)]
    content = "\n".join(["Date,USD,JPY,GBP,", *rows, ""]).encode()
    stated = {
        (day, code): cells[at * 3 + place] != "N/A"
        for at, day in enumerate(DAYS)
        for place, code in enumerate(("USD", "JPY", "GBP"))
    } | {(day, "EUR"): True for day in DAYS}
    wanted = {"EUR", "USD", "JPY", "GBP"} - {base}
    askable = [(day, code) for day in DAYS for code in wanted if stated[day, code] and stated[day, base]]
    if not askable:
        return

    in_books = {
        (one.date, one.currency): one.rate
        for one in read_rates(content=content, base_currency=base, currencies=wanted)
    }
    of_tool = {
        (day, code): rate_on(day, code, base, Context(configuration={}), content=content).rate
        for day, code in askable
    }

    assert of_tool == in_books
    assert all(isinstance(rate, Decimal) for rate in of_tool.values())
