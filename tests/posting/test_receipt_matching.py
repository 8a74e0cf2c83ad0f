"""How well a receipt and a line go together, in points that are shown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledgerflow.posting.receipt_matching import LEAST, Movement, Stated, score, total_of

DAY = date(2026, 1, 12)
RECEIPT = Stated(Decimal("12.29"), Decimal("1.04"), "USD", DAY, "Blue Finch Coffee")


def points(amount="12.29", days=0, *texts, has_another=False, stated=RECEIPT):
    movement = Movement(Decimal(amount), DAY + timedelta(days=days), texts, has_another)
    return {part.about: (part.points, part.words) for part in score(stated, movement)}


def total(*args, **more):
    return sum(each for each, _ in points(*args, **more).values())


def test_everything_alike_is_a_hundred():
    assert total("12.29", 0, "BLUE FINCH COFFEE 4412 OAKLAND CA") == 100


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("12.29", (50, "the same")),
        ("13.33", (40, "the total with the tax")),
        ("11.25", (40, "the total without the tax")),
        ("14.50", (15, "18 % more, as with a tip")),
        ("15.36", (15, "25 % more, as with a tip")),
        ("15.37", (0, "another")),
        ("12.28", (0, "another")),
    ],
)
def test_the_amount_is_the_total_or_what_tax_or_a_tip_explains(amount, expected):
    assert points(amount)["Amount"] == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, (30, "the same day")),
        (1, (30, "1 day later")),
        (5, (30, "5 days later")),
        (15, (23, "15 days later")),
        (45, (0, "45 days later")),
        (-1, (20, "1 day earlier")),
        (-5, (0, "5 days earlier")),
    ],
)
def test_the_bank_s_delay_costs_nothing_and_weeks_cost_all(days, expected):
    assert points(days=days)["Days"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SQ *BLUE FINCH COFFEE", 20),
        ("Finch Coffee", 20),
        ("BLUE FINCH COFFE OAKLAND", 20),
        ("Blue Bird", 10),
        ("Shell Oil", 0),
        ("", 0),
    ],
)
def test_names_are_compared_as_payees_word_by_word(text, expected):
    assert points("12.29", 0, "", text)["Name"][0] == expected


def test_a_tip_is_not_enough_without_the_name_and_the_amount_is_within_its_days():
    assert total("14.50", 0, "Shell Oil") < LEAST <= total("14.50", 0, "Blue Finch Coffee")
    assert total("12.29", 45, "Shell Oil") >= LEAST
    assert total("11.00", 0, "Blue Finch Coffee") >= LEAST


def test_a_line_that_has_evidence_comes_behind_its_twin():
    assert total(has_another=True) == total() - 20


def test_what_the_receipt_does_not_state_gives_no_points_and_a_sentence():
    stated = Stated(Decimal(3), None, "USD", None, "")

    parts = points("3", 0, "Coffee", stated=stated)

    assert parts["Days"] == (0, "the receipt states none")
    assert parts["Name"] == (0, "the receipt states none")
    assert stated.exact_amounts == (Decimal(3),)
    assert stated.days is None


def test_days_at_the_ends_of_the_calendar_are_no_error():
    assert Stated(Decimal(3), None, "USD", date.max, "").days == (date.max - timedelta(days=5), date.max)
    assert total_of(()) == 0
