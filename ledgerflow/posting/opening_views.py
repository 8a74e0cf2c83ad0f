"""Opening balances: what each bank account began with, for a person to confirm."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.money import format_money
from ledgerflow.posting import opening_selectors, services
from ledgerflow.posting.forms import OpeningForm
from ledgerflow.statements.selectors import bank_accounts


class OpeningsView(BookMixin, generic.TemplateView):
    """Every bank account with its opening balance, posted or proposed."""

    action = Action.VIEW
    template_name = "posting/openings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the bank accounts, each with its form where there is something to confirm."""
        found = opening_selectors.openings(book=self.book)
        return super().get_context_data(
            openings=[(opening, self._form(opening), _figure(opening)) for opening in found], **kwargs
        )

    def _form(self, opening: opening_selectors.AccountOpening) -> OpeningForm | None:
        proposal = opening.proposal
        if proposal is None or not opening.waits:
            return None
        initial = {"amount": proposal.amount, "date": proposal.date}
        return OpeningForm(initial=initial, auto_id=f"opening-{opening.bank_account.pk}-%s")


def _figure(opening: opening_selectors.AccountOpening) -> str:
    """Return the proposed amount as a button shows it: without the colors of a table."""
    return format_money(opening.proposal.amount, opening.bank_account.currency) if opening.proposal else ""


class PostOpeningView(BookMixin, generic.View):
    """Post or replace an opening balance as it was shown."""

    action = Action.ENTER_JOURNAL
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Post it, or say why not."""
        bank_account = get_object_or_404(bank_accounts(book=self.book), pk=kwargs["bank_account"])
        form = OpeningForm(request.POST)
        if not form.is_valid():
            messages.error(
                request, "These are no amount and date of an opening balance; load the page again."
            )
            return redirect("posting:openings", book=self.book.slug)
        try:
            opening = services.post_opening(
                book=self.book,
                bank_account=bank_account,
                user=self.user,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except LedgerFlowError as error:
            messages.error(request, str(error))
        else:
            entry = f" as entry {opening.entry_number}" if opening.entry_number else ""
            messages.success(request, f"The opening balance of {bank_account} is posted{entry}.")
        return redirect("posting:openings", book=self.book.slug)
