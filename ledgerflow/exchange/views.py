"""A book for other programs, as downloads, and the balances that it begins with."""

import tempfile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.exchange import services
from ledgerflow.exchange.accountant.package import package_name, write_package
from ledgerflow.exchange.archive.writing import write_archive
from ledgerflow.exchange.forms import OpeningForm
from ledgerflow.exchange.plain_text import PLAIN_TEXTS, write_plain_text
from ledgerflow.exchange.trial_balances import OpeningError
from ledgerflow.reports.forms import PeriodForm

#: A larger export waits on disk until it is sent.
_IN_MEMORY = 8 * 1024 * 1024


class HomeView(BookMixin, generic.TemplateView):
    """What the book can be exported as, each with a sentence."""

    action = Action.VIEW
    template_name = "exchange/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the form of the accountant's period."""
        form = PeriodForm(initial={"period": PeriodForm.DEFAULT}, book=self.book, today=timezone.localdate())
        return super().get_context_data(period=form["period"], presets=PeriodForm.PRESETS, **kwargs)


class PlainTextView(BookMixin):
    """The whole book as a file of text, in one of the forms."""

    action = Action.VIEW
    is_snapshot = True
    form = ""

    def get(self, _request: HttpRequest, **_kwargs: Any) -> HttpResponseBase:
        """Write it, then send it."""
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the response closes it
        write_plain_text(book=self.book, form=self.form, out=file)
        file.seek(0)
        chosen = PLAIN_TEXTS[self.form]
        return FileResponse(
            file,
            as_attachment=True,
            filename=f"{self.book.slug}.{chosen.ending}",
            content_type=f"{chosen.media_type}; charset=utf-8",
        )


class ArchiveView(BookMixin):
    """The whole book with its documents, for another installation; only for those who manage it."""

    action = Action.MANAGE_BOOK
    is_snapshot = True

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponseBase:
        """Write it, then send it; say so where the book or a document is damaged."""
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the response closes it
        try:
            write_archive(book=self.book, out=file, now=timezone.now())
        except LedgerFlowError as error:
            file.close()
            messages.error(request, str(error))
            return redirect("exchange:home", book=self.book.slug)
        file.seek(0)
        return FileResponse(
            file, as_attachment=True, filename=f"{self.book.slug}.zip", content_type="application/zip"
        )


class AccountantView(BookMixin):
    """The reports of a period with documents, proofs and open questions as one ZIP (``?period=2025``)."""

    action = Action.VIEW
    is_snapshot = True

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponseBase:
        """Write it, then send it; say so where a document is damaged or the period is none."""
        form = PeriodForm(request.GET, book=self.book, today=timezone.localdate())
        if not form.is_valid():
            messages.error(request, " ".join(str(each) for errors in form.errors.values() for each in errors))
            return redirect("exchange:home", book=self.book.slug)
        _, period = form.chosen()
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the response closes it
        try:
            write_package(book=self.book, period=period, out=file, made_at=timezone.now())
        except LedgerFlowError as error:
            file.close()
            messages.error(request, str(error))
            return redirect("exchange:home", book=self.book.slug)
        file.seek(0)
        name = package_name(book=self.book, period=period)
        return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


class OpeningView(BookMixin, generic.FormView[OpeningForm]):
    """A trial balance as the book's opening entry."""

    action = Action.ENTER_JOURNAL
    form_class = OpeningForm
    template_name = "exchange/opening.html"

    def form_valid(self, form: OpeningForm) -> HttpResponse:
        """Post it and show the entry, or say what stands in the way."""
        upload = form.cleaned_data["file"]
        try:
            opening = services.import_opening(
                book=self.book,
                date=form.cleaned_data["date"],
                name=upload.name,
                content=upload.read(),
                user=self.user,
                now=timezone.now(),
            )
        except OpeningError as error:
            form.add_error("file", str(error))
            return self.form_invalid(form)
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, f"The book begins with {opening.lines} balances.")
        return redirect("posting:entry", book=self.book.slug, number=opening.number)
