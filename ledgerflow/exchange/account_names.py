"""What plain-text accounting programs call the accounts.

Beancount is the strictest: an account is one of five words and components of letters, digits and hyphens, each of
which begins with a capital letter or a digit. hledger takes the same names.
"""

import unicodedata
from collections.abc import Iterable

from ledgerflow.ledger.models import Account, AccountType

_ROOTS = {
    AccountType.ASSET: "Assets",
    AccountType.LIABILITY: "Liabilities",
    AccountType.EQUITY: "Equity",
    AccountType.INCOME: "Income",
    AccountType.EXPENSE: "Expenses",
}
#: Begins a component whose code begins with neither a capital letter nor a digit.
_BEGINNING = "X-"


def account_names(accounts: Iterable[Account]) -> dict[int, str]:
    """Return the name of each account by its id, such as ``Expenses:5010-Office-supplies``; no two are alike.

    The same accounts always get the same names. Code and name as people wrote them stand beside the account in every
    export, so nothing is lost where a character has no place in a name.
    """
    names: dict[int, str] = {}
    taken: set[str] = set()
    for account in sorted(accounts, key=lambda account: account.code):
        name = f"{_ROOTS[AccountType(account.type)]}:{_component(f'{account.code} {account.name}')}"
        unique, copies = name, 1
        while unique in taken:
            copies += 1
            unique = f"{name}-{copies}"
        taken.add(unique)
        names[account.pk] = unique
    return names


def _component(text: str) -> str:
    kept = "".join(
        character if _is_letter_or_digit(character) else " "
        for character in unicodedata.normalize("NFC", text)
    )
    joined = "-".join(kept.split())
    begins_well = bool(joined) and unicodedata.category(joined[0]) in {"Lu", "Nd"}
    return joined if begins_well else f"{_BEGINNING}{joined}".rstrip("-")


def _is_letter_or_digit(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("L") or category == "Nd"
