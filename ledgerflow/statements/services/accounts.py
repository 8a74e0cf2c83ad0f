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


def stated_currency(statement: values.Statement) -> str:
    """Return the currency that the statement or, where it leaves that open, each of its lines states; else ``""``."""
    if statement.currency not in _UNSTATED:
        return statement.currency
    of_lines = {line.currency for line in statement.lines}.difference(_UNSTATED)
    return of_lines.pop() if len(of_lines) == 1 else ""


def match_bank_account(
    *, book: Book, statement: values.Statement, file_name: str = "", part: str = ""
) -> BankAccount | None:
    """Return the one bank account of the book that the statement is about, or None where a person has to be asked.

    By the number that the file states, else by what a file of this name was the last time (its digits, which are its
    date, aside), or the ``part`` of it where it holds several statements without number. A masked number, such as
    ``****1234``, is enough only where a single number in the book ends so or was remembered so. The currency that the
    file states must be the bank account's.
    """
    known = BankAccountNumber.objects.filter(book=book).select_related("bank_account")
    currency = stated_currency(statement)
    if statement.account:
        numbers = known.exclude(kind=BankAccountNumber.Kind.FILE_NAME)
        return _only([one for one in numbers if _is_named(statement.account, one)], currency)
    name = _file_key(file_name, part)
    return _only(known.filter(kind=BankAccountNumber.Kind.FILE_NAME, number=name), currency) if name else None


def may_be_number_of(*, bank_account: BankAccount, number: str, currency: str) -> bool:
    """Whether a file that states this number and currency (either may be empty) may be about the bank account.

    It may not where the currency is another one, or where the account's numbers are known and none of them ends as the
    number does, as the number of an account ends its IBAN.
    """
    if currency not in (*_UNSTATED, bank_account.currency):
        return False
    numbers = bank_account.numbers.filter(kind=BankAccountNumber.Kind.NUMBER).values_list("number", flat=True)
    stated = number_key(_MASK.split(number)[-1])
    return not (stated and numbers) or any(
        min(len(stated), len(known)) >= _FEWEST_DIGITS and (known.endswith(stated) or stated.endswith(known))
        for known in numbers
    )


def _is_named(stated: str, known: BankAccountNumber) -> bool:
    if not is_masked(stated):
        return known.kind == BankAccountNumber.Kind.NUMBER and number_key(stated) == known.number
    if known.kind == BankAccountNumber.Kind.MASKED:
        return _masked_key(stated) == known.number
    ending = number_key(_MASK.split(stated)[-1])
    return len(ending) >= _FEWEST_DIGITS and known.number.endswith(ending)


def _only(known: Iterable[BankAccountNumber], currency: str) -> BankAccount | None:
    fitting = {
        one.bank_account_id: one.bank_account for one in known if currency in ("", one.bank_account.currency)
    }
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def is_masked(number: str) -> bool:
    """Whether the number shows only a part of itself, as ``****1234`` does."""
    return _MASK.search(number) is not None


def number_key(number: str) -> str:
    """Return the number's letters and digits in upper case, without leading zeros, which some exports leave out."""
    return "".join(character for character in number.upper() if character.isalnum()).lstrip("0")[:_LONGEST]


def _masked_key(number: str) -> str:
    """Return what a masked number shows before and after its mask; empty where that is too little to go by."""
    shown = [number_key(each) for each in _MASK.split(number)]
    return f"{shown[0]}*{shown[-1]}"[:_LONGEST] if sum(map(len, shown)) >= _FEWEST_DIGITS else ""


def are_named_alike(one: str, other: str) -> bool:
    """Whether what is remembered by the one file's name is found by the other's: both alike, digits aside."""
    return _file_key(one) == _file_key(other) != ""


def _file_key(name: str, part: str = "") -> str:
    key = "".join(character for character in name.upper() if character.isalpha())
    if not key or not part:
        return key[:_LONGEST]
    # A part keeps its digits: what tells sheets apart may be nothing else.
    within = "".join(character for character in part.upper() if character.isalnum())
    return f"{key[: _LONGEST // 2]}#{within}"[:_LONGEST]


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
    """Remember that files which state this number are about the bank account.

    Of a masked number that is what it shows; one that shows too little is not remembered.
    """
    if is_masked(number):
        _remember(bank_account, BankAccountNumber.Kind.MASKED, _masked_key(number))
    else:
        _remember(bank_account, BankAccountNumber.Kind.NUMBER, number_key(number))


def forget_number(*, bank_account: BankAccount, number: str) -> None:
    """Forget that files which state this number, masked or not, are about the bank account."""
    keys = (_masked_key(number),) if is_masked(number) else (number_key(number),)
    kinds = (BankAccountNumber.Kind.NUMBER, BankAccountNumber.Kind.MASKED)
    BankAccountNumber.objects.filter(bank_account=bank_account, kind__in=kinds, number__in=keys).delete()


def remember_file_name(
    *, bank_account: BankAccount, file_name: str, part: str = "", currency: str = ""
) -> None:
    """Remember that files of this name (digits aside) which state no number, or a part of them, are about the account.

    A name means one bank account in each ``currency`` that its files state: what it meant before is forgotten.
    """
    name = _file_key(file_name, part)
    if name:
        meant = BankAccountNumber.objects.filter(
            book=bank_account.book_id, kind=BankAccountNumber.Kind.FILE_NAME, number=name
        ).exclude(bank_account=bank_account)
        (meant.filter(bank_account__currency=currency) if currency else meant).delete()
        _remember(bank_account, BankAccountNumber.Kind.FILE_NAME, name)


def _remember(bank_account: BankAccount, kind: str, number: str) -> None:
    if number:
        BankAccountNumber.objects.get_or_create(
            book_id=bank_account.book_id, bank_account=bank_account, kind=kind, number=number
        )
