"""The pages of reconciling: the list, the start, the workspace, and what its buttons do."""

from typing import Any, ClassVar

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views import generic
from django_htmx.http import trigger_client_event

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.classification.services import exclude
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.reconciliation import page_selectors, services
from ledgerflow.reconciliation.forms import AcceptForm, ExcludeForm, MatchForm, ReopenForm, StartForm
from ledgerflow.reconciliation.models import Match, Reconciliation
from ledgerflow.reconciliation.values import Kind
from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.selectors import bank_accounts


class ReconciliationsView(BookMixin, generic.TemplateView):
    """Every bank account with its reconciliations."""

    action = Action.VIEW
    template_name = "reconciliation/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the accounts."""
        return super().get_context_data(accounts=page_selectors.listed(book=self.book), **kwargs)


class StartView(BookMixin, generic.FormView[StartForm]):
    """Choose a statement, or type day and balance."""

    action = Action.RECONCILE
    form_class = StartForm
    template_name = "reconciliation/start.html"

    def bank_account(self) -> BankAccount:
        """Return the bank account, in this book only."""
        return get_object_or_404(bank_accounts(book=self.book), pk=self.kwargs["bank_account"])

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the statements of the account."""
        return super().get_form_kwargs() | {"bank_account": self.bank_account()}

    def get_initial(self) -> dict[str, Any]:
        """Choose the statement that the page was opened for."""
        asked = self.request.GET.get("statement", "")
        return {"statement": int(asked)} if asked.isdecimal() and len(asked) < 19 else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the account."""
        return super().get_context_data(bank_account=self.bank_account(), **kwargs)

    def form_valid(self, form: StartForm) -> HttpResponse:
        """Begin, or say why not."""
        try:
            begun = services.start(
                bank_account=self.bank_account(), user=self.user, now=timezone.now(), **form.cleaned_data
            )
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        return redirect("reconciliation:workspace", book=self.book.slug, reconciliation=begun.pk)


class _OneMixin(BookMixin):
    def reconciliation(self) -> Reconciliation:
        """Return the reconciliation, in this book only."""
        found = page_selectors.reconciliations(book=self.book)
        return get_object_or_404(found, pk=self.kwargs["reconciliation"])

    def workspace(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the workspace shows."""
        found = page_selectors.workspace(reconciliation=self.reconciliation())
        fees = page_selectors.account_of_fees(book=self.book)
        accept = AcceptForm(book=self.book, initial={"account": fees and fees.pk}, auto_id=False)
        return {
            "work": found,
            "one": found.reconciliation,
            "currency": found.reconciliation.bank_account.currency,
            "accept_form": accept,
            "reopen_form": ReopenForm(),
            **kwargs,
        }


class WorkspaceView(_OneMixin, generic.TemplateView):
    """Bank against books: the difference, what may belong together, what is open on either side."""

    action = Action.VIEW
    template_name = "reconciliation/workspace.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the workspace."""
        return super().get_context_data(**self.workspace(), **kwargs)


class _ActView(_OneMixin, generic.base.ContextMixin, generic.View):
    """What the buttons share: a form, one service call, and the workspace as it is then."""

    action = Action.RECONCILE
    http_method_names = ["post"]
    form_class: ClassVar[type[django_forms.Form]] = django_forms.Form

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it, or say why not."""
        reconciliation = self.reconciliation()
        form = self.form_class(request.POST, **self.form_arguments())
        if not form.is_valid():
            return self.answer(" ".join(str(one) for each in form.errors.values() for one in each), "error")
        try:
            return self.answer(self.act(reconciliation, form), "success")
        except LedgerFlowError as error:
            return self.answer(str(error), "error")

    def form_arguments(self) -> dict[str, Any]:
        """Return what the form needs beside its data."""
        return {}

    def act(self, reconciliation: Reconciliation, form: Any) -> str:
        """Call the service and return the sentence that says so."""
        raise NotImplementedError

    def answer(self, text: str, level: str) -> HttpResponse:
        """Answer htmx with the workspace, and a browser without it with the page."""
        if self.request.headers.get("HX-Request") == "true":
            context = self.get_context_data(**self.workspace())
            page = TemplateResponse(self.request, "reconciliation/_workspace.html", context)
            return trigger_client_event(page, "lf:message", {"text": text, "level": level})
        messages.add_message(self.request, messages.ERROR if level == "error" else messages.SUCCESS, text)
        return redirect(
            "reconciliation:workspace", book=self.book.slug, reconciliation=self.kwargs["reconciliation"]
        )


class AcceptView(_ActView):
    """Do what is suggested."""

    form_class = AcceptForm

    def form_arguments(self) -> dict[str, Any]:
        """Offer this book's accounts only."""
        return {"book": self.book}

    def act(self, reconciliation: Reconciliation, form: AcceptForm) -> str:
        """Accept."""
        return services.accept_suggestion(
            reconciliation=reconciliation,
            key=form.cleaned_data["suggestion"],
            account=form.cleaned_data["account"],
            user=self.user,
            now=timezone.now(),
        )


class MatchView(_ActView):
    """Match the chosen lines of both sides."""

    form_class = MatchForm

    def act(self, reconciliation: Reconciliation, form: MatchForm) -> str:
        """Match."""
        services.make_match(
            bank_account=reconciliation.bank_account,
            line_ids=form.line_ids,
            entry_lines=form.entry_lines,
            kind=Kind.HAND,
            user=self.user,
            now=timezone.now(),
        )
        return "Matched."


class TakeApartView(_ActView):
    """Take a match apart."""

    def act(self, reconciliation: Reconciliation, form: django_forms.Form) -> str:
        """Take it apart."""
        match = get_object_or_404(
            Match, book=self.book, bank_account=reconciliation.bank_account, pk=self.kwargs["match"]
        )
        services.take_apart(match=match, user=self.user, now=timezone.now())
        return "Taken apart; the bank's side is back in review."


class ExcludeView(_ActView):
    """Keep a bank line out of the books."""

    form_class = ExcludeForm

    def act(self, reconciliation: Reconciliation, form: ExcludeForm) -> str:
        """Exclude it, or say why not."""
        line, reason = form.cleaned_data["line"], form.cleaned_data["reason"]
        done = exclude(book=self.book, line_ids=[line], reason=reason, user=self.user, now=timezone.now())
        if not done.count:
            raise LedgerFlowError(done.refused[0][1] if done.refused else "This book has no such line.")
        return "Excluded; the difference stays until the bank takes it back."


class FinishView(_ActView):
    """Finish: lock the days and keep the proof."""

    def act(self, reconciliation: Reconciliation, form: django_forms.Form) -> str:
        """Finish."""
        services.finish(reconciliation=reconciliation, user=self.user, now=timezone.now())
        return f"Reconciled through {reconciliation.as_of}."


class ReopenView(_ActView):
    """Reopen what is finished."""

    action = Action.REOPEN_RECONCILIATION
    form_class = ReopenForm

    def act(self, reconciliation: Reconciliation, form: ReopenForm) -> str:
        """Reopen."""
        services.reopen(
            reconciliation=reconciliation, user=self.user, now=timezone.now(), **form.cleaned_data
        )
        return "Reopened; its days can be posted to again."


class DiscardView(_OneMixin, generic.View):
    """Give up what was begun."""

    action = Action.RECONCILE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Give it up, or say why not."""
        try:
            services.discard(reconciliation=self.reconciliation())
        except LedgerFlowError as error:
            messages.error(request, str(error))
        return redirect("reconciliation:list", book=self.book.slug)
