"""Tables read by columns that a person chose: the same lines where they chose the same, and their word where not."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import csv_statement, xlsx_statement
from tools._shared.encodings import decode
from tools.contract import COLUMN_ROLES, DAY_ORDERS, DECIMAL_MARKS, StatementRefusedError
from tools.csv_statement.tests.golden import samples
from tools.xlsx_statement.tests.books import sheet_xml, xlsx

_AMBIGUOUS = b"Date,Text,Amount\n03/04/2026,Rent,-900.00\n05/06/2026,Salary,2000.00\n"
_PLAIN = b"Day;What;One;Two\n2026-01-02;Tea;1,50;100,00\n2026-01-03;Pay;-20,00;120,00\n2026-01-04;Bun;2,00;118,00\n"


def _layout(content, name="a.csv"):
    (table,) = csv_statement.describe(content, name).tables
    return table.layout


def _with(layout, **roles):
    """Return the layout with the columns of the names, by number, as said: ``c0="date"``."""
    said = list(layout.roles)
    for name, role in roles.items():
        said[int(name[1:])] = role
    return replace(layout, roles=tuple(said))


def _lines(content, layout):
    (statement,) = csv_statement.read_statement(content, "a.csv", [layout]).statements
    return [(line.date, line.amount, line.description) for line in statement.lines]


@pytest.mark.parametrize("sample", samples(), ids=lambda path: path.name)
def test_every_sample_it_reads_again_by_its_own_description(sample):
    content = sample.read_bytes()
    described = csv_statement.describe(content, sample.name)
    layouts = [table.layout for table in described.tables]
    assert all(role in COLUMN_ROLES for layout in layouts for role in layout.roles)
    if described.reading is None:
        return
    assert described.reading == csv_statement.read_statement(content, sample.name)

    again = csv_statement.read_statement(content, sample.name, layouts)

    assert again.statements == described.reading.statements


def test_what_is_refused_it_describes_with_the_reason():
    described = csv_statement.describe(_AMBIGUOUS, "a.csv")

    assert described.reading is None
    assert "day or the month first" in described.problem
    (table,) = described.tables
    assert table.header == ("Date", "Text", "Amount")
    assert table.rows[0] == ("03/04/2026", "Rent", "-900.00")
    assert table.numbers == (2, 3)
    assert table.layout.roles == ("date", "description", "amount")


@pytest.mark.parametrize(("order", "first"), [("DMY", date(2026, 4, 3)), ("MDY", date(2026, 3, 4))])
def test_the_order_of_day_and_month_it_takes_from_a_person(order, first):
    layout = replace(_layout(_AMBIGUOUS), day_order=order)

    assert _lines(_AMBIGUOUS, layout)[0][0] == first


def test_an_order_that_a_date_contradicts_it_refuses_with_the_line():
    layout = replace(_layout(_AMBIGUOUS), day_order="DMY")
    content = _AMBIGUOUS.replace(b"05/06/2026", b"05/26/2026")

    with pytest.raises(StatementRefusedError, match="Line 3 has “05/26/2026”"):
        csv_statement.read_statement(content, "a.csv", [layout])


def test_a_column_of_money_out_it_turns_round():
    layout = _with(_layout(_PLAIN), c2="money out", c3="balance")

    assert [amount for _, amount, _ in _lines(_PLAIN, layout)] == [
        Decimal("-1.50"),
        Decimal("20.00"),
        Decimal("-2.00"),
    ]


def test_a_balance_that_follows_proves_and_one_that_does_not_is_a_warning_with_the_person_s_amounts():
    out = _with(_layout(_PLAIN), c2="money out", c3="balance")
    wrong = _with(out, c2="amount")

    proven = csv_statement.read_statement(_PLAIN, "a.csv", [out])
    unproven = csv_statement.read_statement(_PLAIN, "a.csv", [wrong])

    assert not proven.warnings
    assert "do not follow" in " ".join(unproven.warnings)
    assert unproven.statements[0].lines[0].amount == Decimal("1.50")


def test_an_ignored_column_is_no_description():
    layout = _with(_layout(_PLAIN), c1="ignored", c2="money out", c3="balance")

    assert [description for _, _, description in _lines(_PLAIN, layout)] == ["", "", ""]


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        ({"c0": "ignored"}, "No column is chosen as the date"),
        ({"c2": "ignored", "c3": "ignored"}, "No column is chosen as the amount"),
        ({"c2": "amount", "c3": "amount"}, "Two columns are chosen as amount"),
        ({"c2": "amount", "c3": "money in"}, "one or the other"),
        ({"c1": "date", "c0": "ignored"}, "“Tea” and others in it are no dates"),
        ({"c1": "amount", "c2": "ignored", "c3": "ignored"}, "“What”"),
    ],
)
def test_columns_that_cannot_be_read_it_refuses_with_a_sentence(roles, sentence):
    layout = _with(_layout(_PLAIN), **roles)

    with pytest.raises(StatementRefusedError, match=sentence):
        csv_statement.read_statement(_PLAIN, "a.csv", [layout])


def test_a_decimal_mark_that_a_cell_contradicts_it_refuses():
    layout = replace(_with(_layout(_PLAIN), c2="money out", c3="balance"), decimal_mark=".")

    with pytest.raises(StatementRefusedError, match="decimal point: “1,50”"):
        csv_statement.read_statement(_PLAIN, "a.csv", [layout])


def test_an_open_decimal_mark_it_takes_from_a_person():
    content = b'Date,Text,Amount\n2026-01-02,Car,"-4,884"\n2026-01-03,Pay,"1,250"\n'
    layout = _layout(content)

    for mark, first in ((".", Decimal(-4884)), (",", Decimal("-4.884"))):
        assert _lines(content, replace(layout, decimal_mark=mark))[0][1] == first


def test_a_layout_is_for_its_header_width_and_delimiter_alone():
    layout = _layout(_PLAIN)

    assert _layout(_PLAIN.replace(b"2026-01-02", b"2027-05-05")).fingerprint == layout.fingerprint
    assert _layout(_PLAIN.replace(b"DAY", b"day")).fingerprint == layout.fingerprint
    for other in (
        _PLAIN.replace(b"One", b"Eins"),
        _PLAIN.replace(b";", b"\t"),
        b"\n".join(line + b";x" for line in _PLAIN.splitlines()),
    ):
        assert _layout(other).fingerprint != layout.fingerprint


_HEAD = b"Date;What;Debit;Credit\n"
_ONLY_OUT = _HEAD + b"2026-01-02;Tea;1,50;\n2026-01-03;Bun;2,00;\n"
_ONLY_IN = _HEAD + b"2026-03-02;Pay;;20,00\n2026-03-03;Gift;;5,00\n"
_BOTH = _HEAD + b"2026-02-02;Tea;1,50;\n2026-02-03;Pay;;20,00\n"
_MANY_IN = _BOTH + b"2026-02-04;Pay;;20,00\n2026-02-05;Pay;;20,00\n2026-02-06;Pay;;20,00\n"


@pytest.mark.parametrize("saved", [_ONLY_OUT, _ONLY_IN], ids=["out", "in"])
def test_columns_saved_from_a_month_that_went_one_way_it_reads_every_other_by(saved):
    layout = _layout(saved)

    assert layout.roles == ("date", "description", "money out", "money in")
    assert [amount for _, amount, _ in _lines(_ONLY_OUT, layout)] == [Decimal("-1.50"), Decimal("-2.00")]
    assert [amount for _, amount, _ in _lines(_ONLY_IN, layout)] == [Decimal("20.00"), Decimal("5.00")]
    assert [amount for _, amount, _ in _lines(_BOTH, layout)] == [Decimal("-1.50"), Decimal("20.00")]


def test_what_the_balance_proves_it_does_not_warn_about():
    rows = b"2026-01-02;Tea;1,50;;98,50\n2026-01-03;Refund;-2,00;;100,50\n2026-01-04;Pay;;20,00;%s\n"
    content = b"Date;What;Debit;Credit;Balance\n" + rows
    layout = _layout(content % b"120,50")
    assert layout.roles[2:] == ("money out", "money in", "balance")

    proven = csv_statement.read_statement(content % b"120,50", "a.csv", [layout])
    unproven = csv_statement.read_statement(content % b"120,51", "a.csv", [layout])

    assert [line.amount for line in proven.statements[0].lines] == [Decimal("-1.5"), 2, 20]
    assert proven.warnings == ()
    assert "both signs" in unproven.warnings[0]
    assert "do not follow" in unproven.warnings[1]


@pytest.mark.parametrize("content", [_BOTH, _MANY_IN], ids=["one", "most"])
def test_a_row_whose_only_amount_stands_in_an_ignored_column_it_refuses_instead_of_losing_it(content):
    layout = _with(_layout(_ONLY_OUT), c3="ignored")

    with pytest.raises(StatementRefusedError, match="Line 3 states 20,00 in “Credit”, which is ignored"):
        csv_statement.read_statement(content, "a.csv", [layout])


def test_whole_numbers_leave_the_decimal_mark_to_later_files():
    layout = _layout(b"Date;What;Amount\n2026-01-02;Tea;-15\n2026-01-03;Pay;20\n")

    assert layout.decimal_mark == ""
    assert _lines(b"Date;What;Amount\n2026-02-02;Tea;-1.234,56\n", layout)[0][1] == Decimal("-1234.56")


def test_a_sheet_it_describes_and_reads_by_its_layout():
    rows = [["Date", "Text", "Amount"], ["03/04/2026", "Rent", "-900.00"], ["05/06/2026", "Pay", "2000.00"]]
    content = xlsx(("Sheet", "visible", sheet_xml(rows)))
    (table,) = xlsx_statement.describe(content, "a.xlsx").tables
    assert table.sheet == "Sheet"

    reading = xlsx_statement.read_statement(content, "a.xlsx", [replace(table.layout, day_order="MDY")])

    assert [line.date for line in reading.statements[0].lines] == [date(2026, 3, 4), date(2026, 5, 6)]
    assert reading.layouts == (table.layout.fingerprint,)


@settings(max_examples=300, deadline=None)
@given(
    sample=st.sampled_from([path.read_bytes() for path in samples()]),
    drawn=st.lists(st.sampled_from(COLUMN_ROLES), min_size=1, max_size=14),
    order=st.sampled_from(["", *DAY_ORDERS]),
    mark=st.sampled_from(["", *DECIMAL_MARKS]),
    is_near=st.booleans(),
)
def test_whatever_a_person_chooses_it_reads_or_refuses_and_invents_no_amount(
    sample, drawn, order, mark, is_near
):
    (table,) = csv_statement.describe(sample, "a.csv").tables
    roles = list(table.layout.roles)
    for at, role in enumerate(drawn[:1] if is_near else drawn):
        roles[(at * 7 + len(drawn)) % len(roles)] = role
    layout = replace(table.layout, roles=tuple(roles), day_order=order, decimal_mark=mark)

    described = csv_statement.describe(sample, "a.csv", [layout])

    assert described.tables[0].layout == layout
    assert (described.reading is None) == bool(described.problem)
    if described.problem:
        assert described.problem.endswith((".", ")"))
        return
    text = decode(sample)
    written = {re.sub(r"\D", "", run).lstrip("0") for run in re.findall(r"[\d.,'\u2019\s]+", text)}
    for statement in described.reading.statements:
        for line in statement.lines:
            digits = re.sub(r"\D", "", f"{line.amount:f}").lstrip("0")
            assert not digits or any(digits.rstrip("0") in run for run in written)
