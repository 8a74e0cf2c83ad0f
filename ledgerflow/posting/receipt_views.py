"""Receipts: attached to a bank line and detached from it, and what still lacks one."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.classification.services import attach_receipts, detach_receipt
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.posting.receipt_forms import AttachForm, DaysForm, DetachForm, KeepForm, ReceiptLimitForm
from ledgerflow.posting.receipt_selectors import (
    MOST,
    LackingLine,
    count_without_receipt,
    lines_without_receipt,
)
from ledgerflow.posting.views import LineView
from ledgerflow.statements.models import StatementLine
from ledgerflow.statements.receipt_selectors import offered_receipts, unattached_receipts
from ledgerflow.taxes.receipt_limits import receipt_limit
from ledgerflow.taxes.services import set_receipt_limit

#: Receipts without a line that the page lists.
_UNATTACHED = 100


class _LineChangeView(LineView):
    action = Action.ATTACH_RECEIPTS
    http_method_names = ["post"]

    def line(self) -> StatementLine:
        """Return the line, in this book only."""
        return get_object_or_404(StatementLine, book=self.book, pk=self.kwargs["line"])

    def back(self) -> HttpResponse:
        """Return to the line."""
        return redirect("posting:line", book=self.book.slug, line=self.kwargs["line"])


class AttachReceiptsView(_LineChangeView):
    """Attach files, or receipts that the book has, to a bank line."""

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Attach them, or show the line with the reason why not."""
        line = self.line()
        offered = list(offered_receipts(book=self.book, line_id=line.pk))
        form = AttachForm(request.POST, request.FILES, offered=offered)
        if form.is_valid():
            try:
                made = attach_receipts(
                    book=self.book,
                    line_id=line.pk,
                    files=((file.name or "receipt", file.read()) for file in form.cleaned_data["files"]),
                    receipt_ids=form.cleaned_data.get("receipts", []),
                    user=self.user,
                    now=timezone.now(),
                )
            except LedgerFlowError as error:
                form.add_error(None, str(error))
            else:
                words = f"{len(made)} receipts are" if len(made) > 1 else "The receipt is"
                messages.success(
                    request,
                    f"{words} attached." if made else "That receipt is attached to this line already.",
                )
                return self.back()
        return self.render_to_response(self.get_context_data(attach_form=form))


class DetachReceiptView(_LineChangeView):
    """Detach a receipt from a bank line; it stays in the book."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Detach it, or say why not."""
        line, form = self.line(), DetachForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Say why the receipt does not belong to this line.")
            return self.back()
        try:
            detach_receipt(
                book=self.book,
                line_id=line.pk,
                receipt_id=kwargs["receipt"],
                user=self.user,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except LedgerFlowError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "The receipt is detached. It stays in the book.")
        return self.back()


class ReceiptsView(BookMixin, generic.TemplateView):
    """Posted lines without a receipt from the limit on, and receipts that belong to no line."""

    action = Action.VIEW
    template_name = "posting/receipts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add both lists and the limit."""
        asked = DaysForm(self.request.GET)
        days = asked.cleaned_data if asked.is_valid() else {}
        first, last = days.get("from") or date.min, days.get("to") or timezone.localdate()
        limit = receipt_limit(book=self.book)
        lines, count = self._lacking(limit.amount, first, last)
        unattached = list(unattached_receipts(book=self.book)[: _UNATTACHED + 1])
        return super().get_context_data(
            **{
                "limit": limit,
                "limit_form": ReceiptLimitForm(
                    initial={"amount": None if limit.amount is None else f"{limit.amount.normalize():f}"}
                ),
                "days_form": DaysForm(initial={"from": days.get("from"), "to": last}),
                "lines": lines,
                "count": count,
                "keep_form": KeepForm(),
                "unattached": unattached[:_UNATTACHED],
                "has_more_unattached": len(unattached) > _UNATTACHED,
                **kwargs,
            }
        )

    def _lacking(self, limit: Decimal | None, first: date, last: date) -> tuple[list[LackingLine], int]:
        """Return the lines to list, and how many there are in all."""
        if limit is None:
            return [], 0
        lines = lines_without_receipt(book=self.book, limit=limit, first=first, last=last)
        if len(lines) < MOST:
            return lines, len(lines)
        return lines, count_without_receipt(book=self.book, limit=limit, first=first, last=last)


class ReceiptLimitView(ReceiptsView):
    """Say from which amount on the book asks for receipts."""

    action = Action.ENTER_TAX_FACTS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Keep it, or show the page with the reason why not."""
        form = ReceiptLimitForm(request.POST)
        if form.is_valid():
            try:
                set_receipt_limit(book=self.book, user=self.user, now=timezone.now(), **form.cleaned_data)
            except LedgerFlowError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "The limit for receipts is kept.")
                return redirect("posting:receipts", book=self.book.slug)
        return self.render_to_response(self.get_context_data(limit_form=form))
