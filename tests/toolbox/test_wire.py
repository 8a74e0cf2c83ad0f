from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.toolbox.values import Reading, Statement, StatementLine
from ledgerflow.toolbox.wire import WireError, decode, encode

_AMOUNT = st.decimals(allow_nan=False, allow_infinity=False)
_PRINTABLE = st.characters(exclude_categories=["C", "Z"]) | st.just(" ")
_PLACE = st.one_of(
    st.fixed_dictionaries({"line": st.integers(1)}),
    st.fixed_dictionaries({"sheet": st.text(), "row": st.integers(1)}),
    st.fixed_dictionaries({"page": st.integers(1), "box": st.lists(st.integers(), min_size=4, max_size=4)}),
)
_LINE = st.builds(
    StatementLine,
    date=st.dates(),
    amount=_AMOUNT,
    currency=st.sampled_from(["EUR", "USD", ""]),
    description=st.text(),
    place=_PLACE,
    value_date=st.none() | st.dates(),
    counterparty=st.none() | st.text(),
    reference=st.none() | st.text(),
    bank_id=st.none() | st.text(),
    balance=st.none() | _AMOUNT,
    status=st.sampled_from(["booked", "pending"]),
    original_amount=st.none() | _AMOUNT,
    original_currency=st.none() | st.text(),
    rate=st.none() | _AMOUNT,
)
_STATEMENT = st.builds(
    Statement,
    account=st.none() | st.text(),
    bank=st.none() | st.text(),
    currency=st.sampled_from(["EUR", ""]),
    lines=st.lists(_LINE, max_size=5).map(tuple),
    kind=st.sampled_from(["bank", "card", "investment"]),
    opening_balance=st.none() | _AMOUNT,
    closing_balance=st.none() | _AMOUNT,
    complete_from=st.none() | st.dates(),
    complete_to=st.none() | st.dates(),
    stated_count=st.none() | st.integers(0),
    stated_total=st.none() | _AMOUNT,
    number=st.none() | st.integers(1, 10**9),
    missing_pages=st.none() | st.text(_PRINTABLE),
)
_READING = st.builds(
    Reading,
    format=st.text(),
    statements=st.lists(_STATEMENT, max_size=3).map(tuple),
    warnings=st.lists(st.text()).map(tuple),
    notice=st.none() | st.text(),
    layouts=st.lists(st.just("0f" * 16)).map(tuple),
)
_GOOD_LINE = StatementLine(date(2026, 1, 2), Decimal("-3.00"), "EUR", "Coffee", {"line": 1})


def _reading(**changes):
    return Reading("ofx", (Statement("1", None, "EUR", (_GOOD_LINE._replace(**changes), _GOOD_LINE)),))


@given(_READING)
def test_a_reading_it_carries_unchanged(reading):
    carried = decode(encode(reading))

    assert carried == reading
    assert repr(carried) == repr(reading)


@pytest.mark.parametrize(
    "texts", [("a\tb", "c"), ("a\nb", "c"), ("\t", "\n"), ("", ""), ("\t", "\t"), ("\udc80", "c")]
)
def test_texts_that_the_form_itself_uses_it_carries(texts):
    lines = tuple(_GOOD_LINE._replace(description=text, bank_id=text) for text in texts)
    reading = Reading("ofx", (Statement("1", None, "EUR", lines),))

    assert decode(encode(reading)) == reading


def test_equal_amounts_keep_their_digits():
    lines = tuple(_GOOD_LINE._replace(amount=Decimal(text)) for text in ("-3.0", "-3.00", "-3.0"))

    carried = decode(encode(Reading("ofx", (Statement("1", None, "EUR", lines),))))

    assert [str(line.amount) for line in carried.statements[0].lines] == ["-3.0", "-3.00", "-3.0"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 3.0),
        ("amount", "3.00"),
        ("amount", 3),
        ("amount", None),
        ("balance", 3.0),
        ("date", "2026-01-02"),
        ("date", None),
        ("description", None),
        ("currency", b"EUR"),
        ("bank_id", 7),
    ],
)
def test_a_value_of_another_type_it_refuses(field, value):
    with pytest.raises(WireError, match=field):
        list(encode(_reading(**{field: value})))


def test_something_else_than_a_reading_it_refuses():
    with pytest.raises(WireError, match="dict"):
        list(encode({"format": "ofx"}))


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity")])
def test_an_amount_that_is_no_number_it_refuses(amount):
    with pytest.raises(WireError):
        decode(list(encode(_reading(amount=amount))))


@pytest.mark.parametrize(
    "said",
    [
        {"number": 0},
        {"number": -1},
        {"number": 10**12},
        {"number": 1.5},
        {"number": True},
        {"number": "7"},
        {"missing_pages": 2},
        {"missing_pages": ["page 2"]},
        {"missing_pages": "page 2\0"},
    ],
)
def test_what_no_statement_of_a_book_can_hold_it_refuses(said):
    statement = Statement("1", None, "EUR", (_GOOD_LINE,), **said)

    with pytest.raises(WireError):
        decode(encode(Reading("ofx", (statement,))))


@pytest.mark.parametrize(
    ("layouts", "kept"),
    [(("acme-v2",), ()), (("0F" * 16,), ()), (("0f" * 16 + "\n", "0f" * 16), ("0f" * 16,))],
)
def test_of_the_layouts_only_fingerprints_remain(layouts, kept):
    assert decode(encode(Reading("csv", (), layouts=layouts))).layouts == kept


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [b""],
        [b"{}"],
        [b"not json"],
        [b"[1]"],
        [b'["ofx", [], null, 1]', b"{}"],
        [b'["ofx", [], null, 2]'],
    ],
)
def test_an_answer_that_is_no_reading_it_refuses(lines):
    with pytest.raises(WireError):
        decode(lines)


def test_an_answer_that_breaks_off_it_refuses():
    lines = list(encode(_reading()))

    for count in range(len(lines)):
        with pytest.raises(WireError):
            decode(lines[:count])
