from datetime import date

import pytest

from ledgerflow.core.periods import Period, before, fiscal_year_of, pieces, quarter_of, typed, year_before


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-q4", date(2026, 10, 1), date(2026, 12, 31)),
        (" 2024-02 ", date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_what_a_person_types_is_a_period_and_is_shown_so_again(text, first, last):
    assert typed(text) == Period(first, last)
    assert str(typed(text)) == text.strip().upper()


@pytest.mark.parametrize(
    "text", ["", "26", "2026-13", "2026-00", "2026-Q5", "soon", "1899", "9999", "2026-1"]
)
def test_what_is_no_period_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="2026-Q1"):
        typed(text)


@pytest.mark.parametrize(
    ("period", "earlier", "last_year"),
    [
        ("2026-03", "2026-02", "2025-03"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026", "2025", "2025"),
        ("2025-02", "2025-01", "2024-02"),
    ],
)
def test_whole_months_are_compared_with_whole_months(period, earlier, last_year):
    assert before(typed(period)) == typed(earlier)
    assert year_before(typed(period)) == typed(last_year)


def test_other_days_are_compared_with_as_many_days():
    asked = Period(date(2024, 2, 10), date(2024, 2, 29))

    assert before(asked) == Period(date(2024, 1, 21), date(2024, 2, 9))
    assert year_before(asked) == Period(date(2023, 2, 10), date(2023, 2, 28))


def test_nothing_is_compared_with_days_before_the_books_begin():
    for earlier in (before, year_before):
        with pytest.raises(ValueError, match="1900"):
            earlier(Period(date(1900, 1, 1), date(1900, 2, 13)))
        with pytest.raises(ValueError, match="1900"):
            earlier(typed("1900"))


def test_a_fiscal_year_begins_with_its_month():
    assert fiscal_year_of(date(2026, 3, 31), 4) == Period(date(2025, 4, 1), date(2026, 3, 31))
    assert fiscal_year_of(date(2026, 4, 1), 4) == Period(date(2026, 4, 1), date(2027, 3, 31))
    assert quarter_of(date(2026, 5, 9)) == typed("2026-Q2")


def test_a_period_is_cut_without_gap_and_its_ends_stay():
    asked = Period(date(2025, 11, 15), date(2026, 4, 2))

    months, quarters = pieces(asked, 1), pieces(asked, 3)

    assert [piece.days for piece in months] == [16, 31, 31, 28, 31, 2]
    assert [(piece.first, piece.last) for piece in quarters] == [
        (date(2025, 11, 15), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 4, 2)),
    ]
