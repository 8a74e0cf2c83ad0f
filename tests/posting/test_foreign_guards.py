"""As lf_app, raw SQL cannot make an entry in another currency than at the rate that is on record."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from ledgerflow.ledger.models import BatchSource, ExchangeRate
from ledgerflow.ledger.services import journal
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft
from ledgerflow.posting.models import Exchange, StatedAmount
from ledgerflow.posting.services import state_amount
from tests.classification.rows import NOW
from tests.made import made_once
from tests.posting.euros import DAY, EuroShop

pytestmark = pytest.mark.django_db

MARK = "UPDATE classification_classification SET state = 'posted', entry_number = %s WHERE line_id = %s"
EXCHANGE = (
    "INSERT INTO posting_exchange (book_id, entry_number, exchange_rate_id, rate, rate_date, stated_amount)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)


@made_once
def shop():
    shop = EuroShop()
    shop.rate("1.10")
    shop.accept = shop.accepted("100.00")
    return shop


def run(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(statement, *values, error=IntegrityError, words=""):
    with pytest.raises(error, match=words):
        run(statement, *values)


def entry(shop, base="110.00", *, dollars=None, date=DAY):
    """Post an entry for the line as any program could, and return its number."""
    base, dollars = Decimal(base), Decimal(dollars or base)
    lines = [
        LineDraft(shop.euros.pk, "EUR", Decimal(100), base),
        LineDraft(shop.conversion.pk, "EUR", Decimal(-100), -base),
        LineDraft(shop.conversion.pk, "USD", dollars, dollars),
        LineDraft(shop.sales.pk, "USD", -dollars, -dollars),
    ]
    return journal.post_entries(
        book=shop.book,
        source=BatchSource.STATEMENT,
        entries=[EntryDraft(date=date, lines=lines)],
        posted_by=shop.user,
        posted_at=NOW,
    ).first_number


def exchange(shop, number, *, rate="1.1", day=DAY, rate_id=None, stated=None):
    row = rate_id or ExchangeRate.objects.order_by("-pk").first().pk
    return shop.book.pk, number, None if stated else row, rate, day, stated


def test_an_entry_at_the_recorded_rate_stands_for_the_line(shop):
    number = entry(shop)
    run(EXCHANGE, *exchange(shop, number))

    run(MARK, number, shop.accept.pk)


def test_an_entry_without_a_rate_on_record_stands_for_no_line(shop):
    refused(MARK, entry(shop), shop.accept.pk, words="posted by an entry that says what it says")


def test_a_rate_is_not_recorded_for_an_entry_at_another(shop):
    number = entry(shop, "120.00")

    refused(EXCHANGE, *exchange(shop, number), words="the rate at which its entry was made")


def test_a_rate_that_nobody_entered_is_not_recorded(shop):
    number = entry(shop, "120.00")

    refused(EXCHANGE, *exchange(shop, number, rate="1.2"), words="the rate at which its entry was made")


def test_a_rate_of_another_day_is_not_recorded(shop):
    shop.rate("1.2", DAY - timedelta(days=8))
    number = entry(shop, "120.00")

    refused(EXCHANGE, *exchange(shop, number, rate="1.2", day=DAY - timedelta(days=8)), words="the rate at")


def test_a_rate_of_another_book_is_not_recorded(shop):
    EuroShop().rate("1.10")

    refused(EXCHANGE, *exchange(shop, entry(shop)), words="the rate at")


def test_a_rate_that_was_replaced_is_not_recorded(shop):
    old = ExchangeRate.objects.get().pk
    shop.rate("1.20")

    refused(EXCHANGE, *exchange(shop, entry(shop), rate_id=old), words="the rate at")


def test_an_exchange_is_at_a_rate_or_as_stated(shop):
    number = entry(shop)
    book, number, rate_id, rate, day, _ = exchange(shop, number)

    refused(EXCHANGE, book, number, rate_id, rate, day, "110", words="posting_exchange_by_rate_or_statement")


def test_what_no_bank_stated_is_not_recorded_for_the_line(shop):
    number = entry(shop, "90.00")
    run(EXCHANGE, *exchange(shop, number, rate="0.9", stated="90"))

    refused(MARK, number, shop.accept.pk)


def test_a_rate_does_not_go_before_what_the_bank_stated(shop):
    state_amount(book=shop.book, line_id=shop.accept.pk, base_amount=Decimal(90), user=shop.user, now=NOW)
    number = entry(shop)
    run(EXCHANGE, *exchange(shop, number))

    refused(MARK, number, shop.accept.pk)


def test_each_currency_adds_up_to_zero(shop):
    base = Decimal("110.00")
    number = journal.post_entries(
        book=shop.book,
        source=BatchSource.STATEMENT,
        entries=[
            EntryDraft(
                date=DAY,
                lines=[
                    LineDraft(shop.euros.pk, "EUR", Decimal(100), base),
                    LineDraft(shop.sales.pk, "USD", -base, -base),
                ],
            )
        ],
        posted_by=shop.user,
        posted_at=NOW,
    ).first_number

    refused(EXCHANGE, *exchange(shop, number), words="adds up to zero by itself")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE posting_exchange SET rate = 2",
        "DELETE FROM posting_exchange",
        "TRUNCATE posting_exchange",
        "UPDATE ledger_exchangerate SET rate = 2",
        "UPDATE ledger_exchangerate SET date = '2026-01-01'",
        "DELETE FROM ledger_exchangerate",
        "TRUNCATE ledger_exchangerate",
        "UPDATE posting_revaluedbalance SET value = 2",
        "DELETE FROM posting_revaluedbalance",
        "TRUNCATE posting_statedamount",
    ],
)
def test_what_is_on_record_stays(shop, statement):
    shop.post()
    assert Exchange.objects.exists()

    refused(statement, error=ProgrammingError, words="permission denied")


def test_a_rate_is_replaced_once(shop):
    replace = "UPDATE ledger_exchangerate SET replaced_at = now(), replaced_by_id = %s"
    run(replace, shop.user.pk)

    refused(replace, shop.user.pk, words="stays as it was entered")


RATE = (
    "INSERT INTO ledger_exchangerate (book_id, currency, date, rate, source, origin, entered_by_id, entered_at)"
    " VALUES (%s, %s, '2026-03-05', %s, %s, %s, %s, now())"
)


@pytest.mark.parametrize(
    ("currency", "rate", "source", "origin"),
    [
        ("USD", "1.1", "person", "bank"),
        ("eur", "1.1", "person", "bank"),
        ("EUR", "0", "person", "bank"),
        ("EUR", "-1", "person", "bank"),
        ("EUR", "NaN", "person", "bank"),
        ("EUR", "1.1", "rumor", "bank"),
        ("EUR", "1.1", "person", ""),
    ],
)
def test_such_a_rate_is_none(shop, currency, rate, source, origin):
    refused(RATE, shop.book.pk, currency, rate, source, origin, shop.user.pk)


def test_a_day_has_one_rate_of_each_source(shop):
    good = shop.book.pk, "EUR", "1.1", "person", "bank", shop.user.pk
    run(RATE, *good)

    refused(RATE, *good, words="ledger_rate_of_the_day_once")


def test_the_books_currency_stays_where_there_are_rates(shop):
    with pytest.raises(Exception, match="exchange rates in USD"):
        run("UPDATE books_book SET base_currency = 'EUR' WHERE id = %s", shop.book.pk)


STATE = (
    "INSERT INTO posting_statedamount (line_id, book_id, base_amount, stated_by_id, stated_at)"
    " VALUES (%s, %s, %s, %s, now())"
)


@pytest.mark.parametrize("amount", ["-90", "0", "90.001", "NaN", "1000000000000000"])
def test_no_bank_states_such_an_amount(shop, amount):
    refused(STATE, shop.accept.pk, shop.book.pk, amount, shop.user.pk, words="A bank states an amount")


def test_nothing_is_stated_about_a_line_in_the_books_currency_or_of_another_book(shop):
    refused(STATE, shop.line(amount="5.00").pk, shop.book.pk, "5", shop.user.pk, words="A bank states")
    refused(STATE, shop.accept.pk, EuroShop().book.pk, "5", shop.user.pk, words="A bank states")


@pytest.mark.parametrize(
    "statement", ["UPDATE posting_statedamount SET base_amount = 91", "DELETE FROM posting_statedamount"]
)
def test_what_was_stated_stays_while_the_journal_stands_on_it(shop, statement):
    state_amount(book=shop.book, line_id=shop.accept.pk, base_amount=Decimal(90), user=shop.user, now=NOW)
    shop.post()
    assert StatedAmount.objects.exists()

    refused(statement, words="reverse it first")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("role = 'conversion', currency = 'EUR'", "takes_every_currency"),
        ("role = 'exchange', type = 'equity'", "exchange_is_a_result"),
    ],
)
def test_accounts_between_currencies_are_of_none_of_them(change, words):
    shop = EuroShop()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET role = NULL")

    refused(f"UPDATE ledger_account SET {change} WHERE id = %s", shop.fuel.pk, words=words)
