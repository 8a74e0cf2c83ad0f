"""Whatever is posted: statements balance, columns add up, and every figure is the sum of its lines."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.core.periods import Period, pieces
from ledgerflow.ledger.models import AccountType, JournalLine
from ledgerflow.ledger.selectors import (
    Selection,
    balance_sheet,
    cash_flow,
    income_statement,
    selected_lines,
    selected_total,
    stood,
)
from tests.ledger.small_book import SmallBook

_START = date(2024, 1, 1)
_ENTRY = st.tuples(
    st.integers(0, 500),
    st.lists(st.tuples(st.integers(0, 4), st.integers(-99_999, 99_999)), min_size=1, max_size=5),
)
_RANGE = st.tuples(st.integers(-40, 540), st.integers(0, 200))


class RandomBook(SmallBook):
    """A small book with what Hypothesis thinks of, on one account of each type and a second bank account."""

    def __init__(self, start_month, entries) -> None:
        super().__init__(start_month)
        self.savings = self.account("1010", "Savings", AccountType.ASSET)
        own = [self.bank, self.loan, self.capital, self.sales, self.rent, self.savings]
        for offset, parts in entries:
            lines = [(own[which], Decimal(cents).scaleb(-2)) for which, cents in parts]
            rest = -sum(amount for _, amount in lines)
            self.post(_START + timedelta(days=offset), *lines, (self.savings, rest))

    def lines_total(self, accounts, period):
        """Add up the lines one by one."""
        lines = JournalLine.objects.filter(
            book=self.book, account__in=accounts, date__range=(period.first, period.last)
        )
        return sum((line.base_amount for line in lines), Decimal(0))


def figures_are_their_lines(small, sections, at, period, signs):
    for section in sections:
        accounts = tuple(row.account_id for row in section.rows)
        assert section.totals[at] == sum(row.amounts[at] for row in section.rows)
        assert section.totals[at] == signs[section.type] * small.lines_total(accounts, period)
        selection = Selection(accounts=accounts, period=period)
        lines = selected_lines(book=small.book, selection=selection, limit=1000).lines
        assert sum(line.base_amount for line in lines) == selected_total(book=small.book, selection=selection)
        assert signs[section.type] * sum(line.base_amount for line in lines) == section.totals[at]


_NATURAL = {
    AccountType.ASSET: 1,
    AccountType.LIABILITY: -1,
    AccountType.EQUITY: -1,
    AccountType.INCOME: -1,
    AccountType.EXPENSE: 1,
}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(_ENTRY, max_size=8), days=_RANGE, start_month=st.integers(1, 12))
def test_statements_of_any_book_agree_with_its_lines(shared_db, entries, days, start_month):
    small = RandomBook(start_month, entries)
    first = _START + timedelta(days=days[0])
    period = Period(first, first + timedelta(days=days[1]))
    months = pieces(period, 1)

    statement = income_statement(book=small.book, periods=[*months, period])
    sheet = balance_sheet(book=small.book, days=[period.last, first - timedelta(days=1)])
    flow = cash_flow(book=small.book, cash=[small.bank.pk, small.savings.pk], periods=[*months, period])

    assert sheet.assets.totals == sheet.liabilities_and_equity
    for section in (statement.income, statement.expenses, *flow.sections):
        for row in section.rows:
            assert sum(row.amounts[:-1]) == row.amounts[-1]
    unclosed = [a + b for a, b in zip(sheet.earlier_years, sheet.this_year, strict=True)]
    assert statement.net_income[-1] == unclosed[0] - unclosed[1]
    for at in range(len(months) + 1):
        assert flow.opening[at] + flow.net[at] == flow.closing[at]
        assert flow.money_in[at] - flow.money_out[at] == flow.net[at]
    figures_are_their_lines(small, (statement.income, statement.expenses), -1, period, _NATURAL)
    until = Period(date(1900, 1, 1), period.last)
    figures_are_their_lines(small, (sheet.assets, sheet.liabilities, sheet.equity), 0, until, _NATURAL)
    standing = stood(book=small.book, days=[period.last])
    assert flow.closing[-1] == sum(
        standing[each.pk][0] for each in (small.bank, small.savings) if each.pk in standing
    )
