"""Income statement, balance sheet, cash flow and payees: a table of figures under its charts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property

from ledgerflow.core.periods import EARLIEST, Period
from ledgerflow.ledger.selectors import balance_sheet, cash_flow, income_statement
from ledgerflow.reports import chart_makers, grid, selectors
from ledgerflow.reports.charts import Chart
from ledgerflow.reports.forms import BalanceSheetForm, Columns, PeriodForm, StatementForm
from ledgerflow.reports.table import Table
from ledgerflow.reports.tables import (
    balance_sheet_table,
    cash_flow_table,
    income_statement_table,
    payee_table,
)
from ledgerflow.reports.views.report import ReportView


class _StatementView(ReportView):
    """A report of a period in columns."""

    template_name = "reports/statement.html"
    form_class: type[PeriodForm] = StatementForm

    def ask(self) -> None:
        """Read the period."""
        self.form = self.form_class(self.request.GET, book=self.book, today=timezone.localdate())
        _, self.period = self.form.chosen()
        self.frame = selectors.frame_of(book=self.book, period=self.period)

    @cached_property
    def columns(self) -> Columns:
        """The columns of the report."""
        assert isinstance(self.form, StatementForm)
        return self.form.columns_of(self.period)

    def periods(self) -> tuple[tuple[Period, ...], int]:
        """Return the periods to ask for at once, those of the chart over time first, and how many those are.

        The parts of the period are the chart's where the table shows them; otherwise the chart has parts of its own.
        """
        own = () if self.columns.parts else chart_makers.parts_of(self.period)
        return (*own, *self.columns.periods), len(own) or self.columns.parts

    def charts(self) -> Sequence[Chart]:
        """Return the charts above the table."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the table as HTML, and its charts."""
        table = self.table()
        return super().get_context_data(
            table=table,
            head=grid.head(table),
            body=grid.body(table, lines=self.lines_address()),
            charts=self.charts(),
            form=self.form.again(),
            presets=PeriodForm.PRESETS,
            errors=self.form.errors,
            **kwargs,
        )


class IncomeStatementView(_StatementView):
    """What came in and what it cost."""

    def ask(self) -> None:
        """Read the period and what stands beside it."""
        super().ask()
        periods, parts = self.periods()
        every = income_statement(book=self.book, periods=periods)
        self.over_time = every.columns(slice(parts))
        self.report = every.columns(slice(-len(self.columns.periods), None))

    def table(self) -> Table:
        """Return the report."""
        return income_statement_table(
            frame=self.frame, report=self.report, labels=self.columns.labels, subtitle=str(self.period)
        )

    def charts(self) -> Sequence[Chart]:
        """Return income and expenses by month, and the expenses by account."""
        return chart_makers.of_income_statement(
            over_time=self.over_time,
            whole=self.report.columns(slice(self.columns.parts, self.columns.parts + 1)),
            frame=self.frame,
            base=self.lines_address(),
        )


class CashFlowView(_StatementView):
    """Where the money of the bank accounts came from and where it went."""

    def ask(self) -> None:
        """Read the period and what stands beside it."""
        super().ask()
        cash = selectors.cash_accounts(book=self.book)
        periods, parts = self.periods()
        every = cash_flow(book=self.book, cash=cash, periods=periods)
        self.over_time = every.columns(slice(parts))
        self.report = every.columns(slice(-len(self.columns.periods), None))

    def table(self) -> Table:
        """Return the report."""
        return cash_flow_table(
            frame=self.frame, report=self.report, labels=self.columns.labels, subtitle=str(self.period)
        )

    def charts(self) -> Sequence[Chart]:
        """Return money in and money out by month."""
        return chart_makers.of_cash_flow(
            over_time=self.over_time, frame=self.frame, base=self.lines_address()
        )


class PayeesView(_StatementView):
    """What came from each payee and what went to them."""

    form_class = PeriodForm

    def ask(self) -> None:
        """Read the period."""
        super().ask()
        self.report = selectors.payee_report(book=self.book, period=self.period)

    def table(self) -> Table:
        """Return the report."""
        return payee_table(frame=self.frame, period=self.period, report=self.report)

    def charts(self) -> Sequence[Chart]:
        """Return the payees to whom most went."""
        return chart_makers.of_payees(
            report=self.report, period=self.period, frame=self.frame, base=self.lines_address()
        )


class BalanceSheetView(ReportView):
    """What the owner has, owes, and what is left, at the end of a day."""

    template_name = "reports/statement.html"

    def ask(self) -> None:
        """Read the day and the days beside it."""
        self.form = BalanceSheetForm(self.request.GET, book=self.book)
        chosen = self.form.cleaned_data["as_of"] if self.form.is_valid() else None
        self.as_of: date = chosen or timezone.localdate()
        self.frame = selectors.frame_of(book=self.book, period=Period(EARLIEST, self.as_of))
        days, before = self.form.days(as_of=self.as_of), chart_makers.ends_before(self.as_of)
        every = balance_sheet(book=self.book, days=[*days, *before, self.as_of])
        self.report, self.over_time = every.columns(slice(len(days))), every.columns(slice(len(days), None))

    def table(self) -> Table:
        """Return the report."""
        return balance_sheet_table(
            frame=self.frame, report=self.report, labels=[f"{day}" for day in self.report.days]
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the table as HTML, and its chart."""
        table = self.table()
        asked = self.form.cleaned_data if self.form.is_valid() else {}
        initial = {"as_of": self.as_of, "compare": asked.get("compare"), "columns": asked.get("columns")}
        return super().get_context_data(
            table=table,
            head=grid.head(table),
            body=grid.body(table, lines=self.lines_address()),
            charts=chart_makers.of_balance_sheet(
                over_time=self.over_time, frame=self.frame, base=self.lines_address()
            ),
            form=BalanceSheetForm(initial=initial, book=self.book) if self.form.is_valid() else self.form,
            errors=self.form.errors,
            **kwargs,
        )
