from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.statements.likeness import text_key
from ledgerflow.statements.portions import Occurrence, Portion, Span
from ledgerflow.statements.recognition import recognize

BEFORE, DAY, AFTER = date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)
COFFEE = (Decimal("-3.50"), "coffee", None)
TAXI = (Decimal(-20), "taxi", None)


def coffee(bank_id):
    return (Decimal("-3.50"), "coffee", bank_id)


def portion(number, *shown, first=BEFORE, last=AFTER, **span):
    return Portion(
        Span(number, (f"file {number}", 0), first, last, **span),
        [Occurrence(number, no, *what) for no, what in enumerate(shown, start=1)],
    )


def whole(number, *shown):
    return portion(number, *shown)


def beginning(number, *shown, **span):
    """The day is the statement's last, and nothing says that it is complete."""
    return portion(number, *shown, last=DAY, **span)


def ending(number, *shown, **span):
    return portion(number, *shown, first=DAY, **span)


def alone(number, *shown, **span):
    return portion(number, *shown, first=DAY, last=DAY, **span)


def shapes(day):
    return sorted(sorted(shown[:2] for shown in slot.occurrences) for slot in day.slots)


def test_two_equal_lines_of_one_statement_it_counts_twice():
    day = recognize(DAY, [whole(1, COFFEE, COFFEE)], {})

    assert len(day.slots) == 2


def test_the_same_day_twice_it_adds_nothing():
    day = recognize(DAY, [whole(1, COFFEE, COFFEE, TAXI), whole(2, COFFEE, TAXI, COFFEE)], {})

    assert shapes(day) == [[(1, 1), (2, 1)], [(1, 2), (2, 3)], [(1, 3), (2, 2)]]
    assert not day.questions


def test_of_two_whole_days_the_larger_count_it_lets_win():
    day = recognize(DAY, [whole(1, COFFEE), whole(2, COFFEE, COFFEE), whole(3, TAXI)], {})

    assert len(day.slots) == 3


def test_another_amount_or_text_it_takes_for_another_movement():
    day = recognize(
        DAY, [whole(1, COFFEE), whole(2, (Decimal("-3.51"), "coffee", None), (COFFEE[0], "tea", None))], {}
    )

    assert len(day.slots) == 3


@pytest.mark.parametrize("cut", [beginning, ending])
def test_portions_cut_at_the_same_end_it_takes_as_one_within_the_other(cut):
    day = recognize(DAY, [cut(1, COFFEE), cut(2, COFFEE, COFFEE)], {})

    assert len(day.slots) == 2
    assert not day.questions


def test_portions_cut_at_different_ends_it_asks_about_where_they_look_alike():
    day = recognize(DAY, [beginning(1, COFFEE, TAXI), ending(2, COFFEE)], {})

    assert len(day.slots) == 3
    assert day.questions == {frozenset({1, 2})}
    ((contest),) = day.contests
    assert (len(contest.slots), contest.uncertain) == (2, 1)


def test_what_one_statement_shows_it_holds_for_certain():
    day = recognize(DAY, [beginning(1, COFFEE, COFFEE, COFFEE), ending(2, COFFEE, COFFEE)], {})

    assert len(day.slots) == 5
    assert [contest.uncertain for contest in day.contests] == [2]


def test_portions_that_share_nothing_it_does_not_ask_about():
    day = recognize(DAY, [beginning(1, COFFEE), ending(2, TAXI)], {})

    assert (len(day.slots), day.questions, day.contests) == (2, set(), [])


@pytest.mark.parametrize(("is_same", "count"), [(True, 2), (False, 3)])
def test_an_answer_it_follows(is_same, count):
    day = recognize(DAY, [beginning(1, COFFEE, COFFEE), ending(2, COFFEE)], {frozenset({1, 2}): is_same})

    assert len(day.slots) == count
    assert (day.questions, day.contests) == (set(), [])


def test_a_complete_portion_leaves_it_nothing_to_ask():
    day = recognize(DAY, [beginning(1, COFFEE), ending(2, COFFEE), whole(3, COFFEE)], {})

    assert (len(day.slots), day.questions) == (1, set())


def test_an_answer_it_keeps_beside_a_complete_portion():
    portions = [beginning(1, COFFEE), ending(2, COFFEE), whole(3, COFFEE, COFFEE)]

    day = recognize(DAY, portions, {frozenset({1, 2}): False})

    assert shapes(day) == [[(1, 1), (3, 1)], [(2, 1), (3, 2)]]


def test_stated_completeness_it_believes():
    day = recognize(DAY, [beginning(1, COFFEE, complete_to=DAY), ending(2, COFFEE)], {})

    assert (len(day.slots), day.questions) == (1, set())


def test_completeness_that_ends_before_the_day_it_does_not_count():
    day = recognize(DAY, [beginning(1, COFFEE, complete_to=BEFORE), ending(2, COFFEE)], {})

    assert day.questions


def test_the_same_statement_again_it_knows_though_the_day_is_cut():
    day = recognize(DAY, [alone(1, COFFEE, TAXI), alone(2, TAXI, COFFEE)], {})

    assert (len(day.slots), day.questions) == (2, set())


def test_two_cut_statements_of_the_day_that_differ_it_asks_about():
    day = recognize(DAY, [alone(1, COFFEE, TAXI), alone(2, COFFEE)], {})

    assert (len(day.slots), day.questions) == (3, {frozenset({1, 2})})


def _followed(closing, opening, *, is_proven=True):
    return [
        beginning(
            1, COFFEE, opening_balance=Decimal(100), closing_balance=Decimal(closing), is_proven=is_proven
        ),
        ending(2, COFFEE, opening_balance=Decimal(opening), closing_balance=Decimal(7), is_proven=True),
    ]


def test_proven_balances_that_follow_on_each_other_settle_it():
    day = recognize(DAY, _followed("50", "50"), {})

    assert (len(day.slots), day.questions) == (2, set())


@pytest.mark.parametrize(
    "portions", [_followed("50", "51"), _followed("50", "50", is_proven=False), _followed("100", "100")]
)
def test_balances_that_do_not_follow_or_are_not_proven_or_never_moved_do_not(portions):
    day = recognize(DAY, portions, {})

    assert day.questions


def test_the_banks_identifier_it_believes_whatever_text_and_cut():
    day = recognize(DAY, [beginning(1, coffee("A")), ending(2, (COFFEE[0], "espresso", "A"))], {})

    assert (shapes(day), day.questions) == ([[(1, 1), (2, 1)]], set())


def test_different_identifiers_it_takes_for_different_movements():
    day = recognize(DAY, [beginning(1, coffee("A")), ending(2, coffee("B"))], {})

    assert (len(day.slots), day.questions) == (2, set())


def test_an_identifier_used_again_for_another_amount_it_does_not_join():
    day = recognize(DAY, [beginning(1, coffee("A")), ending(2, (TAXI[0], "taxi", "A"))], {})

    assert len(day.slots) == 2


def test_an_identifier_that_a_statement_uses_twice_it_takes_for_none():
    day = recognize(
        DAY, [whole(1, coffee("0"), coffee("0")), whole(2, coffee("0"), (TAXI[0], "taxi", "0"))], {}
    )

    assert len(day.slots) == 3


def test_identifiers_made_anew_for_each_download_it_takes_for_none():
    day = recognize(DAY, [whole(1, coffee("A"), coffee("B")), whole(2, coffee("C"), coffee("D"))], {})

    assert len(day.slots) == 2


def test_identifiers_it_trusts_where_one_is_shared():
    day = recognize(DAY, [whole(1, coffee("A"), coffee("B")), whole(2, coffee("A"), coffee("D"))], {})

    assert len(day.slots) == 3


def test_lines_without_identifier_fill_the_movements_that_others_identify():
    day = recognize(DAY, [whole(1, coffee("A"), coffee("B")), whole(2, COFFEE, COFFEE, COFFEE)], {})

    assert shapes(day) == [[(1, 1), (2, 1)], [(1, 2), (2, 2)], [(2, 3)]]


def test_a_line_without_identifier_never_fills_what_its_own_statement_identifies():
    day = recognize(DAY, [whole(1, coffee("A"), COFFEE), whole(2, coffee("A"))], {})

    assert shapes(day) == [[(1, 1), (2, 1)], [(1, 2)]]


def test_a_line_without_identifier_on_a_cut_day_it_asks_about_beside_one_with():
    day = recognize(DAY, [beginning(1, coffee("A")), ending(2, COFFEE)], {})

    assert (len(day.slots), day.questions) == (2, {frozenset({1, 2})})


def test_three_portions_in_doubt_make_one_contest_in_which_one_line_is_certain():
    day = recognize(DAY, [beginning(1, COFFEE), ending(2, COFFEE), alone(3, COFFEE, TAXI)], {})

    ((contest),) = day.contests
    assert (len(contest.slots), contest.uncertain) == (3, 2)
    assert len(day.questions) == 3


def test_the_key_of_a_text_is_its_words_without_case_order_and_punctuation():
    assert text_key("Café  Central, Wien", None) == text_key("WIEN", "café central")
    assert text_key("Coffee 1") != text_key("Coffee 2")
