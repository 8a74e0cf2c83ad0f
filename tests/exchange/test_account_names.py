import re
import unicodedata

import pytest

from ledgerflow.exchange.account_names import account_names
from ledgerflow.ledger.models import Account


def _names(*accounts: tuple[str, str, str]) -> list[str]:
    made = [
        Account(pk=pk, code=code, name=name, type=kind) for pk, (code, name, kind) in enumerate(accounts, 1)
    ]
    names = account_names(made)
    return [names[account.pk] for account in made]


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("5010", "Office supplies", "Expenses:5010-Office-supplies"),
        ("5010", "Küche & Café", "Expenses:5010-Küche-Café"),
        ("5010", "事務用品", "Expenses:5010-事務用品"),
        ("5010", "a:b; c  d", "Expenses:5010-a-b-c-d"),
        ("5010", "…", "Expenses:5010"),
        ("x/1", "Rent", "Expenses:X-x-1-Rent"),
        ("家", "Rent", "Expenses:X-家-Rent"),
        ("*", "…", "Expenses:X"),
    ],
)
def test_it_keeps_code_and_letters(code, name, expected):
    assert _names((code, name, "expense")) == [expected]


def test_it_tells_accounts_apart_whose_signs_have_no_place_in_a_name():
    accounts = (("1/0", "A", "asset"), ("1-0", "A", "asset"), ("1 0", "A", "asset"), ("1 0 A", "2", "asset"))

    names = _names(*accounts)

    assert len(set(names)) == 4
    assert _names(*accounts[::-1]) == names[::-1]


def test_a_composed_and_a_decomposed_letter_are_the_same_letter():
    assert _names(("1", unicodedata.normalize("NFD", "Café"), "asset")) == ["Assets:1-Café"]


@pytest.mark.parametrize("kind", ["asset", "liability", "equity", "income", "expense"])
def test_it_begins_with_one_of_the_five_words(kind):
    (name,) = _names(("1", "A", kind))

    assert re.fullmatch(r"(Assets|Liabilities|Equity|Income|Expenses):1-A", name)
