from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledgerflow.statements import services
from ledgerflow.statements.models import Hold, Proof, Sighting, Statement, StatementLine
from tests.factories import BankAccountFactory
from tests.made import made_once
from tests.statements.shapes import NOW, document, line, reading, statement, take_in

pytestmark = pytest.mark.django_db


@made_once
def checking():
    return BankAccountFactory()


def test_it_stores_every_line_with_its_words_and_where_it_stands(checking):
    outcome = take_in(
        checking,
        line(
            2,
            "-3.50",
            "Coffee",
            "F1",
            counterparty="Café",
            reference="R",
            place={"line": 7},
            balance=Decimal("96.5"),
        ),
        line(3, "100", "Salary\twith\\odd\nparts", place={"page": 1, "box": [1, 2, 3, 4]}),
    )

    first, second = StatementLine.objects.order_by("pk")
    assert outcome.new_line_ids == [first.pk, second.pk]
    assert (outcome.lines_new, outcome.lines_known, outcome.lines_held) == (2, 0, 0)
    assert (first.amount, first.counterparty, first.reference, first.bank_id) == (
        Decimal("-3.50"),
        "Café",
        "R",
        "F1",
    )
    assert second.description == "Salary\twith\\odd\nparts"
    sightings = Sighting.objects.order_by("no")
    assert [sighting.place for sighting in sightings] == [{"line": 7}, {"page": 1, "box": [1, 2, 3, 4]}]
    assert [sighting.balance for sighting in sightings] == [Decimal("96.5"), None]


def test_it_keeps_the_statement_and_what_proves_it(checking):
    outcome = take_in(
        checking, line(2, "-3.50"), opening_balance=Decimal(10), closing_balance=Decimal("6.50")
    )

    stored = Statement.objects.get()
    assert stored == outcome.statement
    assert (stored.proof, stored.line_count, stored.total) == (Proof.PROVEN, 1, Decimal("-3.50"))
    assert StatementLine.objects.get().hold == Hold.NONE


def test_it_holds_back_the_lines_of_a_discrepancy(checking):
    outcome = take_in(checking, line(2, "-3.50"), opening_balance=Decimal(10), closing_balance=Decimal(7))

    assert outcome.statement.proof == Proof.DISCREPANCY
    assert outcome.lines_held == 1
    assert StatementLine.objects.get().hold == Hold.PROOF


def test_it_takes_in_an_empty_statement(checking):
    outcome = take_in(checking)

    assert (outcome.lines_new, outcome.statement.line_count, outcome.statement.first_date) == (0, 0, None)


@pytest.mark.parametrize("currency", ["", "XXX"])
def test_it_uses_the_bank_accounts_currency_where_the_file_states_none(checking, currency):
    take_in(checking, line(2, "-3.50", currency=currency), currency=currency)

    assert StatementLine.objects.get().currency == "USD"


def test_it_refuses_another_currency_than_the_bank_accounts(checking):
    with pytest.raises(services.StatementRefusedError, match="states EUR, but Checking"):
        take_in(checking, line(2, "-3.50", currency="EUR"), currency="EUR")


@pytest.mark.parametrize("amount", ["0.123456789", "1E-9"])
def test_it_refuses_an_amount_that_it_would_have_to_round(checking, amount):
    with pytest.raises(services.StatementRefusedError, match="more than eight decimals"):
        take_in(checking, line(2, amount))


def test_it_takes_in_an_amount_of_eight_decimals_and_zeros(checking):
    take_in(checking, line(2, "0.1234567800"))

    assert StatementLine.objects.get().amount == Decimal("0.12345678")


def test_it_refuses_an_amount_of_more_than_sixteen_digits(checking):
    with pytest.raises(services.StatementRefusedError, match="sixteen digits"):
        take_in(checking, line(2, "1e16"))


def test_it_refuses_a_day_decades_ahead(checking):
    with pytest.raises(services.StatementRefusedError, match=f"movement on {NOW.year + 41}-01-31"):
        take_in(checking, line(2, "-1")._replace(date=date(NOW.year + 41, 1, 31)))


def test_it_takes_in_a_movement_that_is_planned_for_next_month(checking):
    outcome = take_in(checking, line(2, "-1")._replace(date=NOW.date() + timedelta(days=31)))

    assert outcome.lines_new == 1


def test_it_refuses_a_text_with_a_nul(checking):
    with pytest.raises(services.TextRefusedError):
        take_in(checking, line(2, "1", "Cof\x00fee"))

    assert not Statement.objects.exists() or StatementLine.objects.count() == 0


def test_it_refuses_a_document_that_is_imported_already(checking):
    file = document(checking.book)
    of_file = {
        "document": file,
        "reading": reading(statement(line(2, 1))),
        "bank_accounts": [checking],
        "now": NOW,
    }
    services.import_statement(**of_file)

    with pytest.raises(services.AlreadyImportedError):
        services.import_statement(**of_file)


def test_it_takes_in_several_accounts_of_one_file(checking):
    savings = BankAccountFactory(book=checking.book)

    outcomes = services.import_statement(
        document=document(checking.book),
        reading=reading(statement(line(2, 1)), statement(line(2, 1), line(3, 1))),
        bank_accounts=[checking, savings],
        now=NOW,
    )

    assert [outcome.lines_new for outcome in outcomes] == [1, 2]
    assert [outcome.statement.bank_account for outcome in outcomes] == [checking, savings]


@pytest.mark.parametrize("already", [False, True], ids=["fresh", "among known lines"])
def test_its_number_of_queries_does_not_grow_with_the_lines(checking, already, django_assert_max_num_queries):
    def days(number):
        return [line(1 + n % 28, n + 1, f"Payee {n}") for n in range(number)]

    if already:
        take_in(checking, *days(40))

    with django_assert_max_num_queries(24):
        take_in(checking, *days(4000))
