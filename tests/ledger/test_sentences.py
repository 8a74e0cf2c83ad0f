"""What the ledger says when it refuses, word for word, and what it keeps when it does not."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from ledgerflow.ledger import errors
from ledgerflow.ledger.models import Account, BatchSource, PostingBatch
from ledgerflow.ledger.selectors import Balance, changes
from ledgerflow.ledger.selectors.periods import closed_through, period_actions
from ledgerflow.ledger.services.accounts import (
    archive_account,
    change_account,
    create_account,
    next_code,
    restore_account,
)
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, post_entries, post_staged, staging
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
    return AccountFactory(book=book, code="1000", name="Bank", type="asset")


@pytest.fixture
def cost(book):
    return AccountFactory(book=book, code="6000", name="Cost")


def post(book, *entries):
    return post_entries(
        book=book, source=BatchSource.MANUAL, entries=entries, posted_by=None, posted_at=timezone.now()
    )


def lines(*lines):
    drafts = [
        LineDraft(account.pk, currency, Decimal(amount), Decimal(base))
        for account, currency, amount, base in lines
    ]
    return EntryDraft(date=DAY, lines=drafts)


def says(error, sentence, function, *args, **kwargs):
    with pytest.raises(error) as refused:
        function(*args, **kwargs)
    assert str(refused.value) == sentence


def test_a_refused_entry_is_told(book, bank, cost):
    for entries, error, sentence in (
        ([], errors.IncompleteEntryError, "There is nothing to post."),
        (
            [lines((bank, "USD", "1", "1"))],
            errors.IncompleteEntryError,
            "An entry has from 2 to 10,000 lines; the one of 2026-03-05 has 1.",
        ),
        (
            [lines((bank, "USD", "1", "1"), (cost, "USD", "-2", "-2"))],
            errors.UnbalancedEntryError,
            "The entry of 2026-03-05 is out of balance by -1 USD.",
        ),
        (
            [lines((bank, "USD", "2", "1"), (cost, "USD", "-1", "-1"))],
            errors.CurrencyError,
            "A line in USD has two amounts: 2, 1.",
        ),
        (
            [lines((bank, "usd", "1", "1"), (cost, "USD", "-1", "-1"))],
            errors.CurrencyError,
            "'usd' is no ISO 4217 currency code; use one such as USD.",
        ),
        (
            [lines((bank, "ÄÖÜ", "1", "1"), (cost, "USD", "-1", "-1"))],
            errors.CurrencyError,
            "'ÄÖÜ' is no ISO 4217 currency code; use one such as USD.",
        ),
        (
            [lines((bank, "USD", "1.005", "1.005"), (cost, "USD", "-1", "-1"))],
            errors.CurrencyError,
            "1.005 has more digits than USD has; it has 2.",
        ),
        (
            [lines((bank, "EUR", "1", "1.005"), (cost, "USD", "-1", "-1"))],
            errors.CurrencyError,
            "1.005 has more digits than USD has; it has 2.",
        ),
        (
            [lines((bank, "USD", "NaN", "NaN"), (cost, "USD", "-1", "-1"))],
            errors.CurrencyError,
            "NaN is no amount.",
        ),
    ):
        says(error, sentence, post, book, *entries)


def test_ten_thousand_lines_are_an_entry_and_one_more_is_none(book, bank, cost):
    def draft(count):
        return EntryDraft(DAY, [*[LineDraft(cost.pk, "USD", Decimal(0), Decimal(0))] * count])

    assert post(book, draft(10_000)).count == 1
    says(
        errors.IncompleteEntryError,
        "An entry has from 2 to 10,000 lines; the one of 2026-03-05 has 10001.",
        post,
        book,
        draft(10_001),
    )


def test_trailing_zeros_are_no_digits(book, bank, cost):
    assert post(book, two_lines(bank, cost, "1.5000")).count == 1


def test_a_refused_account_is_told(book, cost):
    needs = "An account needs a code and a name."
    suspense = SuspenseFactory(book=book)

    for code, name in (("", "x"), (" ", "x"), ("x", ""), ("x", " ")):
        says(errors.AccountChangeError, needs, create_account, book=book, code=code, name=name, type="asset")
        says(
            errors.AccountChangeError, needs, change_account, account=cost, code=code, name=name, tax_line=""
        )
    says(
        errors.AccountChangeError,
        "9999 Suspense is the book's Suspense account and stays in use.",
        archive_account,
        account=suspense,
    )
    says(errors.AccountChangeError, "6000 Cost is not archived.", restore_account, account=cost)
    archive_account(account=cost)
    says(errors.AccountChangeError, "6000 Cost is archived already.", archive_account, account=cost)


def test_an_account_keeps_what_was_given_and_nothing_else(book):
    plain = create_account(book=book, code=" 7000 ", name=" Fees ", type="expense")
    full = create_account(
        book=book, code="6010", name="Till", type="expense", currency="EUR", tax_line="schedule-c:18"
    )
    stored = Account.objects.get(pk=plain.pk)
    told = Account.objects.get(pk=full.pk)

    assert (stored.code, stored.name, stored.tax_line, stored.currency, stored.role) == (
        "7000",
        "Fees",
        "",
        None,
        None,
    )
    assert (told.name, told.currency, told.tax_line) == ("Till", "EUR", "schedule-c:18")


def test_a_tax_line_that_no_form_has_or_that_does_not_take_the_account_is_refused(book, cost):
    unknown = "There is no tax line “18”; use a line of Schedule C such as schedule-c:18, or none."
    misfit = "1 Gross receipts or sales is a tax line of income accounts; choose another line."

    new = {"book": book, "code": "6010", "name": "Office", "type": "expense"}
    says(errors.AccountChangeError, unknown, create_account, **new, tax_line="18")
    says(errors.AccountChangeError, misfit, create_account, **new, tax_line="schedule-c:1")
    same = {"account": cost, "code": "6000", "name": "Cost"}
    says(errors.AccountChangeError, unknown, change_account, **same, tax_line="18")
    says(errors.AccountChangeError, misfit, change_account, **same, tax_line="schedule-c:1")
    assert not Account.objects.filter(book=book, code="6010").exists()
    assert Account.objects.get(pk=cost.pk).tax_line == ""


def test_changing_archiving_and_restoring_touch_their_own_columns_alone(book, cost):
    stale = Account.objects.get(pk=cost.pk)
    Account.objects.filter(pk=cost.pk).update(currency="USD")

    change_account(account=stale, code="6001", name="Costs", tax_line="")
    archive_account(account=stale)
    restore_account(account=stale)

    assert Account.objects.get(pk=cost.pk).currency == "USD"


def test_a_free_code_is_tried_in_tens_then_in_ones_to_the_last(book):
    taken = [Account(book=book, code=str(code), name="x", type="asset") for code in range(1000, 1999)]
    Account.objects.bulk_create(taken)

    assert next_code(book=book, type="asset") == "1999"
    AccountFactory(book=book, code="1999", type="asset")
    says(
        errors.AccountChangeError,
        "Every code from 1000 to 1999 is taken; choose a longer one.",
        next_code,
        book=book,
        type="asset",
    )


def test_closing_and_reopening_are_told_and_kept_in_order(book):
    user, now = UserFactory(), timezone.now()

    def close(through, reason="filed"):
        return close_period(book=book, through=through, reason=reason, user=user, now=now)

    def reopen(through, reason="late bill"):
        return reopen_period(book=book, through=through, reason=reason, user=user, now=now)

    nothing = "The books are not closed beyond that day, so there is nothing to reopen."
    why = "Say why the books are closed or reopened."
    says(errors.PeriodActionError, nothing, reopen, None)
    says(errors.PeriodActionError, why, close, DAY, "  ")
    closing = close(DAY, " filed ")
    says(errors.PeriodActionError, "The books are closed through 2026-03-05 already.", close, DAY)
    says(
        errors.PeriodActionError, "The books are closed through 2026-03-05 already.", close, date(2026, 3, 4)
    )
    says(errors.PeriodActionError, nothing, reopen, DAY)
    says(errors.PeriodActionError, why, reopen, None, "")
    reopening = reopen(date(2026, 3, 1))
    BookFactory()

    assert (closing.reason, closing.was_closed_through, closing.acted_by, closing.acted_at) == (
        "filed", None, user, now,
    )  # fmt: skip
    assert (reopening.closed_through, reopening.was_closed_through) == (date(2026, 3, 1), DAY)
    assert closed_through(book=book) == date(2026, 3, 1)
    assert list(period_actions(book=book)) == [reopening, closing]
    assert reopen(None).closed_through is None
    assert closed_through(book=book) is None


def test_the_log_of_another_book_is_not_shown(book, django_assert_num_queries):
    user = UserFactory()
    other = BookFactory()
    for at, each in enumerate((book, other)):
        now = datetime(2026, 3, 6 + at, tzinfo=timezone.get_current_timezone())
        close_period(book=each, through=DAY, reason="filed", user=user, now=now)

    with django_assert_num_queries(1):
        assert [action.acted_by.email for action in period_actions(book=book)] == [user.email]


def test_changes_are_what_was_posted_in_the_range(book, bank):
    euro = AccountFactory(book=book, code="1100", name="Euro", type="asset", currency="EUR")

    def exchange(day, euros, dollars):
        drafts = [
            LineDraft(euro.pk, "EUR", Decimal(euros), Decimal(dollars)),
            LineDraft(bank.pk, "USD", -Decimal(dollars), -Decimal(dollars)),
        ]
        post(book, EntryDraft(date=day, lines=drafts))

    exchange(date(2026, 1, 31), 9, 10)
    exchange(date(2026, 2, 1), 18, 20)
    exchange(date(2026, 2, 28), 36, 40)
    exchange(date(2026, 3, 1), 72, 80)

    moved = changes(book=book, first=date(2026, 2, 1), last=date(2026, 2, 28))

    assert moved == [
        Balance(
            bank.pk,
            "1000",
            "Bank",
            "asset",
            is_archived=False,
            currency="USD",
            amount=Decimal(-60),
            base_amount=Decimal(-60),
        ),
        Balance(
            euro.pk,
            "1100",
            "Euro",
            "asset",
            is_archived=False,
            currency="EUR",
            amount=Decimal(54),
            base_amount=Decimal(60),
        ),
    ]


def test_the_staged_door_says_what_is_missing_and_keeps_who_posted(book, bank, cost):
    user, now = UserFactory(), timezone.now()

    def stage_and_post():
        return post_staged(book=book, source=BatchSource.STATEMENT, posted_by=user, posted_at=now)

    staging()
    says(errors.IncompleteEntryError, "There is nothing to post.", stage_and_post)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pg_temp.ledger_staged_line (entry, no, date, account_id, currency, amount, base_amount)"
            " VALUES (1, %s, %s, %s, 'USD', %s, %s)",
            [(1, DAY, bank.pk, 5, 5), (2, DAY, cost.pk, -5, -5)],
        )
    posted = stage_and_post()

    batch = PostingBatch.objects.get(book=book, no=posted.batch_no)
    assert (batch.source, batch.posted_by, batch.posted_at) == (BatchSource.STATEMENT, user, now)
    assert (batch.first_number, batch.entry_count) == (1, 1)


@pytest.mark.parametrize("count", [1, 600])
def test_a_batch_keeps_its_source_and_who_posted_when(book, bank, cost, count):
    user, now = UserFactory(), timezone.now()

    posted = post_entries(
        book=book,
        source=BatchSource.STATEMENT,
        entries=[two_lines(bank, cost, "1") for _ in range(count)],
        posted_by=user,
        posted_at=now,
    )

    batch = PostingBatch.objects.get(book=book, no=posted.batch_no)
    assert (batch.source, batch.posted_by, batch.posted_at, batch.entry_count) == (
        BatchSource.STATEMENT, user, now, count,
    )  # fmt: skip
