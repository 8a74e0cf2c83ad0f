"""One at a time on a bank account."""

from collections.abc import Iterable

from ledgerflow.statements.models import BankAccount


def lock_accounts(bank_accounts: Iterable[BankAccount]) -> None:
    """Hold the bank accounts until the transaction ends; always in the order of their ids, so that nobody deadlocks."""
    wanted = {bank_account.pk for bank_account in bank_accounts}
    list(
        BankAccount.objects.select_for_update(no_key=True)
        .filter(pk__in=wanted)
        .order_by("pk")
        .values_list("pk")
    )
