"""Pages about other currencies: what the bank stated for a line, and the revaluation of balances."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.posting import services
from ledgerflow.posting.forms import RevaluationDayForm, RevaluationForm, StatedAmountForm
from ledgerflow.posting.revaluation import revaluation
from ledgerflow.posting.views import LineView


class StateAmountView(LineView):
    """Say what the bank itself took or gave in the book's currency for a line."""

    action = Action.REVIEW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Keep it, or show the line with the reason why not."""
        form = StatedAmountForm(request.POST)
        if form.is_valid():
            try:
                stated = services.state_amount(
                    book=self.book,
                    line_id=kwargs["line"],
                    base_amount=form.cleaned_data["base_amount"],
                    user=self.user,
                    now=timezone.now(),
                )
            except LedgerFlowError as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request,
                    "The bank's own amount goes before any rate."
                    if stated
                    else "The rate of the day decides.",
                )
                return redirect("posting:line", book=self.book.slug, line=kwargs["line"])
        return self.render_to_response(self.get_context_data(stated_form=form))


class RevaluationView(BookMixin, generic.TemplateView):
    """Balances in other currencies beside their worth, and the one entry that brings them to it."""

    template_name = "posting/revaluation.html"

    def needed_action(self) -> Action:
        """Whoever sees the book sees the figures; posting is for those who make entries."""
        return Action.VIEW if self.request.method in {"GET", "HEAD"} else Action.ENTER_JOURNAL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the figures of the day that was asked for; the last day of the month before, to begin with."""
        asked = RevaluationDayForm(self.request.GET if "as_of" in self.request.GET else None)
        day = kwargs.pop("as_of", None)
        if day is None:
            day = asked.cleaned_data["as_of"] if asked.is_valid() else _end_of_last_month()
        if not asked.is_bound:
            asked = RevaluationDayForm(initial={"as_of": day})
        found = revaluation(book=self.book, as_of=day)
        form = RevaluationForm(initial={"as_of": day, "figures": found.figures})
        return super().get_context_data(day_form=asked, found=found, **{"form": form, **kwargs})

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Post the entry, or show the figures as they are now with the reason why not."""
        sent = RevaluationForm(request.POST)
        if not sent.is_valid():
            messages.error(request, "Review the figures first.")
            return redirect("posting:revaluation", book=self.book.slug)
        day = sent.cleaned_data["as_of"]
        try:
            number = services.post_revaluation(
                book=self.book, user=self.user, now=timezone.now(), **sent.cleaned_data
            )
        except LedgerFlowError as error:
            context = self.get_context_data(as_of=day, refusal=str(error))
            return self.render_to_response(context)
        messages.success(request, f"Posted as entry {number}.")
        return redirect("posting:entry", book=self.book.slug, number=number)


def _end_of_last_month() -> date:
    return timezone.localdate().replace(day=1) - timedelta(days=1)
