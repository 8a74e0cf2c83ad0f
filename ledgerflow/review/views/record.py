"""The record of a book: how often the machine was right, what it promises, and what it did without a person."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.classification.models import State
from ledgerflow.classification.services import suggest_anew, switch_promise_off, switch_promise_on
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.learning.promise import WATCHED
from ledgerflow.learning.stored import SAMPLED
from ledgerflow.review import record_selectors
from ledgerflow.review.forms import LinesForm
from ledgerflow.review.unattended import take_back
from ledgerflow.review.views.which import asked_number


class PromiseForm(forms.Form):
    """How many of the lines that go without a person must be right."""

    share = forms.ChoiceField(
        choices=[("0.90", "90 %"), ("0.95", "95 %"), ("0.98", "98 %"), ("0.99", "99 %")],
        initial="0.95",
        label="Promise",
        help_text="At least so many of the lines accepted without a person are right, by this book's own record.",
    )


class RecordView(BookMixin, generic.TemplateView):
    """Promise, record, coverage, and the latest lines that went without a person."""

    action = Action.VIEW
    template_name = "review/record.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the record and the lines."""
        accepted, posted = (
            record_selectors.unattended(
                book=self.book, state=state, before=asked_number(self.request, f"{name}_before")
            )
            for name, state in (("accepted", State.ACCEPTED), ("posted", State.POSTED))
        )
        return super().get_context_data(
            report=record_selectors.report(book=self.book),
            promise_form=PromiseForm(),
            lists=[
                ("accepted", "Accepted, not posted yet", accepted),
                ("posted", "Posted", posted),
            ],
            listed=record_selectors.LISTED,
            sampled=SAMPLED,
            watched=WATCHED,
            **kwargs,
        )


class RecordActionView(BookMixin, generic.View):
    """What the buttons of the page share: a form, one service call, and the page again with a message."""

    action = Action.MANAGE_BOOK
    http_method_names = ["post"]
    form_class: ClassVar[type[forms.Form]] = forms.Form

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it, or say why not."""
        form = self.form_class(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(str(each) for errors in form.errors.values() for each in errors))
        else:
            try:
                messages.success(request, self.act(form))
            except LedgerFlowError as error:
                messages.error(request, str(error))
        return redirect("review:record", book=self.book.slug)

    def act(self, form: forms.Form) -> str:
        """Call the service and say what was done."""
        raise NotImplementedError


class PromiseOnView(RecordActionView):
    """Accept lines without a person, as far as the record keeps the promise."""

    form_class = PromiseForm

    def act(self, form: forms.Form) -> str:
        """Switch it on, and look at the lines that wait."""
        switch_promise_on(
            book=self.book, share=Decimal(form.cleaned_data["share"]), user=self.user, now=timezone.now()
        )
        changed = suggest_anew(book=self.book)
        done = "The lines that wait are being looked at." if changed is None else f"{changed} lines changed."
        return f"Lines are accepted without a person from now on. {done}"


class PromiseOffView(RecordActionView):
    """Accept no more lines without a person."""

    def act(self, form: forms.Form) -> str:
        """Switch it off."""
        switch_promise_off(book=self.book, user=self.user, now=timezone.now())
        return "No more lines are accepted without a person. What was accepted stays until you take it back."


class TakeBackView(RecordActionView):
    """Send lines that went without a person back to review."""

    action = Action.REVIEW
    form_class = LinesForm

    def act(self, form: forms.Form) -> str:
        """Take them back."""
        assert isinstance(form, LinesForm)
        done = take_back(book=self.book, line_ids=form.line_ids, user=self.user, now=timezone.now())
        return f"{done.lines} back in review, {done.reversed} entries reversed."
