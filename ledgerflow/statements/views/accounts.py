"""Bank accounts: what files call them, and which ledger account stands for them."""

from typing import Any

from django import forms as django_forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.statements import services
from ledgerflow.statements.forms import BankAccountForm, ChangeBankAccountForm
from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.page_selectors import listed_bank_accounts, numbers_of, remembered_of
from ledgerflow.statements.selectors import bank_accounts


class BankAccountsView(BookMixin, generic.TemplateView):
    """Every bank account with its numbers and its ledger account."""

    action = Action.VIEW
    template_name = "statements/bank_accounts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the bank accounts."""
        return super().get_context_data(accounts=listed_bank_accounts(book=self.book), **kwargs)


class _BankAccountFormView(BookMixin, generic.FormView[django_forms.Form]):
    action = Action.EDIT_ACCOUNTS
    template_name = "statements/bank_account_form.html"

    def form_valid(self, form: django_forms.Form) -> HttpResponse:
        """Save the bank account, or say why it is refused."""
        try:
            self.save(form.cleaned_data)
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        return redirect("statements:bank-accounts", book=self.book.slug)

    def save(self, facts: dict[str, Any]) -> None:
        """Store the facts."""
        raise NotImplementedError


class CreateBankAccountView(_BankAccountFormView):
    """Add a bank account; its ledger account comes with it."""

    form_class = BankAccountForm

    def get_initial(self) -> dict[str, Any]:
        """Propose the book's currency."""
        return {"currency": self.book.base_currency}

    def save(self, facts: dict[str, Any]) -> None:
        """Add it."""
        services.create_bank_account(book=self.book, **facts)


class ChangeBankAccountView(_BankAccountFormView):
    """Give a bank account another name or other numbers."""

    form_class = ChangeBankAccountForm

    def bank_account(self) -> BankAccount:
        """Return the bank account, in this book only."""
        return get_object_or_404(bank_accounts(book=self.book), pk=self.kwargs["bank_account"])

    def get_initial(self) -> dict[str, Any]:
        """Show what is there."""
        bank_account = self.bank_account()
        return {"name": bank_account.name, "numbers": "\n".join(numbers_of(bank_account=bank_account))}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer to forget what was said of its files."""
        return {**super().get_form_kwargs(), "remembered": remembered_of(bank_account=self.bank_account())}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the bank account."""
        return super().get_context_data(bank_account=self.bank_account(), **kwargs)

    def save(self, facts: dict[str, Any]) -> None:
        """Change it."""
        services.change_bank_account(bank_account=self.bank_account(), **facts)
