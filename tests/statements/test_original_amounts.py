"""What files state of another currency than the account's: kept with the line, converted where the bank did not."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from ledgerflow.statements import services
from ledgerflow.statements.models import Sighting, StatementLine
from tests.factories import BankAccountFactory
from tests.made import made_once
from tests.statements.shapes import NOW, document, line, reading, statement, take_in

pytestmark = pytest.mark.django_db


@made_once
def checking():
    return BankAccountFactory()


def _of(row: StatementLine) -> tuple[Decimal | str | None, ...]:
    return row.amount, row.currency, row.original_amount, row.original_currency, row.rate


def test_an_amount_that_the_bank_has_not_converted_is_converted_at_its_rate(checking):
    given = line(2, "-10.01", currency="EUR", original_amount=Decimal("-10.01"), original_currency="EUR")

    take_in(checking, given._replace(rate=Decimal("1.0825")), line(3, "-1"))

    first, second = StatementLine.objects.order_by("date")
    assert _of(first) == (Decimal("-10.84"), "USD", Decimal("-10.01"), "EUR", Decimal("1.0825"))
    assert _of(second) == (Decimal(-1), "USD", None, None, None)


def test_one_that_it_has_converted_stays_as_it_is(checking):
    take_in(checking, line(2, "-12.70", original_currency="GBP", rate=Decimal("1.27")))

    assert _of(StatementLine.objects.get()) == (Decimal("-12.70"), "USD", None, "GBP", Decimal("1.27"))


@pytest.mark.parametrize("stated", ["", "EUR"])
def test_without_a_rate_to_the_account_it_is_refused(checking, stated):
    other = line(2, "-10", currency="GBP", rate=None if stated else Decimal("1.5"))
    currency = stated or ""

    with pytest.raises(services.StatementRefusedError, match="GBP"):
        services.import_statement(
            document=document(checking.book),
            reading=reading(statement(other, currency=currency)),
            bank_accounts=[checking],
            now=NOW,
        )

    assert not StatementLine.objects.exists()


def test_a_rate_that_is_too_small_or_large_to_keep_is_left_out(checking):
    for day, rate in ((2, "1e-13"), (3, "1e12")):
        take_in(checking, line(day, "-3", original_currency="EUR", rate=Decimal(rate)))

    assert set(StatementLine.objects.values_list("original_currency", "rate")) == {("EUR", None)}


def test_the_line_is_handed_over_with_what_the_other_file_says_of_it(checking):
    first = take_in(checking, line(2, "-3", "Coffee", "A", original_currency="EUR", rate=Decimal("1.5")))
    take_in(
        checking,
        line(2, "-3", "Coffee", "A", original_amount=Decimal("-2.10"), original_currency="EUR"),
        line(2, "-4", "Tea", "B", original_currency="GBP", rate=Decimal(2)),
    )
    kept = StatementLine.objects.get(amount=-3)
    assert _of(kept)[2:] == (None, "EUR", Decimal("1.5"))
    assert Sighting.objects.get(differs__isnull=False).differs == {"original_amount": "-2.10", "rate": None}

    services.undo_import(document=first.statement.document)

    kept.refresh_from_db()
    assert _of(kept)[2:] == (Decimal("-2.10"), "EUR", None)
    assert _of(StatementLine.objects.get(amount=-4))[2:] == (None, "GBP", Decimal(2))


def test_an_original_in_the_accounts_own_currency_says_nothing(checking):
    take_in(checking, line(2, "-3", original_currency="USD", rate=Decimal(1)), currency="")

    assert _of(StatementLine.objects.get())[2:] == (None, None, None)


@pytest.mark.parametrize(
    "said",
    [
        {"original_currency": "USD"},
        {"original_currency": "eur"},
        {"original_amount": 1},
        {"rate": 1},
        {"original_currency": "EUR", "rate": 0},
        {"original_currency": "EUR", "rate": -1},
    ],
)
def test_postgresql_refuses_what_no_bank_states(checking, said):
    take_in(checking, line(2, "-3"))

    with pytest.raises(IntegrityError), transaction.atomic():
        StatementLine.objects.update(**said)


@pytest.mark.parametrize("column", ["original_amount", "rate"])
def test_postgresql_refuses_what_is_no_number(checking, column):
    take_in(checking, line(2, "-3", original_currency="EUR"))

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE statements_statementline SET {column} = 'NaN'")
