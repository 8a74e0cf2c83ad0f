"""With every guard off, as a superuser or a failing disk might have it, verify names what was changed."""

from decimal import Decimal

import pytest

from ledgerflow.classification.services import SplitPart, classify_lines, decide
from ledgerflow.posting import verify as posting
from ledgerflow.posting.services import post_lines, reverse_entry
from ledgerflow.statements import verify as statements
from tests.classification.rows import NOW, Shop
from tests.ledger.sessions import session
from tests.posting.euros import DAY, EuroShop

TABLES = (
    "classification_classification",
    "classification_classificationsplit",
    "ledger_exchangerate",
    "ledger_journalentry",
    "ledger_journalline",
    "posting_exchange",
    "posting_reversedposting",
    "statements_bankaccount",
    "statements_statement",
    "statements_statementline",
)


@pytest.fixture
def shop(committed_db):
    """A line posted whole, one in two parts, one reversed, one that nobody has decided about."""
    shop = Shop()
    shop.whole, shop.parted, shop.reversed, shop.open = shop.line(), shop.line(), shop.line(), shop.line()
    lines = [shop.whole, shop.parted, shop.reversed, shop.open]
    classify_lines(book=shop.book, line_ids=[line.pk for line in lines])
    for line in (shop.whole, shop.reversed):
        decide(book=shop.book, line_id=line.pk, account=shop.fuel, user=shop.user, now=NOW)
    parts = [
        SplitPart(shop.fuel, shop.parted.amount + 1),
        SplitPart(shop.food, Decimal(-1)),
    ]
    decide(book=shop.book, line_id=shop.parted.pk, splits=parts, user=shop.user, now=NOW)
    post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW)
    reverse_entry(book=shop.book, number=3, date=shop.reversed.date, reason="twice", user=shop.user, now=NOW)
    return shop


def _tampered(shop, change):
    with session("owner") as owner:
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(
            change,
            {
                "whole": shop.whole.pk,
                "parted": shop.parted.pk,
                "reversed": shop.reversed.pk,
                "open": shop.open.pk,
                "other": shop.food.pk,
            },
        )
        owner.commit()
    return {problem.check for problem in posting.problems(book=shop.book)}


def test_nothing_is_wrong_before(shop):
    assert posting.problems(book=shop.book) == []


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (
            "UPDATE classification_classification SET account_id = %(other)s WHERE line_id = %(whole)s",
            "posted-account",
        ),
        ("UPDATE classification_classificationsplit SET amount = amount - 1 WHERE no = 1", "posted-account"),
        ("DELETE FROM classification_classificationsplit", "posted-account"),
        ("UPDATE ledger_journalentry SET reverses_number = NULL", "posted-unreversed"),
        ("UPDATE posting_reversedposting SET reversed_by_number = 1", "posted-unreversed"),
        ("UPDATE posting_reversedposting SET reversed_by_number = 1", "posted-reversed"),
        (
            "UPDATE classification_classification SET state = 'posted', entry_number = 3 WHERE line_id = %(reversed)s",
            "posted-once",
        ),
        (
            "UPDATE classification_classification SET state = 'open', entry_number = NULL WHERE line_id = %(whole)s",
            "provenance",
        ),
        (
            "UPDATE classification_classification SET entry_number = 99 WHERE line_id = %(whole)s",
            "posted-known",
        ),
        (
            "UPDATE classification_classification SET business_share = 50 WHERE line_id = %(whole)s",
            "own-share",
        ),
        ("DELETE FROM posting_reversedposting", "provenance"),
        ("UPDATE statements_statementline SET amount = -41 WHERE id = %(reversed)s", "posted-amount"),
        ("UPDATE statements_statementline SET amount = -41 WHERE id = %(whole)s", "posted-amount"),
        ("DELETE FROM classification_classification WHERE line_id = %(open)s", "asked-about"),
    ],
)
def test_it_names_what_was_changed(shop, change, check):
    assert check in _tampered(shop, change)


def test_it_names_a_line_in_another_currency_than_its_account(shop):
    _tampered(shop, "UPDATE statements_statementline SET currency = 'EUR' WHERE id = %(open)s")

    assert "currency" in {problem.check for problem in statements.problems(book=shop.book)}


@pytest.mark.parametrize("change", ["entry_number = NULL", "state = 'accepted'"])
def test_it_names_what_only_the_owner_can_write(shop, change):
    with session("owner") as owner:
        owner.execute(
            "ALTER TABLE classification_classification DROP CONSTRAINT classification_posted_by_an_entry"
        )
        owner.commit()

    found = _tampered(shop, f"UPDATE classification_classification SET {change} WHERE line_id = %(whole)s")

    assert "posted-known" in found


@pytest.fixture
def euro_shop(committed_db):
    """A line in euros posted in two parts, one of them in euros, and one that was reversed since."""
    shop = EuroShop()
    shop.rate("1.10")
    shop.split("-100.00", [(shop.fuel, "-33.33"), (shop.receivable, "-66.67")])
    shop.accepted("50.00")
    shop.post()
    reverse_entry(book=shop.book, number=2, date=DAY, reason="twice", user=shop.user, now=NOW)
    assert posting.problems(book=shop.book) == []
    return shop


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("DELETE FROM posting_exchange WHERE entry_number = 1", "exchange"),
        ("DELETE FROM posting_exchange WHERE entry_number = 2", "exchange"),
        ("UPDATE posting_exchange SET rate = 1.2 WHERE entry_number = 1", "exchange"),
        ("UPDATE posting_exchange SET rate_date = rate_date - 1", "exchange"),
        ("UPDATE ledger_exchangerate SET rate = 1.2", "exchange"),
        ("UPDATE ledger_journalline SET base_amount = -111 WHERE entry_number = 1 AND no = 1", "exchange"),
        ("UPDATE ledger_journalline SET amount = 1 WHERE entry_number = 1 AND no = 3", "currency-balanced"),
        ("UPDATE ledger_journalline SET amount = 1 WHERE entry_number = 2 AND no = 4", "currency-balanced"),
        ("UPDATE ledger_journalline SET base_amount = 1 WHERE entry_number = 1 AND no = 3", "posted-foreign"),
        ("UPDATE classification_classificationsplit SET amount = -33 WHERE no = 1", "posted-foreign"),
        ("UPDATE ledger_journalline SET amount = -99 WHERE entry_number = 1 AND no = 1", "posted-amount"),
    ],
)
def test_it_names_what_was_changed_in_another_currency(euro_shop, change, check):
    with session("owner") as owner:
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(change)
        owner.commit()

    assert check in {problem.check for problem in posting.problems(book=euro_shop.book)}
