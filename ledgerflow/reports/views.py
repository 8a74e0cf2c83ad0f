"""Reports: every figure leads to the lines that make it up."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.reports import selectors
from ledgerflow.reports.exporters import Table, respond
from ledgerflow.reports.forms import AsOfForm, RegisterForm, key_of
from ledgerflow.reports.tables import register_table, trial_balance_table


class HomeView(BookMixin, generic.TemplateView):
    """The reports there are, each with a sentence."""

    action = Action.VIEW
    template_name = "reports/home.html"


class TrialBalanceView(BookMixin, generic.TemplateView):
    """The balance of every account at the end of a day; also as JSON and CSV (``?format=``)."""

    action = Action.VIEW
    template_name = "reports/trial_balance.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page, or give the table in the asked form."""
        self.form = AsOfForm(request.GET)
        self.report = trial_balance(
            book=self.book, as_of=self._as_of(), before_closing=self._is_before_closing()
        )
        table = trial_balance_table(book=self.book, report=self.report)
        return respond(table, request.GET.get("format", "")) or super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the report and the day it is asked for."""
        shown = {"as_of": self.report.as_of, "before_closing": self._is_before_closing()}
        form = AsOfForm(initial=shown) if self.form.is_valid() else self.form
        return super().get_context_data(
            report=self.report, form=form, is_before_closing=self._is_before_closing(), **kwargs
        )

    def _is_before_closing(self) -> bool:
        return self.form.is_valid() and self.form.cleaned_data["before_closing"]

    def _as_of(self) -> date:
        chosen = self.form.cleaned_data["as_of"] if self.form.is_valid() else None
        return chosen or timezone.localdate()


class RegisterView(BookMixin, generic.TemplateView):
    """An account's lines with the balance after each, a hundred at a time; also as JSON and CSV (``?format=``).

    ``?from=`` and ``?to=`` (today when not given) are a range of dates, ``?q=`` looks for words.
    """

    action = Action.VIEW
    template_name = "reports/register.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page, or give every line of the range in the asked form."""
        try:
            self.account = selectors.account_of(book=self.book, pk=self.kwargs["account"])
        except Account.DoesNotExist as error:
            raise Http404 from error
        self.form = RegisterForm(request.GET)
        self.form.is_valid()
        asked = self.form.cleaned_data
        self.first, self.last = asked.get("from"), asked.get("to") or timezone.localdate()
        self.search = (asked.get("q") or "").strip()
        self.figures = selectors.register_figures(account=self.account, first=self.first, last=self.last)
        form = request.GET.get("format", "")
        return (respond(self._table(), form) if form else None) or super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the figures and a page of lines."""
        before = self.form.cleaned_data.get("before")
        report = selectors.register_report(
            account=self.account, first=self.first, last=self.last, search=self.search, before=before
        )
        filters = self.request.GET.copy()
        filters.pop("before", None)
        filters.pop("format", None)
        is_foreign = self.account.currency not in {None, self.book.base_currency}
        return super().get_context_data(**kwargs) | {
            "account": self.account,
            "figures": self.figures,
            "report": report,
            "first": self.first,
            "last": self.last,
            "search": self.search,
            "following": key_of(report.following) if report.following else "",
            "is_first": before is None,
            "filters": filters.urlencode(),
            "is_foreign": is_foreign,
            "form": RegisterForm(initial={"from": self.first, "to": self.last, "q": self.search}),
            "errors": self.form.errors,
        }

    def _table(self) -> Table:
        return register_table(
            account=self.account,
            first=self.first,
            last=self.last,
            figures=self.figures,
            lines=selectors.register_lines(
                account=self.account, first=self.first, last=self.last, search=self.search
            ),
            search=self.search,
        )
