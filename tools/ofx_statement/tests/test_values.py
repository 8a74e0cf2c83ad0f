from datetime import date
from decimal import Decimal

import pytest

from tools.ofx_statement._values import (
    AmbiguousAmountError,
    decimal_mark_of,
    parse_amount,
    parse_day,
    whole_days,
)


@pytest.mark.parametrize(
    "text",
    [
        "20261001",
        "202610012030",
        "20261001203000",
        "20261001203000.000",
        "20261001203000[-5:EST]",
        "20261001235959.999 [-11:XYZ]",
        "20261001000000[+12]",
        "20261001203000[-5:EST",
        "20261001093914:014",
        "2026100100000000[-5:EST]",
        "2026-10-01",
        "2026/10/01",
        "2026-10-01T10:00:00Z",
        "2026-10-01T10:00:00.000Z",
        "2026-10-01T23:30:00-05:00",
        "20261001T103000+0200",
        " 2026-10-01T20:30:00\n".replace(":30:00", ""),
    ],
)
def test_a_day_it_takes_as_printed_without_time_zone(text):
    assert parse_day(text) == date(2026, 10, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00000000",
        "20260231",
        "20261301",
        "18991231",
        "21010101",
        "30/06/2026",
        "2026",
        "20261001x",
        "٢٠٢٦١٠٠١",
        "1e8",
    ],
)
def test_what_is_no_day_it_refuses(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_day(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("-12.34", "-12.34"),
        ("+12.34", "12.34"),
        ("12", "12"),
        ("-0", "-0"),
        ("- 5.00", "-5.00"),
        ("5.00-", "-5.00"),
        ("-00000000001500.0000", "-1500.0000"),
        ("2863.2522955731815", "2863.2522955731815"),
        ("74,40", "74.40"),
        (",50", "0.50"),
        ("1.234,56", "1234.56"),
        ("-1 234,56", "-1234.56"),
        ("1\u202f234\u202f567.8", "1234567.8"),
        ("1'234.50", "1234.50"),
        ("1,234.56", "1234.56"),
        ("1.234.567", "1234567"),
        ("1,234,567.8", "1234567.8"),
        ("0,123", "0.123"),
        ("1234,567", "1234.567"),
        ("12.345", "12.345"),
    ],
)
def test_an_amount_it_reads_exactly(text, amount):
    assert str(parse_amount(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "$5",
        "R$ 5,00",
        "1e5",
        "NaN",
        "Infinity",
        "1_000",
        "٣",
        "1.2.3",
        "1,23,456.00",
        "--5",
        "-5-",
        "1234567890123456",
        "1 23",
        "12 34,50",
    ],
)
def test_what_is_no_amount_it_refuses(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_amount(text)


def test_a_single_comma_before_three_digits_it_reads_only_with_evidence():
    with pytest.raises(AmbiguousAmountError):
        parse_amount("4,884")

    assert parse_amount("4,884", ",") == Decimal("4.884")
    assert parse_amount("4,884", ".") == Decimal(4884)


@pytest.mark.parametrize(
    ("amounts", "mark"),
    [
        (["4,884", "12,50"], ","),
        (["4,884", "12.50"], "."),
        (["4,884", "7"], None),
        (["12,50", "12.50"], None),
        (["-1.250.000", "-25.000"], ","),
        (["0,123", "4,884"], ","),
        (["25.000", "4,884"], None),
    ],
)
def test_the_decimal_mark_it_takes_from_the_other_amounts(amounts, mark):
    assert decimal_mark_of(amounts, {"EUR"}) == mark


@pytest.mark.parametrize(
    ("start", "end", "made_at", "first", "last"),
    [
        ("20261001", "20261031", "20261102120000", date(2026, 10, 1), date(2026, 10, 30)),
        ("20261001000000", "20261031235959", "20261102120000", date(2026, 10, 1), date(2026, 10, 31)),
        ("20261001", "20261101000000", "20261102120000", date(2026, 10, 1), date(2026, 10, 31)),
        ("20261001120000", "20261031120000", "20261102120000", date(2026, 10, 2), date(2026, 10, 30)),
        ("20261001", "20261031235959", "20261031170000", date(2026, 10, 1), date(2026, 10, 30)),
        ("20261001", "20261031235959", "20261101003000[0:GMT]", date(2026, 10, 1), date(2026, 10, 30)),
        ("20261001", "20261231", "20261102120000", date(2026, 10, 1), date(2026, 11, 1)),
        ("20261001", "20261001", "20261102120000", None, None),
        ("20261001", "20261031235959", "", date(2026, 10, 1), None),
        ("", "20261031", "20261102120000", None, date(2026, 10, 30)),
        (
            "2026-10-01T00:30:00Z",
            "2026-10-31T23:59:59Z",
            "2026-11-02T12:00:00Z",
            date(2026, 10, 2),
            date(2026, 10, 31),
        ),
        ("20261001", "31/10/2026", "", date(2026, 10, 1), None),
    ],
)
def test_only_days_that_were_surely_over_it_calls_complete(start, end, made_at, first, last):
    assert whole_days(start, end, made_at) == (first, last)
