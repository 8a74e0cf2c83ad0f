"""Reports: every figure leads to the lines that make it up."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.reports.exporters import respond
from ledgerflow.reports.forms import AsOfForm
from ledgerflow.reports.tables import trial_balance_table


class TrialBalanceView(BookMixin, generic.TemplateView):
    """The balance of every account at the end of a day; also as JSON and CSV (``?format=``)."""

    action = Action.VIEW
    template_name = "reports/trial_balance.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page, or give the table in the asked form."""
        self.form = AsOfForm(request.GET)
        self.report = trial_balance(book=self.book, as_of=self._as_of())
        table = trial_balance_table(book=self.book, report=self.report)
        return respond(table, request.GET.get("format", "")) or super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the report and the day it is asked for."""
        form = AsOfForm(initial={"as_of": self.report.as_of}) if self.form.is_valid() else self.form
        return super().get_context_data(report=self.report, form=form, **kwargs)

    def _as_of(self) -> date:
        chosen = self.form.cleaned_data["as_of"] if self.form.is_valid() else None
        return chosen or timezone.localdate()
