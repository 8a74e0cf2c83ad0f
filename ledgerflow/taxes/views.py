"""The page on which the facts of a tax year are entered."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.taxes import selectors, services
from ledgerflow.taxes.forms import FactsForm, YearForm, initial_of
from ledgerflow.taxforms.differences import differences
from ledgerflow.taxforms.forms import TaxForm, tax_form, years


class FactsView(BookMixin, generic.FormView[FactsForm]):
    """Miles, home, inventory and business shares of a tax year (``?year=``); read by everyone, changed by some."""

    form_class = FactsForm
    template_name = "taxes/facts.html"

    def needed_action(self) -> Action:
        """Reading needs membership, entering the right to."""
        return Action.VIEW if self.request.method in {"GET", "HEAD"} else Action.ENTER_TAX_FACTS

    def setup(self, *args: Any, **kwargs: Any) -> None:
        """Take the year from the address."""
        super().setup(*args, **kwargs)
        self.year_form = YearForm(self.request.GET)

    @property
    def year(self) -> int:
        """The year asked for, today's where none is."""
        if self.year_form.is_valid():
            asked: int = self.year_form.cleaned_data["year"]
            return asked
        return selectors.year_at(book=self.book, day=timezone.localdate())

    @property
    def tax_form(self) -> TaxForm:
        """The form of the year."""
        return tax_form(self.year)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Begin with what was entered; a year that is closed takes nothing."""
        accounts = selectors.shared_accounts(book=self.book, form=self.tax_form)
        self.entered = selectors.entered_facts(book=self.book, year=self.year)
        return super().get_form_kwargs() | {
            "accounts": accounts,
            "initial": initial_of(self.entered, accounts),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the year and who entered what is there."""
        return super().get_context_data(**kwargs) | {
            "tax_year": selectors.tax_year(book=self.book, year=self.year),
            "tax_form": self.tax_form,
            "entered": self.entered,
            "changes": self._changes(),
            "year_form": YearForm(initial={"year": self.year}),
        }

    def _changes(self) -> list[str]:
        """Return what the form has differently from that of the year before, nothing for the first year."""
        before = self.year - 1
        return differences(tax_form(before), self.tax_form) if before in years() else []

    def form_valid(self, form: FactsForm) -> HttpResponse:
        """Keep the facts, or say what is refused."""
        try:
            services.enter_facts(
                book=self.book,
                year=self.year,
                facts=form.facts(),
                shares=form.shares(),
                user=self.user,
                now=timezone.now(),
            )
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, f"The facts of {self.year} are kept.")
        return redirect(f"{reverse('taxes:facts', kwargs={'book': self.book.slug})}?year={self.year}")
