import pytest

from ledgerflow.ledger.models import AccountType
from ledgerflow.statements import services
from tests.factories import AccountFactory, BankAccountFactory, BookFactory
from tests.made import made_once
from tests.statements.shapes import statement

pytestmark = pytest.mark.django_db


@made_once
def checking():
    account = BankAccountFactory()
    services.remember_number(bank_account=account, number="0012 345-678")
    return account


def match(account, number, **more):
    file_name = more.pop("file_name", "")
    return services.match_bank_account(
        book=account.book, statement=statement(account=number, **more), file_name=file_name
    )


@pytest.mark.parametrize("number", ["0012345678", "12345678", "12 345 678", "****5678", "XXXX-5678"])
def test_a_number_leads_to_its_account(checking, number):
    assert match(checking, number) == checking


@pytest.mark.parametrize("number", ["345678", "****8", "****9999", None, ""])
def test_another_number_or_too_little_of_it_leads_nowhere(checking, number):
    assert match(checking, number) is None


def test_a_masked_number_that_fits_two_accounts_leads_nowhere(checking):
    other = BankAccountFactory(book=checking.book)
    services.remember_number(bank_account=other, number="9995678")

    assert match(checking, "****5678") is None


def test_one_number_in_two_currencies_leads_to_the_statements(checking):
    euro = BankAccountFactory(book=checking.book, currency="EUR")
    services.remember_number(bank_account=euro, number="0012345678")

    assert match(checking, "0012345678", currency="EUR") == euro
    assert match(checking, "0012345678", currency="") is None


def test_a_number_of_another_book_leads_nowhere(checking):
    services.remember_number(bank_account=BankAccountFactory(), number="777888")

    assert match(checking, "777888") is None


def test_a_masked_number_that_was_said_is_remembered_while_it_means_one_account(checking):
    services.remember_number(bank_account=checking, number="****4321")
    assert match(checking, "XXXX-4321") == checking
    assert match(checking, "5100 **** 4321") is None
    assert match(checking, "994321") is None

    services.remember_number(bank_account=BankAccountFactory(book=checking.book), number="994321")

    assert match(checking, "****4321") is None


def test_a_masked_number_that_shows_too_little_is_not_remembered(checking):
    services.remember_number(bank_account=checking, number="****21")

    assert match(checking, "****21") is None


def test_a_file_without_number_is_known_by_its_name(checking):
    services.remember_file_name(bank_account=checking, file_name="checking-2026-01.csv")

    assert match(checking, None, file_name="checking-2026-02.csv") == checking
    assert match(checking, None, file_name="savings-2026-02.csv") is None


def test_a_file_name_means_what_it_was_said_to_mean_last(checking):
    other = BankAccountFactory(book=checking.book)
    for account in (checking, other):
        services.remember_file_name(bank_account=account, file_name="export 1.csv")

    assert match(checking, None, file_name="export 2.csv") == other


@pytest.mark.parametrize(("kind", "type_"), [("bank", AccountType.ASSET), ("card", AccountType.LIABILITY)])
def test_a_new_bank_account_has_a_ledger_account_of_its_own(kind, type_):
    book = BookFactory()

    account = services.create_bank_account(
        book=book, name=" Visa ", kind=kind, currency="usd", number="1234567"
    )

    assert (account.name, account.currency) == ("Visa", "USD")
    assert (account.ledger_account.type, account.ledger_account.currency) == (type_, "USD")
    assert match(account, "1234567") == account


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"kind": "loan"}, {"currency": "US"}, {"currency": "XXX"}, {"name": "Taken"}]
)
def test_a_bank_account_without_sense_is_refused(wrong):
    book = BookFactory()
    BankAccountFactory(book=book, name="Taken")

    with pytest.raises(services.BankAccountRefusedError):
        services.create_bank_account(
            **{"book": book, "name": "New", "kind": "bank", "currency": "USD"} | wrong
        )


def test_a_ledger_account_of_another_book_is_refused():
    with pytest.raises(services.BankAccountRefusedError, match="another book"):
        services.create_bank_account(
            book=BookFactory(), name="New", kind="bank", currency="USD", ledger_account=AccountFactory()
        )
