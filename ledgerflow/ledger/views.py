"""The chart of accounts, and the closing and locking of periods."""

from typing import Any, ClassVar

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.forms import (
    AccountForm,
    ChangeAccountForm,
    LockForm,
    PeriodForm,
    ReopenForm,
    UnlockForm,
)
from ledgerflow.ledger.models import Account, AccountType, PeriodAction
from ledgerflow.ledger.selectors import balances
from ledgerflow.ledger.selectors.periods import held, period_actions
from ledgerflow.ledger.services import accounts, periods


class AccountsView(BookMixin, generic.TemplateView):
    """Every account with its balance today, by type."""

    action = Action.VIEW
    template_name = "ledger/accounts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the accounts in the order of the balance sheet and income statement."""
        rows = balances(book=self.book, as_of=timezone.localdate())
        groups = [(kind.label, [row for row in rows if row.type == kind]) for kind in AccountType]
        return super().get_context_data(groups=groups, **kwargs)


class AccountFormView(BookMixin, generic.FormView[django_forms.Form]):
    """What adding and changing an account share."""

    action = Action.EDIT_ACCOUNTS
    template_name = "ledger/account_form.html"

    def form_valid(self, form: django_forms.Form) -> HttpResponse:
        """Save the account, or say what the ledger refuses."""
        try:
            self.save(form.cleaned_data)
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        return redirect("ledger:accounts", book=self.book.slug)

    def save(self, facts: dict[str, Any]) -> None:
        """Store the facts."""
        raise NotImplementedError


class CreateAccountView(AccountFormView):
    """Add an account."""

    form_class = AccountForm

    def save(self, facts: dict[str, Any]) -> None:
        """Add it."""
        accounts.create_account(book=self.book, **facts)


class ChangeAccountView(AccountFormView):
    """Give an account another code, name or tax line."""

    form_class = ChangeAccountForm

    def account(self) -> Account:
        """Return the account, in this book only."""
        return get_object_or_404(Account, book=self.book, pk=self.kwargs["account"])

    def get_initial(self) -> dict[str, Any]:
        """Show what is there."""
        account = self.account()
        return {"code": account.code, "name": account.name, "tax_line": account.tax_line}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the account."""
        return super().get_context_data(account=self.account(), **kwargs)

    def save(self, facts: dict[str, Any]) -> None:
        """Change it."""
        accounts.change_account(account=self.account(), **facts)


class ArchiveAccountView(BookMixin, generic.View):
    """Archive an account, or take it into use again."""

    action = Action.EDIT_ACCOUNTS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do the one that its state allows."""
        account = get_object_or_404(Account, book=self.book, pk=kwargs["account"])
        try:
            if account.is_archived:
                accounts.restore_account(account=account)
            else:
                accounts.archive_account(account=account)
        except LedgerFlowError as error:
            messages.error(request, str(error))
        return redirect("ledger:accounts", book=self.book.slug)


class PeriodsView(BookMixin, generic.TemplateView):
    """Through which days the books are closed and locked, and who did so and why."""

    action = Action.VIEW
    template_name = "ledger/periods.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the state, its history and the forms."""
        forms = {
            "close_form": PeriodForm(auto_id="close-%s"),
            "lock_form": LockForm(auto_id="lock-%s"),
            "reopen_form": ReopenForm(auto_id="reopen-%s"),
            "unlock_form": UnlockForm(auto_id="unlock-%s"),
        }
        return super().get_context_data(
            held=held(book=self.book), history=period_actions(book=self.book), **(forms | kwargs)
        )


class _PeriodActionView(PeriodsView):
    """What closing, locking and their opposites share."""

    http_method_names = ["post"]
    form_class: ClassVar[type[PeriodForm]]
    form_name: ClassVar[str]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it, or show the page with the reason why not."""
        form = self.form_class(request.POST, auto_id=f"{self.form_name.removesuffix('_form')}-%s")
        if form.is_valid():
            try:
                self.act(**form.cleaned_data, book=self.book, user=self.user, now=timezone.now())
            except LedgerFlowError as error:
                form.add_error(None, str(error))
            else:
                return redirect("ledger:periods", book=self.book.slug)
        return self.render_to_response(self.get_context_data(**{self.form_name: form}))

    def act(self, **facts: Any) -> PeriodAction:
        """Write the row of the log that does it."""
        raise NotImplementedError


class ClosePeriodView(_PeriodActionView):
    """Close the books through a day."""

    action = Action.CLOSE_PERIOD
    form_class = PeriodForm
    form_name = "close_form"

    def act(self, **facts: Any) -> PeriodAction:
        """Close."""
        return periods.close_period(**facts)


class LockPeriodView(_PeriodActionView):
    """Lock the books through a day."""

    action = Action.CLOSE_PERIOD
    form_class = LockForm
    form_name = "lock_form"

    def act(self, **facts: Any) -> PeriodAction:
        """Lock."""
        return periods.lock_period(**facts)


class ReopenPeriodView(_PeriodActionView):
    """Reopen the books."""

    action = Action.REOPEN_PERIOD
    form_class = ReopenForm
    form_name = "reopen_form"

    def act(self, **facts: Any) -> PeriodAction:
        """Reopen."""
        return periods.reopen_period(**facts)


class UnlockPeriodView(_PeriodActionView):
    """Unlock the books."""

    action = Action.CLOSE_PERIOD
    form_class = UnlockForm
    form_name = "unlock_form"

    def act(self, **facts: Any) -> PeriodAction:
        """Unlock."""
        return periods.unlock_period(**facts)
