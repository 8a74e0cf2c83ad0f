"""What stands beside lines and entries and may change after posting: tags, and the date of the document."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from ledgerflow.books.permissions import Action
from ledgerflow.classification.services import set_line_tags
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.posting import services
from ledgerflow.posting.forms import DocumentDateForm, TagsForm
from ledgerflow.posting.views import EntryView, LineView


def _said(tags: object) -> str:
    return "Tags saved." if tags else "No tags any more."


class TagLineView(LineView):
    """Let a bank line have these tags."""

    action = Action.REVIEW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Keep them, or show the line with the reason why not."""
        form = TagsForm(request.POST)
        if form.is_valid():
            try:
                tags = set_line_tags(
                    book=self.book,
                    line_id=kwargs["line"],
                    names=form.cleaned_data["tags"],
                    user=self.user,
                    now=timezone.now(),
                )
            except LedgerFlowError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _said(tags))
                return redirect("posting:line", book=self.book.slug, line=kwargs["line"])
        return self.render_to_response(self.get_context_data(tags_form=form))


class DateDocumentView(LineView):
    """Say which day the invoice or receipt behind a line states."""

    action = Action.REVIEW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Keep it, or show the line with the reason why not."""
        form = DocumentDateForm(request.POST)
        if form.is_valid():
            try:
                dated = services.date_document(
                    book=self.book,
                    line_id=kwargs["line"],
                    date=form.cleaned_data["date"],
                    user=self.user,
                    now=timezone.now(),
                )
            except LedgerFlowError as error:
                form.add_error("date", str(error))
            else:
                said = (
                    f"It counts on {dated.date} on the accrual basis."
                    if dated
                    else "It counts on the bank's day."
                )
                messages.success(request, said)
                return redirect("posting:line", book=self.book.slug, line=kwargs["line"])
        return self.render_to_response(self.get_context_data(document_form=form))


class TagEntryView(EntryView):
    """Let an entry that no bank line stands behind have these tags."""

    action = Action.ENTER_JOURNAL
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Keep them, or show the entry with the reason why not."""
        form = TagsForm(request.POST)
        if form.is_valid():
            try:
                tags = services.tag_entry(
                    book=self.book,
                    number=kwargs["number"],
                    names=form.cleaned_data["tags"],
                    user=self.user,
                    now=timezone.now(),
                )
            except LedgerFlowError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _said(tags))
                return redirect("posting:entry", book=self.book.slug, number=kwargs["number"])
        return self.render_to_response(self.get_context_data(tags_form=form))
