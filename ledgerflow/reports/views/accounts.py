"""Trial balance and account register: every figure leads to the lines that make it up."""

from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.selectors import shown_list
from ledgerflow.books.views import BookMixin
from ledgerflow.core.periods import EARLIEST, Period
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.reports import address, chart_makers, grid, selectors
from ledgerflow.reports.forms import TrialBalanceForm
from ledgerflow.reports.line_rows import Shown, line_rows
from ledgerflow.reports.list_forms import RegisterForm, key_of
from ledgerflow.reports.lists import REGISTER
from ledgerflow.reports.table import Table
from ledgerflow.reports.tables import register_table, trial_balance_table
from ledgerflow.reports.views.report import ReportView


class HomeView(BookMixin, generic.TemplateView):
    """The reports there are, each with a sentence."""

    action = Action.VIEW
    template_name = "reports/home.html"


class TrialBalanceView(ReportView):
    """The balance of every account at the end of a day."""

    template_name = "reports/trial_balance.html"

    def ask(self) -> None:
        """Read the day."""
        self.form = TrialBalanceForm(self.request.GET)
        chosen = self.form.cleaned_data["as_of"] if self.form.is_valid() else None
        as_of: date = chosen or timezone.localdate()
        self.before_closing = self.form.is_before_closing
        self.frame = selectors.frame_of(book=self.book, period=Period(EARLIEST, as_of))
        self.reports = [
            trial_balance(book=self.book, as_of=day, before_closing=self.before_closing)
            for day in self.form.days(as_of=as_of)
        ]
        self.report = self.reports[0]

    def table(self) -> Table:
        """Return the report; its rows lead to the registers."""
        register = address.numbered("reports:register", book=self.book.slug, field="account")
        registers = {
            row.account_id: register.format(row.account_id) for each in self.reports for row in each.rows
        }
        return trial_balance_table(
            frame=self.frame, reports=self.reports, registers=registers, before_closing=self.before_closing
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the report and the day it is asked for."""
        form = self.form
        if form.is_valid():
            form = TrialBalanceForm(initial=form.cleaned_data | {"as_of": self.report.as_of})
        charts = chart_makers.of_trial_balance(
            report=self.report, frame=self.frame, base=self.lines_address()
        )
        table = self.table()
        return super().get_context_data(
            report=self.report,
            table=table,
            head=grid.head(table),
            body=grid.body(table, lines=self.lines_address()),
            form=form,
            errors=self.form.errors,
            charts=charts,
            **kwargs,
        )


class RegisterView(ReportView):
    """An account's lines with the balance after each, a hundred at a time.

    ``?from=`` and ``?to=`` (today when not given) are a range of dates, ``?q=`` looks for words.
    """

    template_name = "reports/register.html"

    def ask(self) -> None:
        """Read the account and the range."""
        try:
            self.account = selectors.account_of(book=self.book, pk=self.kwargs["account"])
        except Account.DoesNotExist as error:
            raise Http404 from error
        self.form = RegisterForm(self.request.GET)
        self.form.is_valid()
        asked = self.form.cleaned_data
        self.first, self.last = asked.get("from"), asked.get("to") or timezone.localdate()
        self.search = (asked.get("q") or "").strip()
        self.frame = selectors.frame_of(book=self.book, period=Period(self.first or EARLIEST, self.last))
        self.figures = selectors.register_figures(account=self.account, first=self.first, last=self.last)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the figures and a page of lines."""
        before = self.form.cleaned_data.get("before")
        report = selectors.register_report(
            account=self.account, first=self.first, last=self.last, search=self.search, before=before
        )
        is_foreign = self.account.currency not in {None, self.book.base_currency}
        asked = {**self.request.GET.dict(), "account": self.account.pk}
        listed = shown_list(of=REGISTER, book=self.book, user=self.user, said=asked)
        has_balance = not self.search and "balance" in listed.shown
        charts = chart_makers.of_register(
            account=self.account,
            last=self.last,
            closing=self.figures.closing,
            base=self.lines_address(),
        )
        return super().get_context_data(**kwargs) | {
            "account": self.account,
            "figures": self.figures,
            "report": report,
            "rows": line_rows(
                report.lines,
                book=self.book,
                shown=Shown(
                    own_amount=is_foreign,
                    balance=has_balance,
                    entry="entry" in listed.shown,
                    bank_text="bank-text" in listed.shown,
                    other_side="other-side" in listed.shown,
                    source="source" in listed.shown,
                ),
            ),
            "list": listed,
            "has_balance": has_balance,
            "first": self.first,
            "last": self.last,
            "search": self.search,
            "following": key_of(report.following) if report.following else "",
            "is_first": before is None,
            "is_foreign": is_foreign,
            "form": RegisterForm(initial={"from": self.first, "to": self.last, "q": self.search}),
            "errors": self.form.errors,
            "charts": charts,
        }

    def table(self) -> Table:
        """Return every line of the range."""
        return register_table(
            frame=self.frame,
            account=self.account,
            first=self.first,
            last=self.last,
            figures=self.figures,
            lines=selectors.register_lines(
                account=self.account, first=self.first, last=self.last, search=self.search
            ),
            search=self.search,
        )
