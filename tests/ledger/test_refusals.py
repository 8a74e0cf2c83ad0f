"""The services refuse with an error that says what; a refusal leaves the transaction around it usable."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from ledgerflow.ledger import errors
from ledgerflow.ledger.models import Account, AccountRole, BatchSource, JournalEntry, PeriodAction
from ledgerflow.ledger.services.accounts import (
    archive_account,
    change_account,
    create_account,
    next_code,
    restore_account,
)
from ledgerflow.ledger.services.journal import (
    EntryDraft,
    LineDraft,
    mirror,
    post_entries,
    post_staged,
    staging,
)
from ledgerflow.ledger.services.periods import close_period, reopen_period
from tests.factories import AccountFactory, BookFactory, SuspenseFactory, UserFactory
from tests.ledger.drafts import DAY, two_lines
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def book():
    return BookFactory()


@pytest.fixture
def bank(book):
    return AccountFactory(book=book, code="1000", type="asset")


@pytest.fixture
def cost(book):
    return AccountFactory(book=book, code="6000")


def _post(book, *entries):
    return post_entries(
        book=book, source=BatchSource.MANUAL, entries=entries, posted_by=None, posted_at=timezone.now()
    )


def _entry(*lines, day=DAY):
    return EntryDraft(
        date=day,
        lines=[
            LineDraft(account.pk, currency, Decimal(amount), Decimal(base))
            for account, currency, amount, base in lines
        ],
    )


def _refuses(error, book, *entries):
    with pytest.raises(error) as refusal:
        _post(book, *entries)
    assert not JournalEntry.objects.filter(book=book).exists()
    return str(refusal.value)


def test_an_unbalanced_entry(book, bank, cost):
    said = _refuses(
        errors.UnbalancedEntryError, book, _entry((bank, "USD", "1", "1"), (cost, "USD", "-2", "-2"))
    )

    assert "out of balance by -1 USD" in said


def test_nothing_or_one_line(book, bank):
    _refuses(errors.IncompleteEntryError, book)
    _refuses(errors.IncompleteEntryError, book, _entry((bank, "USD", "0", "0")))


@pytest.mark.parametrize(
    ("currency", "amount"), [("USD", "1.005"), ("JPY", "1.5"), ("USD", "NaN"), ("usd", "1"), ("DOLLARS", "1")]
)
def test_an_amount_that_does_not_fit_its_currency(book, bank, cost, currency, amount):
    _refuses(
        errors.CurrencyError,
        book,
        _entry((bank, currency, amount, amount), (cost, "USD", f"-{amount}", f"-{amount}")),
    )


def test_two_amounts_in_the_base_currency(book, bank, cost):
    _refuses(errors.CurrencyError, book, _entry((bank, "USD", "2", "1"), (cost, "USD", "-1", "-1")))


def test_another_books_account_and_an_archived_one(book, bank, cost):
    stranger = AccountFactory()
    archive_account(account=cost)

    assert str(stranger.pk) in _refuses(errors.ForeignAccountError, book, two_lines(bank, stranger, "1"))
    assert "6000" in _refuses(errors.ArchivedAccountError, book, two_lines(bank, cost, "1"))

    restore_account(account=cost)
    assert _post(book, two_lines(bank, cost, "1")).count == 1


def test_a_set_is_posted_whole_or_not_at_all(book, bank, cost):
    sound = [two_lines(bank, cost, "1") for _ in range(600)]

    _refuses(errors.ForeignAccountError, book, *sound, two_lines(bank, AccountFactory(), "1"))


def test_a_book_without_a_ledger(bank, cost):
    _refuses(errors.NoLedgerError, BookFactory(state=None), two_lines(bank, cost, "1"))


def test_a_reversal_mirrors_and_happens_once(book, bank, cost):
    _post(book, two_lines(bank, cost, "7"))
    reversal = mirror(book=book, number=1, date=DAY, text="typed wrong")

    _post(book, reversal)

    with pytest.raises(errors.ReversalError, match="by entry 2"):
        mirror(book=book, number=1, date=DAY)
    with pytest.raises(errors.ReversalError, match="no entry 9"):
        mirror(book=book, number=9, date=DAY)
    with pytest.raises(errors.ReversalError, match="reversed already"):
        _post(book, reversal)
    with pytest.raises(errors.ReversalError, match="mirror"):
        _post(book, two_lines(bank, cost, "8", reverses_number=2))


def test_a_closed_period_opens_again_with_a_reason(book, bank, cost):
    user, now = UserFactory(), timezone.now()
    close_period(book=book, through=DAY, reason="quarter end", user=user, now=now)

    _refuses(errors.PeriodClosedError, book, two_lines(bank, cost, "1"))
    with pytest.raises(errors.PeriodActionError, match="already"):
        close_period(book=book, through=DAY, reason="again", user=user, now=now)
    with pytest.raises(errors.PeriodActionError, match="why"):
        reopen_period(book=book, through=None, reason=" ", user=user, now=now)
    with pytest.raises(errors.PeriodActionError, match="nothing to reopen"):
        reopen_period(book=book, through=DAY, reason="late bill", user=user, now=now)
    reopened = reopen_period(book=book, through=date(2026, 3, 4), reason="late bill", user=user, now=now)

    assert reopened.was_closed_through == DAY
    assert _post(book, two_lines(bank, cost, "1")).first_number == 1
    assert PeriodAction.objects.filter(book=book).count() == 2


def test_the_staged_door_posts_what_is_staged_or_refuses(book, bank, cost):
    def post():
        return post_staged(book=book, source=BatchSource.STATEMENT, posted_by=None, posted_at=timezone.now())

    staging()
    with pytest.raises(errors.IncompleteEntryError):
        post()
    _stage(
        [(1, 1, bank, "5"), (1, 2, cost, "-5"), (2, 1, bank, "1"), (2, 2, cost, "2"), (2, 3, cost, "-3")],
    )
    posted = post()
    staging()
    _stage([(1, 1, bank, "5"), (1, 2, cost, "-4")])
    with pytest.raises(errors.UnbalancedEntryError):
        post()
    staging()
    _stage([(1, 1, bank, "5"), (1, 2, cost, "-5"), (3, 1, bank, "5"), (3, 2, cost, "-5")])
    with pytest.raises(errors.NumberingError):
        post()

    assert (posted.first_number, posted.count) == (1, 2)
    assert list(
        JournalEntry.objects.filter(book=book).order_by("number").values_list("line_count", flat=True)
    ) == [2, 3]


def _stage(rows):
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pg_temp.ledger_staged_line (entry, no, date, account_id, currency, amount, base_amount)"
            " VALUES (%s, %s, %s, %s, 'USD', %s, %s)",
            [(place, no, DAY, account.pk, amount, amount) for place, no, account, amount in rows],
        )


def test_accounts_are_created_changed_and_archived(book, cost):
    made = create_account(book=book, code=" 6010 ", name="Trips", type="expense", currency="EUR")
    change_account(account=made, code="6020", name="Travel", tax_line="schedule-c:24a")

    stored = Account.objects.get(pk=made.pk)
    assert (stored.code, stored.name, stored.currency) == ("6020", "Travel", "EUR")
    assert stored.tax_line == "schedule-c:24a"
    for changed in (
        {"code": "6000"},
        {"code": " "},
        {"name": ""},
        {"type": "thing"},
        {"currency": "eur"},
        {"role": "king"},
    ):
        fields = {"code": "7000", "name": "New", "type": "asset", **changed}
        with pytest.raises(errors.AccountChangeError):
            create_account(book=book, **fields)
    with pytest.raises(errors.AccountChangeError, match="code"):
        change_account(account=stored, code="6000", name="x", tax_line="")
    with pytest.raises(errors.AccountChangeError):
        change_account(account=stored, code="", name="x", tax_line="")
    with pytest.raises(errors.AccountChangeError, match="not archived"):
        restore_account(account=cost)
    archive_account(account=cost)
    with pytest.raises(errors.AccountChangeError, match="already"):
        archive_account(account=cost)


def test_an_account_with_a_role_stays_in_use_and_is_one_of_its_kind(book):
    suspense = SuspenseFactory(book=book)

    with pytest.raises(errors.AccountChangeError, match="Suspense"):
        archive_account(account=suspense)
    with pytest.raises(errors.AccountChangeError, match="role"):
        create_account(book=book, code="9", name="Second", type="asset", role=AccountRole.SUSPENSE)


def test_a_free_code_is_proposed(book, bank):
    assert next_code(book=book, type="asset") == "1010"
    assert next_code(book=book, type="liability") == "2010"

    Account.objects.bulk_create(
        Account(book=book, code=str(code), name="x", type="asset") for code in range(1010, 2000, 10)
    )
    assert next_code(book=book, type="asset") == "1001"
    Account.objects.bulk_create(
        Account(book=book, code=str(code), name="x", type="asset") for code in range(1001, 2000) if code % 10
    )
    with pytest.raises(errors.AccountChangeError, match="taken"):
        next_code(book=book, type="asset")
