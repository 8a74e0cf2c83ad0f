"""The inbox: files as they arrive, what became of them, and how to take an import back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.views import generic

from ledgerflow.books.permissions import Action, require
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.pipeline import selectors, services
from ledgerflow.pipeline.forms import AssignAccountForm, MoveForm, RetryForm, UndoForm, UploadForm
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.statements.models import BankAccount, Statement

#: Of the number of a row.
_MOST_DIGITS = 19


class InboxMixin(BookMixin):
    """What the page and its polled rows share."""

    action = Action.VIEW

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add a page of files, and whether to look again."""
        asked = self.request.GET.get("file", "")
        document = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < _MOST_DIGITS else None
        page, rows = selectors.inbox_page(
            book=self.book, number=self.request.GET.get("page"), document=document
        )
        return super().get_context_data(
            page=page,
            rows=rows,
            only=document,
            is_moving=selectors.is_moving(book=self.book),
            **kwargs,
        )


class InboxView(InboxMixin, generic.TemplateView):
    """Drop files here; see what became of each."""

    template_name = "pipeline/inbox.html"
    extra_context = {"form": UploadForm()}


class InboxRowsView(InboxMixin, generic.TemplateView):
    """The rows alone, for the page that looks again while something moves."""

    template_name = "pipeline/_rows.html"


class UploadView(BookMixin, generic.FormView[UploadForm]):
    """Take files in; one that is refused does not stop the next."""

    action = Action.IMPORT
    form_class = UploadForm
    http_method_names = ["post"]

    def form_valid(self, form: UploadForm) -> HttpResponse:
        """Receive each file and say what became of it."""
        files = ((file.name or "file", file.read()) for file in form.cleaned_data["files"])
        answers = services.receive_files(
            book=self.book,
            files=files,
            user=self.user,
            now=timezone.now(),
            password=form.cleaned_data["password"] or None,
            looks_first=form.cleaned_data["looks_first"],
        )
        for answer in answers:
            if answer.received is None:
                messages.error(self.request, f"{answer.name}: {answer.refusal}")
            elif not answer.received.is_new:
                there = answer.received.run.document
                messages.info(
                    self.request,
                    format_html(
                        '{} is here already: received {} as <a href="{}">{}</a>.',
                        answer.name,
                        f"{timezone.localtime(there.uploaded_at):%Y-%m-%d}",
                        reverse("statements:document", kwargs={"book": self.book.slug, "document": there.pk}),
                        there.name,
                    ),
                )
        return redirect("pipeline:inbox", book=self.book.slug)

    def form_invalid(self, form: UploadForm) -> HttpResponse:
        """Say what was wrong, in the inbox."""
        for errors in form.errors.values():
            for error in errors:
                messages.error(self.request, str(error))
        return redirect("pipeline:inbox", book=self.book.slug)


class RunMixin(BookMixin):
    """A page about one file."""

    action = Action.IMPORT

    def get_run(self) -> ImportRun:
        """Return the file's run, in this book only."""
        return get_object_or_404(selectors.inbox(book=self.book), pk=self.kwargs["run"])

    def back(self) -> HttpResponse:
        """Return to the inbox."""
        return redirect("pipeline:inbox", book=self.book.slug)


class RetryView(RunMixin, generic.FormView[RetryForm]):
    """Try a failed file again."""

    form_class = RetryForm
    http_method_names = ["post"]

    def form_valid(self, form: RetryForm) -> HttpResponse:
        """Enqueue it again, or read it here with its password."""
        try:
            services.retry(
                run=self.get_run(), now=timezone.now(), password=form.cleaned_data["password"] or None
            )
        except LedgerFlowError as error:
            messages.error(self.request, str(error))
        return self.back()

    def form_invalid(self, form: RetryForm) -> HttpResponse:
        """Say what was wrong, in the inbox."""
        messages.error(self.request, "That password is too long.")
        return self.back()


class DiscardView(RunMixin, generic.View):
    """Set a file aside that failed or asks."""

    http_method_names = ["post"]

    def post(self, _request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Set it aside, or say why not."""
        try:
            services.discard(run=self.get_run(), user=self.user, now=timezone.now())
        except LedgerFlowError as error:
            messages.error(self.request, str(error))
        return self.back()


class TakeInAgainView(RunMixin, generic.View):
    """Import a file again whose import was undone, or that was set aside."""

    http_method_names = ["post"]

    def post(self, _request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Let it wait for its turn, or say why not."""
        try:
            services.take_in_again(run=self.get_run(), user=self.user, now=timezone.now())
        except LedgerFlowError as error:
            messages.error(self.request, str(error))
        return self.back()


class TakeAsReceiptView(RunMixin, generic.View):
    """Say that a failed file is a receipt."""

    action = Action.ATTACH_RECEIPTS
    http_method_names = ["post"]

    def post(self, _request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Keep it as one and show it, or say why not."""
        try:
            receipt = services.take_as_receipt(run=self.get_run(), user=self.user, now=timezone.now())
        except LedgerFlowError as error:
            messages.error(self.request, str(error))
            return self.back()
        return redirect("posting:receipt", book=self.book.slug, receipt=receipt.pk)


class AssignAccountView(RunMixin, generic.FormView[AssignAccountForm]):
    """Answer which account a file is; LedgerFlow remembers it."""

    form_class = AssignAccountForm
    template_name = "pipeline/assign_account.html"

    @cached_property
    def run(self) -> ImportRun:
        """The file, read once, so that the form names the statement that the page shows."""
        return self.get_run()

    def get_initial(self) -> dict[str, Any]:
        """Propose what the file states, else the book's currency."""
        run = self.run
        return {
            "asked": run.asked,
            "currency": run.asked_currency or self.book.base_currency,
            "kind": run.asked_kind or BankAccount.Kind.BANK,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer this book's accounts only, in the file's currency."""
        run = self.run
        asked = {
            "stated": run.asked_currency,
            "alike": run.asked_alike,
            "asks_password": services.is_protected(document=run.document),
        }
        return {**super().get_form_kwargs(), "book": self.book, **asked}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the file."""
        return super().get_context_data(run=self.run, **kwargs)

    def form_valid(self, form: AssignAccountForm) -> HttpResponse:
        """Go on with the file."""
        try:
            services.answer_account(run=self.run, now=timezone.now(), **form.cleaned_data)
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        return self.back()


class MoveView(BookMixin, generic.FormView[MoveForm]):
    """Say that an imported statement is another account's: its file is undone and imported again, in one step."""

    action = Action.UNDO_IMPORT
    form_class = MoveForm
    template_name = "pipeline/move.html"

    def get_statement(self) -> Statement:
        """Return the statement, in this book only."""
        found = Statement.objects.filter(book=self.book).select_related("document", "bank_account")
        return get_object_or_404(found, pk=self.kwargs["statement"])

    def get_initial(self) -> dict[str, Any]:
        """Propose the currency in which it is."""
        return {"currency": self.get_statement().currency}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer this book's accounts only, without the one that it is in."""
        statement = self.get_statement()
        is_protected = services.is_protected(document=statement.document)
        return {
            **super().get_form_kwargs(),
            "book": self.book,
            "is_in": statement.bank_account,
            "asks_password": is_protected,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the statement and what would go."""
        statement = self.get_statement()
        run = self._run_of(statement)
        return super().get_context_data(
            run=run, statement=statement, preview=services.preview_undo(run=run), **kwargs
        )

    def _run_of(self, statement: Statement) -> ImportRun:
        runs = selectors.inbox(book=self.book).exclude(state=ImportRun.State.UNDONE)
        return get_object_or_404(runs, document=statement.document)

    def form_valid(self, form: MoveForm) -> HttpResponse:
        """Import it to the other account."""
        require(user=self.user, book=self.book, action=Action.IMPORT)
        statement = self.get_statement()
        try:
            services.move_to_account(
                run=self._run_of(statement),
                position=statement.position,
                user=self.user,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, "The file is imported again, to the account that you chose.")
        return redirect("pipeline:inbox", book=self.book.slug)


class UndoView(RunMixin, generic.FormView[UndoForm]):
    """Take an import back, after showing what people decided since."""

    action = Action.UNDO_IMPORT
    form_class = UndoForm
    template_name = "pipeline/undo.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the file and what would go."""
        run = self.get_run()
        return super().get_context_data(run=run, preview=services.preview_undo(run=run), **kwargs)

    def form_valid(self, form: UndoForm) -> HttpResponse:
        """Undo it."""
        try:
            services.undo_import(
                run=self.get_run(),
                user=self.user,
                now=timezone.now(),
                reverse_posted=form.cleaned_data["reverse_posted"],
            )
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        return self.back()
