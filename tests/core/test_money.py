"""Money keeps every digit a bank states and shows as its currency does."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.core.money import format_money, minor_digits
from tools._shared.currencies import CODES, NO_DECIMALS, THREE_DECIMALS

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF", "CHF"])
AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=8)


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("XYZ", 2)])
def test_it_knows_the_digits_of_a_currency(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


def test_the_readers_which_may_not_ask_it_know_the_same() -> None:
    assert {code for code in CODES if minor_digits(code) == 0} == NO_DECIMALS
    assert {code for code in CODES if minor_digits(code) == 3} == THREE_DECIMALS


@given(AMOUNTS, CURRENCIES)
def test_the_text_reads_back_as_the_same_amount(amount: Decimal, currency: str) -> None:
    text = format_money(amount, currency)

    assert Decimal(text.replace(",", "")) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("-1234.5", "USD", "-1,234.50"),
        ("1234567", "JPY", "1,234,567"),
        ("0", "EUR", "0.00"),
        ("0.00001", "EUR", "0.00001"),
        ("1000", "KWD", "1,000.000"),
        ("1E+3", "JPY", "1,000"),
    ],
)
def test_it_shows_thousands_and_every_digit(amount: str, currency: str, text: str) -> None:
    assert format_money(Decimal(amount), currency) == text
