"""Statements prove each other: what one closes with is where the next begins."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.statements.chain import Coverage, Link, chain, overlapping

JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
_NO_SHARES: dict[tuple[int, int], Decimal] = {}


def link(statement, first, last, *, opening=None, closing=None, total=0, number=None, series="mt940"):
    def decimal(value):
        return None if value is None else Decimal(value)

    return Link(statement, first, last, decimal(opening), decimal(closing), Decimal(total), number, series)


def month(statement, of, **said):
    first = date(2026, of, 1)
    return link(statement, first, date(2026, of + 1, 1) - timedelta(days=1), **said)


def coverages(found):
    return [each.coverage for each in found.months]


def skipped(*links, numbered=()):
    return [joint.skipped for joint in chain(links, _NO_SHARES, numbered).joints]


def test_a_number_that_is_passed_over_names_the_statement_that_is_missing():
    first, third = month(1, 1, closing=100, number=13), month(3, 2, opening=80, closing=70, number=15)

    found = chain([first, third], _NO_SHARES)

    assert [joint.skipped for joint in found.joints] == [(14,)]
    assert [len(each.skips) for each in found.months] == [0, 1]
    assert coverages(chain([month(1, 1, number=13), month(3, 2, number=15)], _NO_SHARES)) == [
        Coverage.COVERED,
        Coverage.MISSING,
    ]


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        ({"number": 13}, {"number": 14}, ()),
        ({"number": 13}, {"number": 13}, ()),
        ({"number": 13}, {"number": 15, "series": "camt.053"}, ()),
        ({}, {"number": 15}, ()),
        ({"number": 13}, {"number": 2}, ()),  # not a new year
        ({"number": 260131}, {"number": 260228}, ()),  # days, not numbers
        ({"number": 13, "closing": 5}, {"number": 15, "opening": 5}, ()),  # the balances meet
        ({"number": 13, "closing": 5}, {"number": 17, "opening": 6}, (14, 16)),
    ],
)
def test_only_numbers_that_count_statements_name_one(before, after, missing):
    found = skipped(month(1, 1, **before), month(2, 2, **after), numbered={("mt940", 15)})

    assert found == [missing]


def test_numbers_begin_anew_with_a_year():
    december = link(1, date(2025, 12, 1), date(2025, 12, 31), number=12)

    assert skipped(december, month(2, 1, number=1)) == [()]
    assert skipped(december, month(2, 2, number=2)) == [(1,)]


def test_a_number_of_another_year_is_not_there():
    last_year = [link(n, date(2025, n, 1), date(2025, n, 28), number=n) for n in range(1, 13)]

    found = skipped(*last_year, month(13, 1, number=1), month(15, 3, number=3))

    assert found == [()] * 12 + [(2,)]


def test_closing_balances_alone_prove_the_next_statement():
    found = chain([month(1, 1, closing=100, total=30), month(2, 2, closing=80, total=-20)], _NO_SHARES)

    assert found.proven == {2}
    assert coverages(found) == [Coverage.COVERED, Coverage.COVERED]


def test_a_closing_that_is_not_the_next_opening_is_a_mismatch_with_its_difference():
    found = chain([month(1, 1, closing=100), month(2, 2, opening=88, closing=90, total=2)], _NO_SHARES)

    assert [joint.difference for joint in found.joints] == [Decimal(-12)]
    assert coverages(found) == [Coverage.COVERED, Coverage.MISMATCH]
    assert found.proven == frozenset()


def test_lines_that_do_not_make_the_next_closing_are_a_mismatch():
    found = chain([month(1, 1, closing=100), month(2, 2, closing=90, total=-9)], _NO_SHARES)

    assert [joint.difference for joint in found.joints] == [Decimal(-1)]


def test_a_month_that_no_statement_speaks_for_is_missing():
    found = chain([month(1, 1, closing=100, total=1), month(3, 3, closing=70, total=-10)], _NO_SHARES)

    assert coverages(found) == [Coverage.COVERED, Coverage.MISSING, Coverage.MISMATCH]
    assert found.months[1].missing == ((FEBRUARY, MARCH - timedelta(days=1)),)
    assert found.months[1].statements == ()


def test_a_gap_over_which_the_balances_agree_is_not_missing():
    found = chain([month(1, 1, closing=100), month(3, 3, closing=90, total=-10)], _NO_SHARES)

    assert set(coverages(found)) == {Coverage.COVERED}


def test_a_gap_without_balances_is_missing():
    found = chain([month(1, 1), month(3, 3, opening=5)], _NO_SHARES)

    assert coverages(found)[1] == Coverage.MISSING
    assert not any(joint.is_mismatch for joint in found.joints)


def test_a_gap_between_days_is_cut_to_each_month():
    links = [
        link(1, JANUARY, date(2026, 1, 29), closing=1),
        link(2, date(2026, 2, 3), date(2026, 2, 20)),
    ]

    found = chain(links, _NO_SHARES)

    assert found.months[0].missing == ((date(2026, 1, 30), date(2026, 1, 31)),)
    assert found.months[1].missing == ((FEBRUARY, date(2026, 2, 2)),)


def test_two_files_of_the_same_month_are_a_duplicate():
    found = chain([month(1, 1, closing=100), month(2, 1, closing=100)], _NO_SHARES)

    assert [(repeat.statement, repeat.of, repeat.difference) for repeat in found.repeats] == [
        (2, 1, Decimal(0))
    ]
    assert coverages(found) == [Coverage.DUPLICATE]


def test_two_files_of_the_same_month_that_close_differently_are_a_mismatch():
    found = chain([month(1, 1, closing=100), month(2, 1, closing=98)], _NO_SHARES)

    assert coverages(found) == [Coverage.MISMATCH]
    assert found.repeats[0].difference == -2


def test_a_file_of_some_days_of_another_one_is_a_duplicate_without_a_difference():
    found = chain(
        [month(1, 1, closing=100), link(2, date(2026, 1, 5), date(2026, 1, 9), closing=3)], _NO_SHARES
    )

    assert [(repeat.statement, repeat.difference) for repeat in found.repeats] == [(2, None)]
    assert coverages(found) == [Coverage.DUPLICATE]


@pytest.mark.parametrize(("shared", "difference"), [("-30", 0), ("-20", 10)])
def test_lines_that_both_show_count_once(shared, difference):
    links = [
        link(1, JANUARY, date(2026, 1, 20), closing=100, total=50),
        link(2, date(2026, 1, 15), date(2026, 2, 5), closing=60, total=-70),
    ]

    found = chain(links, {(1, 2): Decimal(shared)})

    assert overlapping(links) == [(1, 2)]
    assert [joint.difference for joint in found.joints] == [Decimal(difference)]


def test_an_opening_balance_alone_closes_with_its_lines():
    found = chain([month(1, 1, opening=50, total=7), month(2, 2, opening=57)], _NO_SHARES)

    assert found.proven == {2}


def test_no_statements_make_no_chain():
    found = chain([], _NO_SHARES)

    assert found.months == ()
    assert found.coverage is None


@st.composite
def histories(draw, least=1):
    """Draw statements that follow one another without a gap, each stating opening, closing, both or its closing."""
    day, balance, links = date(2025, 11, 20), Decimal(draw(st.integers(-999, 999))), []
    for number in range(draw(st.integers(least, 8))):
        total = Decimal(draw(st.integers(-500, 500)))
        last = day + timedelta(days=draw(st.integers(0, 70)))
        states_opening = draw(st.booleans())
        links.append(Link(number, day, last, balance if states_opening else None, balance + total, total))
        day, balance = last + timedelta(days=1), balance + total
    return links


@given(histories(), st.randoms(use_true_random=False))
def test_a_true_history_is_covered_in_whatever_order_its_files_come(links, random):
    shuffled = list(links)
    random.shuffle(shuffled)

    found = chain(shuffled, _NO_SHARES)

    assert set(coverages(found)) == {Coverage.COVERED}
    assert found.proven == {each.statement for each in links[1:]}
    assert found == chain(links, _NO_SHARES)


@given(histories(), st.data())
def test_every_month_from_the_first_day_to_the_last_stands_once(links, data):
    kept = data.draw(st.lists(st.sampled_from(links), min_size=1, unique=True))

    months = [each.first for each in chain(kept, _NO_SHARES).months]

    first, last = min(each.first for each in kept), max(each.last for each in kept)
    assert months == sorted(set(months))
    assert months[0] == first.replace(day=1)
    assert months[-1] == last.replace(day=1)
    assert len(months) == (last.year - first.year) * 12 + last.month - first.month + 1


@given(histories(least=3), st.data())
def test_a_statement_left_out_is_missed_exactly_where_money_moved(links, data):
    gone = links[data.draw(st.integers(1, len(links) - 2))]

    found = chain([each for each in links if each is not gone], _NO_SHARES)

    (joint,) = [joint for joint in found.joints if joint.gap is not None]
    assert joint.gap == (gone.first, gone.last)
    assert joint.difference == gone.total
    assert joint.is_missing == bool(gone.total)
    assert all(other.difference == 0 for other in found.joints if other is not joint)


@given(histories(least=2), st.integers(1, 999), st.data())
def test_a_wrong_closing_balance_is_seen_at_the_statement_that_follows(links, error, data):
    number = data.draw(st.integers(0, len(links) - 2))
    wrong = links[number]
    links[number] = Link(
        wrong.statement, wrong.first, wrong.last, wrong.opening, wrong.closing + error, wrong.total
    )

    found = chain(links, _NO_SHARES)

    assert {joint.difference for joint in found.joints if joint.before == wrong.statement} == {
        Decimal(-error)
    }
    assert any(each.coverage is Coverage.MISMATCH for each in found.months)
