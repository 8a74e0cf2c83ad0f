import io
import json
from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.cli.output import print_rows

_ROWS = [
    {"account": "1000 Bank", "day": date(2026, 1, 2), "amount": Decimal("-3.00"), "note": None},
    {"account": "2", "day": date(2026, 1, 3), "amount": Decimal("1234.5"), "note": 'a, "b"'},
]


class _Terminal(io.StringIO):
    def isatty(self):
        return True


def _printed(rows, form=None, empty="", out=None):
    out = out or io.StringIO()
    print_rows(rows, form, empty=empty, out=out)
    return out.getvalue()


def test_json_it_prints_with_decimals_as_text():
    assert json.loads(_printed(_ROWS, "json"))[0] == {
        "account": "1000 Bank",
        "day": "2026-01-02",
        "amount": "-3.00",
        "note": None,
    }


def test_csv_it_prints_with_a_header_and_quotes_where_needed():
    assert _printed(_ROWS, "csv").splitlines() == [
        "account,day,amount,note",
        "1000 Bank,2026-01-02,-3.00,",
        '2,2026-01-03,1234.5,"a, ""b"""',
    ]


def test_a_table_it_prints_with_numbers_to_the_right():
    assert _printed(_ROWS, "table").splitlines() == [
        "account    day         amount  note",
        "1000 Bank  2026-01-02   -3.00",
        '2          2026-01-03  1234.5  a, "b"',
    ]


def test_a_terminal_gets_a_table_and_a_pipe_json():
    assert _printed(_ROWS, out=_Terminal()).startswith("account ")
    assert _printed(_ROWS).startswith("[")


@pytest.mark.parametrize(("form", "printed"), [("table", "All is well.\n"), ("json", "[]\n"), ("csv", "")])
def test_nothing_it_prints_as_a_sentence_for_people_only(form, printed):
    assert _printed([], form, empty="All is well.") == printed
