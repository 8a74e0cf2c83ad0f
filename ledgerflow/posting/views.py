"""The journal: its entries, where each comes from, and the entries that a person makes."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.agent.selectors import conversation_about
from ledgerflow.asking.page_context import questions_about
from ledgerflow.books.permissions import Action
from ledgerflow.books.selectors import shown_list
from ledgerflow.books.views import BookMixin
from ledgerflow.classification.engine import confidence_word
from ledgerflow.classification.tag_selectors import tags_of
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.money import ZERO, minor_digits
from ledgerflow.ledger.models import BatchSource, JournalEntry
from ledgerflow.ledger.selectors.rates import currencies_of
from ledgerflow.posting import page_selectors, services
from ledgerflow.posting.forms import (
    FIRST_ROWS,
    AccountChoices,
    DocumentDateForm,
    EntryForm,
    ForeignEntryForm,
    JournalFilterForm,
    LineForm,
    LineFormSet,
    ReverseForm,
    StatedAmountForm,
    TagsForm,
)
from ledgerflow.posting.line_history import history_of
from ledgerflow.posting.lists import JOURNAL
from ledgerflow.posting.lookup_views import lookup_context
from ledgerflow.posting.receipt_forms import AttachForm, DetachForm
from ledgerflow.statements.models import StatementLine
from ledgerflow.statements.receipt_selectors import offered_receipts

_PREFIX = "lines"
#: The journal keeps no larger amounts.
_MOST_DIGITS = 16


class JournalView(BookMixin, generic.TemplateView):
    """Every entry, newest first, fifty at a time."""

    action = Action.VIEW
    template_name = "posting/journal.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the entries within the asked dates."""
        form = JournalFilterForm(self.request.GET)
        asked = form.cleaned_data if form.is_valid() else {}
        page = page_selectors.journal_page(
            book=self.book, before=asked.get("before"), first=asked.get("from"), last=asked.get("to")
        )
        filters = self.request.GET.copy()
        filters.pop("before", None)
        return super().get_context_data(
            form=form,
            page=page,
            list=shown_list(of=JOURNAL, book=self.book, user=self.user, said=self.request.GET),
            filters=filters.urlencode(),
            is_first=asked.get("before") is None,
            **kwargs,
        )


class EntryView(BookMixin, generic.TemplateView):
    """One entry, with the bank line and the part of the file that it comes from."""

    action = Action.VIEW
    template_name = "posting/entry.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the entry and its provenance."""
        try:
            record = page_selectors.entry_record(book=self.book, number=self.kwargs["number"])
        except JournalEntry.DoesNotExist as error:
            raise Http404 from error
        given = {
            "form": ReverseForm(initial={"date": record.entry.date}),
            "tags_form": TagsForm(initial={"tags": " ".join(f"#{name}" for name in record.tags)}),
            "known_tags": tags_of(book=self.book),
            **kwargs,
        }
        return super().get_context_data(
            record=record,
            entry=record.entry,
            lines=[
                (line, max(line.base_amount, ZERO), max(-line.base_amount, ZERO))
                for line in record.entry.lines
            ],
            total=sum((line.base_amount for line in record.entry.lines if line.base_amount > 0), ZERO),
            can_reverse=record.entry.reverses_number is None
            and record.entry.reversed_by_number is None
            and record.entry.source != BatchSource.CLOSING,
            **given,
        )


class ReverseView(EntryView):
    """Post the mirror of an entry; its bank line goes back to review."""

    action = Action.ENTER_JOURNAL
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Reverse it, or show the page with the reason why not."""
        form = ReverseForm(request.POST)
        number = kwargs["number"]
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            reversal = services.reverse_entry(
                book=self.book, number=number, user=self.user, now=timezone.now(), **form.cleaned_data
            )
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self.render_to_response(self.get_context_data(form=form))
        messages.success(
            request, f"Entry {reversal} reverses entry {number}. A bank line behind it is back in review."
        )
        return redirect("posting:entry", book=self.book.slug, number=number)


class LineView(BookMixin, generic.TemplateView):
    """One bank line: what the bank says, where it stands, what was decided, and its entries."""

    action = Action.VIEW
    template_name = "posting/line.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add everything known about the line."""
        try:
            record = page_selectors.line_record(book=self.book, line_id=self.kwargs["line"])
        except StatementLine.DoesNotExist as error:
            raise Http404 from error
        made = record.classification
        given = {
            "tags_form": TagsForm(initial={"tags": " ".join(f"#{name}" for name in record.tags)}),
            "document_form": DocumentDateForm(
                initial={"date": record.document.date if record.document else None}
            ),
            "attach_form": AttachForm(offered=list(offered_receipts(book=self.book, line_id=record.line.pk))),
            "detach_form": DetachForm(auto_id=False),
            "stated_form": StatedAmountForm(
                initial={"base_amount": record.stated.base_amount.normalize()} if record.stated else None
            ),
            **kwargs,
        }
        looked_up = lookup_context(self, line_id=record.line.pk, state=made.state if made else None)
        said = conversation_about(book=self.book, line_id=record.line.pk)
        return super().get_context_data(**given) | {
            **looked_up,
            **questions_about(book=self.book, line_id=record.line.pk),
            "record": record,
            "line": record.line,
            "confidence": confidence_word(made.confidence) if made else "",
            "is_foreign": record.line.currency != self.book.base_currency,
            "known_tags": tags_of(book=self.book),
            "agent_said": said,
            "history": history_of(changes=record.changes, lookups=looked_up["lookups"], said=said),
        }


class ManualEntryView(BookMixin, generic.TemplateView):
    """An entry that a person makes, with any number of lines."""

    action = Action.ENTER_JOURNAL
    template_name = "posting/manual_entry.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the forms; a new entry begins with today and a few empty rows."""
        given = {
            "form": self.entry_form(initial={"date": timezone.localdate()}),
            "lines": self.rows(initial=[{}] * FIRST_ROWS),
            "difference": ZERO,
            "digits": minor_digits(self.book.base_currency),
            "known_tags": tags_of(book=self.book),
            **kwargs,
        }
        return super().get_context_data(**given)

    def entry_form(self, data: Any = None, **kwargs: Any) -> EntryForm:
        """Return the form of what stands beside the lines; with a currency where accounts are kept in others."""
        if currencies := currencies_of(book=self.book):
            return ForeignEntryForm(data, base=self.book.base_currency, currencies=currencies, **kwargs)
        return EntryForm(data, **kwargs)

    def rows(self, **kwargs: Any) -> BaseFormSet[LineForm]:
        """Return the rows, all choosing from one list of accounts."""
        choices = AccountChoices(page_selectors.accounts_for_entry(book=self.book))
        initial = kwargs.pop("initial", None)
        formset = LineFormSet(prefix=_PREFIX, form_kwargs={"accounts": choices}, **kwargs)
        if initial is not None:
            formset.extra = len(initial)
        return formset

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Post the entry, add rows, or show what is wrong."""
        if "more" in request.POST:
            return self._again(self.entry_form(request.POST), self.rows(data=self._with_more_rows()))
        form, lines = self.entry_form(request.POST), self.rows(data=request.POST)
        if not (form.is_valid() and lines.is_valid()):
            return self._again(form, lines)
        try:
            number = services.post_manual_entry(
                book=self.book,
                date=form.cleaned_data["date"],
                text=form.cleaned_data["text"],
                tags=form.cleaned_data["tags"],
                currency=form.cleaned_data.get("currency", ""),
                rate=form.cleaned_data.get("rate"),
                lines=[line for each in lines if (line := each.line()) is not None],
                user=self.user,
                now=timezone.now(),
            )
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self._again(form, lines)
        messages.success(request, f"Posted as entry {number}.")
        return redirect("posting:entry", book=self.book.slug, number=number)

    def _again(self, form: EntryForm, lines: BaseFormSet[LineForm]) -> HttpResponse:
        return self.render_to_response(
            self.get_context_data(form=form, lines=lines, difference=self._difference())
        )

    def _with_more_rows(self) -> dict[str, Any]:
        data = self.request.POST.dict()
        total = data.get(f"{_PREFIX}-TOTAL_FORMS", "")
        data[f"{_PREFIX}-TOTAL_FORMS"] = str(
            (int(total) if total.isdecimal() and len(total) < 5 else 0) + FIRST_ROWS
        )
        return data

    def _difference(self) -> Decimal:
        """Return debits minus credits as they were typed, as far as they are amounts."""
        total = ZERO
        for name, typed in self.request.POST.dict().items():
            sign = {"debit": 1, "credit": -1}.get(name.rsplit("-", 1)[-1])
            if sign and name.startswith(_PREFIX):
                try:
                    amount = Decimal(str(typed).strip() or "0")
                except InvalidOperation:
                    continue
                total += sign * amount if amount.is_finite() and amount.adjusted() < _MOST_DIGITS else ZERO
        return total
