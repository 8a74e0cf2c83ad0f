"""Accounts of the chart: creating, changing, archiving. An account is never deleted."""

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.ledger.errors import AccountChangeError, refusals_explained
from ledgerflow.ledger.models import Account, AccountRole, AccountType
from ledgerflow.taxforms.keys import TaxLineError, check

#: Where the codes of each type begin and end, as the chart templates number them.
_CODES: dict[AccountType, tuple[int, int]] = {
    AccountType.ASSET: (1000, 1999),
    AccountType.LIABILITY: (2000, 2999),
    AccountType.EQUITY: (3000, 3999),
    AccountType.INCOME: (4000, 4999),
    AccountType.EXPENSE: (5000, 9999),
}


def create_account(
    *,
    book: Book,
    code: str,
    name: str,
    type: AccountType,  # noqa: A002 - the accountant's word, and the model's
    role: AccountRole | None = None,
    currency: str | None = None,
    tax_line: str = "",
) -> Account:
    """Add an account to the book's chart.

    With a ``currency`` (ISO 4217) the account takes lines in that currency only, as a bank account does.

    Raises:
        AccountChangeError: the code or name is empty, the code or role is another account's, the role is not one for
            this type, or no form has the tax line for accounts of the type.
    """
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise AccountChangeError("An account needs a code and a name.")
    _check_tax_line(tax_line, type)
    with refusals_explained(), transaction.atomic():
        return Account.objects.create(
            book=book, code=code, name=name, type=type, role=role, currency=currency, tax_line=tax_line
        )


def change_account(*, account: Account, code: str, name: str, tax_line: str) -> None:
    """Give an account another code, name or tax line; its lines stay as they are.

    Raises:
        AccountChangeError: the code or name is empty, the code is another account's, no form has the tax line for
            accounts of the type, or the account has amounts in a closed tax year and would leave its line.
    """
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise AccountChangeError("An account needs a code and a name.")
    _check_tax_line(tax_line, AccountType(account.type))
    account.code, account.name, account.tax_line = code, name, tax_line
    with refusals_explained(), transaction.atomic():
        account.save(update_fields=["code", "name", "tax_line"])


def archive_account(*, account: Account) -> None:
    """Archive an account: it takes no further lines and keeps those it has.

    Raises:
        AccountChangeError: the ledger itself uses the account, or it is archived already.
    """
    if account.role is not None:
        raise AccountChangeError(
            f"{account} is the book's {account.get_role_display()} account and stays in use."
        )
    if account.is_archived:
        raise AccountChangeError(f"{account} is archived already.")
    account.is_archived = True
    with refusals_explained(), transaction.atomic():
        account.save(update_fields=["is_archived"])


def restore_account(*, account: Account) -> None:
    """Take an archived account into use again.

    Raises:
        AccountChangeError: the account is not archived.
    """
    if not account.is_archived:
        raise AccountChangeError(f"{account} is not archived.")
    account.is_archived = False
    with refusals_explained(), transaction.atomic():
        account.save(update_fields=["is_archived"])


def next_code(*, book: Book, type: AccountType) -> str:  # noqa: A002 - the accountant's word
    """Propose a code for a further account of the type, such as 1010 for a bank account after 1000.

    Tens are tried first, then every number of the type's range.

    Raises:
        AccountChangeError: every code of the type is taken.
    """
    first, last = _CODES[type]
    taken = set(Account.objects.filter(book=book).values_list("code", flat=True))
    for step in (10, 1):
        for code in range(first + step, last + 1, step):
            if str(code) not in taken:
                return str(code)
    raise AccountChangeError(f"Every code from {first} to {last} is taken; choose a longer one.")


def _check_tax_line(tax_line: str, type: AccountType) -> None:  # noqa: A002 - the accountant's word
    try:
        check(tax_line, is_income=type == AccountType.INCOME, is_cost=type == AccountType.EXPENSE)
    except TaxLineError as error:
        raise AccountChangeError(str(error)) from error
