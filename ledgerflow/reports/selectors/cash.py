"""Which accounts are cash."""

from django.db.models import Q

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account, AccountRole
from ledgerflow.statements.models import BankAccount


def cash_accounts(*, book: Book) -> list[int]:
    """Return the ledger accounts of the book's bank and cash accounts, and the one for transfers between them.

    A card is no cash but a debt: what is bought with it counts when it is paid. Money on its way from one account to
    another stands on the account for transfers, and stays cash meanwhile.
    """
    of_banks = BankAccount.objects.filter(book=book).exclude(kind=BankAccount.Kind.CARD)
    accounts = Account.objects.filter(
        Q(pk__in=of_banks.values("ledger_account")) | Q(role=AccountRole.TRANSFER), book=book
    )
    return list(accounts.order_by("code").values_list("pk", flat=True))
