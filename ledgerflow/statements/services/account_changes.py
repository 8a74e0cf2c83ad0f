"""What may still change about a bank account: its name, and the numbers by which files name it."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from ledgerflow.statements.models import BankAccount, BankAccountNumber
from ledgerflow.statements.services.accounts import (
    BankAccountRefusedError,
    is_masked,
    number_key,
    remember_number,
)


@transaction.atomic
def change_bank_account(
    *,
    bank_account: BankAccount,
    name: str,
    numbers: Iterable[str],
    forgotten: Iterable[BankAccountNumber] = (),
) -> BankAccount:
    """Give the bank account another name, and exactly these numbers; kind and currency stay with its lines.

    ``forgotten`` is what files about it are called that shall no longer mean it: masked numbers and files' names.

    :raises BankAccountRefusedError: the name is empty or taken, or a number is masked or has no digit.
    """
    name = name.strip()
    if not name:
        raise BankAccountRefusedError("A bank account needs a name.")
    locked = BankAccount.objects.select_for_update().get(pk=bank_account.pk)
    locked.name = name
    try:
        with transaction.atomic():
            locked.save(update_fields=["name"])
    except IntegrityError as error:
        raise BankAccountRefusedError(f"There is a bank account {name} already.") from error
    wanted = {number_key(number): number for number in numbers if number.strip()}
    BankAccountNumber.objects.filter(bank_account=locked, pk__in=[each.pk for each in forgotten]).delete()
    known = BankAccountNumber.objects.filter(bank_account=locked, kind=BankAccountNumber.Kind.NUMBER)
    known.exclude(number__in=wanted).delete()
    for number in wanted.values():
        if not is_masked(number):
            remember_number(bank_account=locked, number=number)
    if known.count() != len(wanted):
        raise BankAccountRefusedError(
            "Give each number whole, without asterisks: a masked one tells too little."
        )
    return locked
