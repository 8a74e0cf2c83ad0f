"""Each discrepancy is told in one exact sentence: which line, by how much, and the likely cause."""

from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.statements.proof import Outcome, Proof, prove
from ledgerflow.toolbox.values import Statement, StatementLine


def line(amount, balance=None, day=1, text="coffee", **more):
    return StatementLine(
        date=date(2026, 1, day),
        amount=Decimal(amount),
        currency=more.pop("currency", "EUR"),
        description=text,
        place={"line": 1},
        balance=None if balance is None else Decimal(balance),
        **more,
    )


def proof(*lines, opening=None, closing=None, count=None, total=None) -> Proof:
    def amount(text):
        return None if text is None else Decimal(text)

    return prove(
        Statement(
            account="1",
            bank=None,
            currency="EUR",
            lines=lines,
            opening_balance=amount(opening),
            closing_balance=amount(closing),
            stated_count=count,
            stated_total=amount(total),
        )
    )


MISSES = "Opening balance and lines miss the closing balance by "
LAST = "The last printed balance misses the closing balance by "


@pytest.mark.parametrize(
    ("lines", "stated", "difference", "sentence"),
    [
        (
            [line("-4.20"), line("-4.20")], {"opening": "10.00", "closing": "5.80"}, "4.20",
            MISSES + "4.20: line 2 (2026-01-01, -4.20) is probably there twice.",
        ),
        (
            [line("-4.20"), line("-4.20", day=2)], {"opening": "10.00", "closing": "5.80"}, "4.20",
            MISSES + "4.20: a line of 4.20 is probably missing.",
        ),
        (
            [line("-4.20"), line("-4.20", text="tea")], {"opening": "10.00", "closing": "5.80"}, "4.20",
            MISSES + "4.20: a line of 4.20 is probably missing.",
        ),
        (
            [line("-4.20", bank_id="a"), line("-4.20", bank_id="b")], {"opening": "10.00", "closing": "5.80"}, "4.20",
            MISSES + "4.20: a line of 4.20 is probably missing.",
        ),
        (
            [line("1.00"), line("5.00", day=3)], {"opening": "0.00", "closing": "-4.00"}, "-10.00",
            MISSES + "-10.00: the sign of line 2 (2026-01-03, 5.00) is probably wrong.",
        ),
        (
            [line("0.00"), line("1.00")], {"opening": "0.00", "closing": "2.00"}, "1.00",
            MISSES + "1.00: a line of 1.00 is probably missing.",
        ),
        (
            [line("12.00")], {"opening": "0.00", "closing": "21.00"}, "9.00",
            MISSES + "9.00: a line of 9.00 is probably missing or two digits of an amount are swapped.",
        ),
        (
            [line("-3.00", "7.00"), line("5.00", "2.00", day=2)], {"opening": "10.00"}, "-10.00",
            "The balance after line 2 (2026-01-02, 5.00) is off by -10.00: its sign is probably wrong.",
        ),
        (
            [line("-3.00", "7.00"), line("-3.00", "7.00")], {"opening": "10.00"}, "3.00",
            "The balance after line 2 (2026-01-01, -3.00) is off by 3.00: it is probably there twice.",
        ),
        (
            [line("-4.00", "6.00"), line("-3.00", "6.00", day=2)], {"opening": "10.00"}, "3.00",
            ("The balance after line 2 (2026-01-02, -3.00) is off by 3.00: a line of 3.00 is probably missing"
            " before it, or its amount is wrong."),
        ),
        (
            [line("-3.00", "10.00")], {"opening": "10.00"}, "3.00",
            ("The balance after line 1 (2026-01-01, -3.00) is off by 3.00: a line of 3.00 is probably missing"
            " before it, or its amount is wrong."),
        ),
        (
            [line("12.34", "21.34")], {"opening": "0.00"}, "9.00",
            ("The balance after line 1 (2026-01-01, 12.34) is off by 9.00: two digits are probably swapped;"
            " 21.34 would fit."),
        ),
        (
            [line("-12", "-21.00")], {"opening": "0.00"}, "-9.00",
            ("The balance after line 1 (2026-01-01, -12) is off by -9.00: two digits are probably swapped;"
            " -21.00 would fit."),
        ),
        (
            [line("12.00", "21")], {"opening": "0"}, "9.00",
            ("The balance after line 1 (2026-01-01, 12.00) is off by 9.00: two digits are probably swapped;"
            " 21.00 would fit."),
        ),
        (
            [line("5.00", "14.00")], {"opening": "0.00"}, "9.00",
            ("The balance after line 1 (2026-01-01, 5.00) is off by 9.00: a line of 9.00 is probably missing"
            " before it, or its amount is wrong."),
        ),
        (
            [line("0.00", "1.00")], {"opening": "0.00"}, "1.00",
            ("The balance after line 1 (2026-01-01, 0.00) is off by 1.00: a line of 1.00 is probably missing"
            " before it, or its amount is wrong."),
        ),
        (
            [line("-3.00", "7.00"), line("-2.00", day=2)], {"closing": "4.00"}, "-1.00",
            LAST + "-1.00: a line of -1.00 is probably missing.",
        ),
        (
            [line("-3.00", "7.00"), line("-2.00", "5.00", day=2), line("-1.00", day=3), line("-1.00", day=4)],
            {"opening": "10.00", "closing": "4.00"}, "1.00",
            LAST + "1.00: a line of 1.00 is probably missing.",
        ),
        (
            [line("-3.00", "7.00")], {"opening": "10.00", "closing": "6.00"}, "-1.00",
            LAST + "-1.00: a line of -1.00 is probably missing after line 1 (2026-01-01, -3.00).",
        ),
        (
            [line("-3.00")], {"total": "-4.00"}, "-1.00",
            "The lines miss the stated total by -1.00: a line of -1.00 is probably missing.",
        ),
        (
            [line("-3.00")], {"count": 2}, None,
            "The file states 2 lines but 1 were read.",
        ),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told(lines, stated, difference, sentence):
    found = proof(*lines, **stated)

    expected = None if difference is None else Decimal(difference)
    assert found == Proof(Outcome.DISCREPANCY, sentence, expected)


@pytest.mark.parametrize(
    ("stated", "sentence"),
    [
        (
            {"closing": "7.00"},
            "The file states a closing balance but no opening balance, so the lines cannot be checked against it.",
        ),
        (
            {"opening": "7.00"},
            "The file states an opening balance but no closing balance, so the lines cannot be checked against it.",
        ),
        ({"count": 1}, "The file states no balances, so nothing shows that its lines are complete."),
    ],
)
def test_what_is_missing_is_told(stated, sentence):
    assert proof(line("-3.00"), **stated) == Proof(Outcome.UNPROVABLE, sentence)


def test_several_currencies_are_not_added_up():
    found = proof(line("-3.00"), line("-3.00", currency="USD"), opening="6.00", closing="0.00")

    assert found == Proof(Outcome.UNPROVABLE, "Lines in several currencies do not add up to one balance.")


@pytest.mark.parametrize(
    ("lines", "stated"),
    [
        ([line("-2", "8"), line("-1", "7", day=2)], {}),
        ([line("-1", "7", day=2), line("-2", "8")], {}),
        ([line("-2", "8")], {"opening": "10"}),
        # Newest first within the day.
        ([line("-2", "5"), line("-3", "7")], {"opening": "10"}),
        # The days are mixed up, so the file's own order counts, either way.
        ([line("-1", "9", day=2), line("-2", "7", day=1), line("-3", "4", day=3)], {"opening": "10"}),
        ([line("-3", "4", day=3), line("-2", "7", day=1), line("-1", "9", day=2)], {"opening": "10"}),
        (
            [line("-2", "8"), line("-1", "7", day=2)],
            {"opening": "10", "closing": "7", "count": 2, "total": "-3"},
        ),
        ([line("-2"), line("-1", "7", day=2)], {"opening": "10", "closing": "7"}),
        ([line("-3")], {"total": "-3"}),
    ],
)
def test_what_holds_for_every_line_proves(lines, stated):
    assert proof(*lines, **stated) == Proof(Outcome.PROVEN)


def test_days_that_run_one_way_are_never_read_the_other_way():
    # Backwards the balances would fit.
    assert proof(line("-2", "7"), line("-1", "9", day=2), opening="10").outcome is Outcome.DISCREPANCY


@pytest.mark.parametrize(
    ("lines", "stated"),
    [
        ([line("-2", "8")], {}),
        ([line("-2"), line("-1", "7", day=2)], {"closing": "7"}),
        ([line("-2", "8"), line("-1", day=2)], {"closing": "7"}),
        ([line("-2"), line("-1", "7", day=2)], {"opening": "10"}),
    ],
)
def test_a_line_that_took_no_part_leaves_it_unprovable(lines, stated):
    assert proof(*lines, **stated).outcome is Outcome.UNPROVABLE


def test_the_order_that_goes_furthest_names_the_line():
    found = proof(line("-2", "8"), line("-3", "5"), line("-1", "3", day=2), opening="10")

    assert found.difference == -1
    assert (found.detail or "").startswith("The balance after line 3 (2026-01-02, -1) is off by -1:")


def test_pending_lines_are_in_no_balance():
    pending = line("-9", "1", status="pending")

    assert proof(line("-2"), pending, opening="10", closing="8", count=1) == Proof(Outcome.PROVEN)


def page(*lines, opening, closing):
    return prove(
        Statement(
            "1", None, "EUR", lines,
            opening_balance=Decimal(opening),
            closing_balance=closing and Decimal(closing),
            missing_pages="page 2 of 3 is missing",
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("opening", "closing", "difference", "sentence"),
    [
        (
            "0",
            "-9",
            "-7",
            "Page 2 of 3 is missing in the file: opening balance and lines miss the closing balance by -7.",
        ),
        ("0", None, None, "Page 2 of 3 is missing in the file."),
    ],
)
def test_a_missing_page_is_named_with_what_is_on_it(opening, closing, difference, sentence):
    found = page(line("-2"), opening=opening, closing=closing)

    assert found == Proof(
        Outcome.DISCREPANCY,
        f"{sentence} Get the whole statement from the bank.",
        difference and Decimal(difference),
    )


def test_pages_in_a_file_of_their_own_whose_balances_hold_are_not_held_back():
    assert page(line("-2"), opening="0", closing="-2") == Proof(
        Outcome.UNPROVABLE,
        "Page 2 of 3 is missing in the file, and the balances of what it holds agree. Import the rest as well, or the"
        " whole statement.",
    )


def test_a_missing_page_whose_lines_add_up_to_nothing_is_seen_by_the_running_balance():
    found = page(line("-2", "8"), line("-3", "4", day=2), line("1", "5", day=3), opening="10", closing="6")

    assert found.outcome is Outcome.DISCREPANCY
