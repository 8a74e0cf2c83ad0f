"""One receipt: its picture, what was read of it, and the bank lines that it may be for."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import View, generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.classification.services import attach_receipts
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.models import Receipt
from ledgerflow.documents.services import keep_receipt, read_again
from ledgerflow.posting.receipt_forms import KeepForm
from ledgerflow.posting.receipt_page_selectors import receipt_page
from ledgerflow.statements.services import decline_receipt


class ReceiptPageView(BookMixin, generic.TemplateView):
    """The receipt with what was read of it marked, and the lines that it may be for."""

    action = Action.VIEW
    template_name = "posting/receipt.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the receipt."""
        try:
            page = receipt_page(book=self.book, receipt_id=self.kwargs["receipt"])
        except Receipt.DoesNotExist as error:
            raise Http404 from error
        shown = {"page": page, "receipt": page.receipt, "reading": page.reading}
        return super().get_context_data(**kwargs | shown)


class KeepReceiptsView(BookMixin, View):
    """Take in receipts whose lines are not known yet; one that is refused does not stop the next."""

    action = Action.ATTACH_RECEIPTS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Keep them and say what became of each; a single one is shown."""
        form = KeepForm(request.POST, request.FILES)
        if not form.is_valid() or not form.cleaned_data["files"]:
            for error in form.errors.get("files", ["Choose a file."]):
                messages.error(request, str(error))
            return redirect("posting:receipts", book=self.book.slug)
        kept = []
        for file in form.cleaned_data["files"]:
            try:
                kept.append(
                    keep_receipt(
                        book=self.book,
                        name=file.name or "receipt",
                        content=file.read(),
                        user=self.user,
                        now=timezone.now(),
                    )
                )
            except LedgerFlowError as error:
                messages.error(request, str(error))
        if len(kept) == 1:
            return redirect("posting:receipt", book=self.book.slug, receipt=kept[0].pk)
        if kept:
            messages.success(request, f"{len(kept)} receipts are kept.")
        return redirect("posting:receipts", book=self.book.slug)


class _ReceiptChangeView(BookMixin, View):
    """A button of the page: do it, say what became of it, and show the page again."""

    action = Action.ATTACH_RECEIPTS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it, or say why not."""
        receipt = get_object_or_404(
            Receipt.objects.select_related("document"), book=self.book, pk=kwargs["receipt"]
        )
        try:
            messages.success(request, self.change(receipt))
        except LedgerFlowError as error:
            messages.error(request, str(error))
        return redirect("posting:receipt", book=self.book.slug, receipt=receipt.pk)

    def change(self, receipt: Receipt) -> str:
        """Do it and return what to say."""
        raise NotImplementedError


class ReadReceiptView(_ReceiptChangeView):
    """Read the receipt again."""

    def change(self, receipt: Receipt) -> str:
        """Enqueue it."""
        read_again(receipt=receipt, now=timezone.now())
        return "The receipt is being read."


class AcceptReceiptView(_ReceiptChangeView):
    """Attach the receipt to the line that was proposed."""

    def change(self, receipt: Receipt) -> str:
        """Attach it, as on the line's own page."""
        attach_receipts(
            book=self.book,
            line_id=self.kwargs["line"],
            receipt_ids=[receipt.pk],
            user=self.user,
            now=timezone.now(),
        )
        return "The receipt is attached."


class DeclineReceiptView(_ReceiptChangeView):
    """Say that the receipt is not for the line that was proposed."""

    def change(self, receipt: Receipt) -> str:
        """Remember it."""
        decline_receipt(
            book=self.book,
            line_id=self.kwargs["line"],
            receipt_id=receipt.pk,
            user=self.user,
            now=timezone.now(),
        )
        return "The two are not proposed to each other again."
