"""Whatever happened in the years: closed in order they leave nothing behind, and reopened they are as before."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.ledger.errors import PeriodActionError
from ledgerflow.ledger.fiscal import fiscal_year
from ledgerflow.ledger.models import AccountType
from ledgerflow.ledger.selectors import balances, trial_balance
from ledgerflow.ledger.selectors.periods import held
from ledgerflow.ledger.selectors.verify import problems
from tests.ledger.years import Years

_CODES = ("1000", "2000", "3100", "3200", "4000", "4900", "5000", "6390")
_FIRST = date(2024, 1, 1)
_ENTRIES = st.lists(
    st.tuples(
        st.integers(0, 1095), st.sampled_from(_CODES), st.sampled_from(_CODES), st.integers(-99_999, 99_999)
    ).filter(lambda entry: entry[1] != entry[2]),
    min_size=1,
    max_size=10,
)


def _close(book, ending_in):
    """Close the year, unless nothing stands in it."""
    try:
        book.close(ending_in)
    except PeriodActionError as error:
        if "No income or expenses" not in str(error):
            raise


def _of(book, day, *kinds):
    return {row.code: row.base_amount for row in balances(book=book.book, as_of=day) if row.type in kinds}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=_ENTRIES,
    starts=st.sampled_from([1, 4, 7, 12]),
    chart=st.sampled_from(["generic", "sole_proprietor_us"]),
    reopened=st.one_of(st.none(), st.integers(0, 1095)),
)
def test_closed_years_leave_nothing_behind_and_reopened_ones_are_as_before(
    shared_db, entries, starts, chart, reopened
):
    book = Years(chart, fiscal_year_start_month=starts)
    for offset, debit, credit, cents in entries:
        day = _FIRST + timedelta(days=offset)
        book.post(day, book.account(debit), book.account(credit), f"{cents / 100:.2f}")
    years = [fiscal_year(book=book.book, ending_in=year) for year in (2024, 2025, 2026)]
    before = {year.last: balances(book=book.book, as_of=year.last) for year in years}
    sheet = (AccountType.ASSET, AccountType.LIABILITY)

    for year in years:
        _close(book, year.last.year)

        assert not any(_of(book, year.last, AccountType.INCOME, AccountType.EXPENSE).values())
        assert _of(book, year.last, *sheet) == {
            row.code: row.base_amount for row in before[year.last] if row.type in sheet
        }
        shown = trial_balance(book=book.book, as_of=year.last)
        assert shown.total_debit == shown.total_credit
        if chart == "sole_proprietor_us":
            assert book.stands(book.drawings, year.last) == 0
    assert problems(book=book.book) == []

    through = _FIRST + timedelta(days=reopened) if reopened is not None else None
    closed = held(book=book.book).closed_through
    if closed is not None and (through is None or through < closed):
        book.reopen(through)
        for year in years:
            if through is None:
                assert balances(book=book.book, as_of=year.last) == before[year.last]
            elif year.last <= through:
                assert not any(_of(book, year.last, AccountType.INCOME, AccountType.EXPENSE).values())
        assert problems(book=book.book) == []
