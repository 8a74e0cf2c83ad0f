"""Bank accounts: which one a file is about, and new ones."""

import re
from collections.abc import Iterable

from django.db import IntegrityError, transaction

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.ledger.services.accounts import create_account, next_code
from ledgerflow.statements.models import BankAccount, BankAccountNumber
from ledgerflow.toolbox import values

_UNSTATED = ("", "XXX")
_MASK = re.compile(r"[*•…#]|[Xx]{2,}")
_FEWEST_DIGITS = 3
_LONGEST = 80
_TYPES = {
    BankAccount.Kind.BANK: AccountType.ASSET,
    BankAccount.Kind.CASH: AccountType.ASSET,
    BankAccount.Kind.CARD: AccountType.LIABILITY,
}


class BankAccountRefusedError(LedgerFlowError):
    """The bank account cannot be created as asked."""


def match_bank_account(*, book: Book, statement: values.Statement, file_name: str = "") -> BankAccount | None:
    """Return the one bank account of the book that the statement is about, or None where a person has to be asked.

    By the number that the file states, else by what a file of this name was the last time (its digits, which are its
    date, aside). A masked number, such as ``****1234``, is enough only where a single number in the book ends so. The
    statement's currency must be the bank account's where the file states one.
    """
    known = BankAccountNumber.objects.filter(book=book).select_related("bank_account")
    if statement.account:
        numbers = known.filter(kind=BankAccountNumber.Kind.NUMBER)
        return _only([one for one in numbers if _is_same_number(statement.account, one.number)], statement)
    name = _file_key(file_name)
    return (
        _only(known.filter(kind=BankAccountNumber.Kind.FILE_NAME, number=name), statement) if name else None
    )


def _is_same_number(stated: str, known: str) -> bool:
    if _MASK.search(stated):
        ending = number_key(re.split(_MASK, stated)[-1])
        return len(ending) >= _FEWEST_DIGITS and known.endswith(ending)
    return number_key(stated) == known


def _only(known: Iterable[BankAccountNumber], statement: values.Statement) -> BankAccount | None:
    fitting = {
        one.bank_account_id: one.bank_account
        for one in known
        if statement.currency in _UNSTATED or one.bank_account.currency == statement.currency
    }
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def number_key(number: str) -> str:
    """Return the number's letters and digits in upper case, without leading zeros, which some exports leave out."""
    return "".join(character for character in number.upper() if character.isalnum()).lstrip("0")[:_LONGEST]


def _file_key(name: str) -> str:
    return "".join(character for character in name.upper() if character.isalpha())[:_LONGEST]


@transaction.atomic
def create_bank_account(
    *,
    book: Book,
    name: str,
    kind: str,
    currency: str,
    number: str | None = None,
    ledger_account: Account | None = None,
) -> BankAccount:
    """Create a bank account, with a ledger account of its own where none is given.

    :raises BankAccountRefusedError: the name is empty or taken, the kind or currency is none, or the ledger account
        belongs to another book or bank account.
    """
    name, currency = name.strip(), currency.strip().upper()
    if not name:
        raise BankAccountRefusedError("A bank account needs a name.")
    if kind not in BankAccount.Kind.values:
        raise BankAccountRefusedError("A bank account is a bank, a card or a cash account.")
    if not re.fullmatch("[A-Z]{3}", currency) or currency in _UNSTATED:
        raise BankAccountRefusedError("The currency is a code of three letters, such as USD.")
    if ledger_account is None:
        account_type = _TYPES[BankAccount.Kind(kind)]
        code = next_code(book=book, type=account_type)
        ledger_account = create_account(book=book, code=code, name=name, type=account_type, currency=currency)
    elif ledger_account.book_id != book.pk:
        raise BankAccountRefusedError("The ledger account belongs to another book.")
    try:
        with transaction.atomic():
            bank_account = BankAccount.objects.create(
                book=book, name=name, kind=kind, currency=currency, ledger_account=ledger_account
            )
    except IntegrityError as error:
        raise BankAccountRefusedError(
            f"There is a bank account {name}, or one on {ledger_account}, already."
        ) from error
    if number:
        remember_number(bank_account=bank_account, number=number)
    return bank_account


def remember_number(*, bank_account: BankAccount, number: str) -> None:
    """Remember that files which state this number are about the bank account. A masked number tells too little."""
    if not _MASK.search(number):
        _remember(bank_account, BankAccountNumber.Kind.NUMBER, number_key(number))


def remember_file_name(*, bank_account: BankAccount, file_name: str) -> None:
    """Remember that files of this name (digits aside) which state no number are about the bank account.

    A name means one bank account: what it meant before is forgotten.
    """
    name = _file_key(file_name)
    if name:
        BankAccountNumber.objects.filter(
            book=bank_account.book_id, kind=BankAccountNumber.Kind.FILE_NAME, number=name
        ).exclude(bank_account=bank_account).delete()
        _remember(bank_account, BankAccountNumber.Kind.FILE_NAME, name)


def _remember(bank_account: BankAccount, kind: str, number: str) -> None:
    if number:
        BankAccountNumber.objects.get_or_create(
            book_id=bank_account.book_id, bank_account=bank_account, kind=kind, number=number
        )
