"""Income statement, balance sheet, cash flow and payees: a table of figures under its charts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property

from ledgerflow.core.periods import EARLIEST, Period
from ledgerflow.ledger.selectors import cash_flow
from ledgerflow.posting.tag_selectors import TagFilter
from ledgerflow.reports import chart_makers, grid, selectors
from ledgerflow.reports.basis import Basis, Scope
from ledgerflow.reports.charts import Chart
from ledgerflow.reports.forms import Columns, PeriodForm, StatementForm
from ledgerflow.reports.scope_forms import BasisBalanceSheetForm, CashFlowForm, IncomeStatementForm
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
    """What came in and what it cost, on either basis, of one tag or by tag."""

    form_class = IncomeStatementForm
    tags: Sequence[TagFilter | None] = ()

    def ask(self) -> None:
        """Read the period, what stands beside it, basis and tags."""
        super().ask()
        assert isinstance(self.form, IncomeStatementForm)
        self.scope = self.form.scope()
        notes = selectors.basis_notes(book=self.book, period=self.period, basis=self.scope.basis)
        self.frame = replace(self.frame, notes=(*self.frame.notes, *notes))
        periods, parts = self.periods()
        every = selectors.income_statement_on(book=self.book, periods=periods, scope=self.scope)
        self.over_time = every.columns(slice(parts))
        self.report = every.columns(slice(-len(self.columns.periods), None))
        self.whole = self.report.columns(slice(self.columns.parts, self.columns.parts + 1))
        self.labels: Sequence[str] = self.columns.labels
        if self.form.is_by_tag:
            by_tag = selectors.income_statement_by_tag(book=self.book, period=self.period, scope=self.scope)
            self.report = by_tag.report
            self.labels, self.tags = zip(*by_tag.columns, strict=True)

    def table(self) -> Table:
        """Return the report."""
        return income_statement_table(
            frame=self.frame,
            report=self.report,
            labels=self.labels,
            subtitle=str(self.period),
            scope=self.scope,
            tags=self.tags,
        )

    def charts(self) -> Sequence[Chart]:
        """Return income and expenses by month, and the expenses by account."""
        return chart_makers.of_income_statement(
            over_time=self.over_time,
            whole=self.whole,
            frame=self.frame,
            base=self.lines_address(),
            scope=self.scope,
        )


class CashFlowView(_StatementView):
    """Where the money of the bank accounts came from and where it went, all of it or of one tag."""

    form_class = CashFlowForm

    def ask(self) -> None:
        """Read the period, what stands beside it, and the tag."""
        super().ask()
        assert isinstance(self.form, CashFlowForm)
        self.scope = Scope(Basis.CASH, *self.form.tag_filter())
        cash = selectors.cash_accounts(book=self.book)
        periods, parts = self.periods()
        every = cash_flow(
            book=self.book,
            cash=cash,
            periods=periods,
            keeping=selectors.kept_entries(book=self.book, tags=self.scope.tags),
        )
        self.over_time = every.columns(slice(parts))
        self.report = every.columns(slice(-len(self.columns.periods), None))

    def table(self) -> Table:
        """Return the report."""
        return cash_flow_table(
            frame=self.frame,
            report=self.report,
            labels=self.columns.labels,
            subtitle=str(self.period),
            scope=self.scope,
        )

    def charts(self) -> Sequence[Chart]:
        """Return money in and money out by month."""
        return chart_makers.of_cash_flow(
            over_time=self.over_time, frame=self.frame, base=self.lines_address(), scope=self.scope
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
        self.form = BasisBalanceSheetForm(self.request.GET, book=self.book)
        self.basis = self.form.chosen_basis
        chosen = self.form.cleaned_data["as_of"] if self.form.is_valid() else None
        self.as_of: date = chosen or timezone.localdate()
        period = Period(EARLIEST, self.as_of)
        frame = selectors.frame_of(book=self.book, period=period)
        notes = selectors.basis_notes(book=self.book, period=period, basis=self.basis)
        self.frame = replace(frame, notes=(*frame.notes, *notes))
        days, before = self.form.days(as_of=self.as_of), chart_makers.ends_before(self.as_of)
        every = selectors.balance_sheet_on(
            book=self.book, days=[*days, *before, self.as_of], basis=self.basis
        )
        self.report, self.over_time = every.columns(slice(len(days))), every.columns(slice(len(days), None))

    def table(self) -> Table:
        """Return the report."""
        return balance_sheet_table(
            frame=self.frame,
            report=self.report,
            labels=[f"{day}" for day in self.report.days],
            basis=self.basis,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the table as HTML, and its chart."""
        table = self.table()
        asked = self.form.cleaned_data if self.form.is_valid() else {}
        kept = {name: asked.get(name) for name in ("compare", "columns", "basis")}
        form = BasisBalanceSheetForm(initial={"as_of": self.as_of, **kept}, book=self.book)
        return super().get_context_data(
            table=table,
            head=grid.head(table),
            body=grid.body(table, lines=self.lines_address()),
            charts=chart_makers.of_balance_sheet(
                over_time=self.over_time, frame=self.frame, base=self.lines_address(), basis=self.basis
            ),
            form=form if self.form.is_valid() else self.form,
            errors=self.form.errors,
            **kwargs,
        )
