"""Exchange rates: which there are, who says so, and the entering of further ones."""

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.rate_forms import RateFileForm, RateForm, RatesFilterForm
from ledgerflow.ledger.selectors.rates import rates_page
from ledgerflow.ledger.services import rates
from ledgerflow.ledger.services.rates import KeptRates


class RatesView(BookMixin, generic.TemplateView):
    """The rates of the book, the latest day first, and the forms for further ones."""

    action = Action.VIEW
    template_name = "ledger/rates.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the rates that were asked for."""
        asked = RatesFilterForm(self.request.GET)
        facts = asked.cleaned_data if asked.is_valid() else {}
        page = rates_page(book=self.book, currency=facts.get("currency") or "", through=facts.get("through"))
        given = {
            "rate_form": RateForm(initial={"date": timezone.localdate()}, auto_id="rate-%s"),
            "file_form": RateFileForm(auto_id="file-%s"),
            **kwargs,
        }
        return super().get_context_data(filter_form=asked, page=page, **given)


class _EnterRatesView(RatesView):
    """What entering one rate and taking a file of them share."""

    action = Action.ENTER_RATES
    http_method_names = ["post"]

    def answer(self, form: django_forms.Form, form_name: str) -> HttpResponse:
        """Enter the rates, or show the page with the reason why not."""
        if form.is_valid():
            try:
                kept = self.enter(form.cleaned_data)
            except LedgerFlowError as error:
                form.add_error(None, str(error))
            else:
                messages.success(self.request, _what(kept))
                return redirect("ledger:rates", book=self.book.slug)
        return self.render_to_response(self.get_context_data(**{form_name: form}))

    def enter(self, facts: dict[str, Any]) -> KeptRates:
        """Enter them."""
        raise NotImplementedError


class RecordRateView(_EnterRatesView):
    """Enter one rate."""

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Answer the form."""
        return self.answer(RateForm(request.POST, auto_id="rate-%s"), "rate_form")

    def enter(self, facts: dict[str, Any]) -> KeptRates:
        """Enter it in the user's name."""
        return rates.record_rate(book=self.book, user=self.user, now=timezone.now(), **facts)


class ImportRatesView(_EnterRatesView):
    """Take the rates of a file."""

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Answer the form."""
        return self.answer(RateFileForm(request.POST, request.FILES, auto_id="file-%s"), "file_form")

    def enter(self, facts: dict[str, Any]) -> KeptRates:
        """Take them in the user's name."""
        return rates.import_rates(
            book=self.book,
            content=facts["file"].read(),
            name=facts["file"].name or "",
            currencies=facts["currencies"],
            user=self.user,
            now=timezone.now(),
        )


def _what(kept: KeptRates) -> str:
    if not kept.added:
        return "Every rate was here already."
    added = "One rate" if kept.added == 1 else f"{kept.added:,} rates"
    replaced = f"; {kept.replaced:,} of them replace what was entered before" if kept.replaced else ""
    return f"{added} entered{replaced}."
