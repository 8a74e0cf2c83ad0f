"""What PostgreSQL refuses to lf_app, whatever the application does."""

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from ledgerflow.statements.models import Sighting, StatementLine
from ledgerflow.statements.verify import problems
from tests.factories import BankAccountFactory
from tests.made import made_once
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


@made_once
def rows():
    """Ids to attack: two books, the first with two lines in one statement."""
    mine, theirs = BankAccountFactory(), BankAccountFactory()
    outcome = take_in(mine, line(1, 1), line(2, 2))
    other = take_in(theirs, line(1, 1))
    one, two = outcome.new_line_ids
    return {
        "book": mine.book_id, "account": mine.pk, "statement": outcome.statement.pk, "one": one, "two": two,
        "their_book": theirs.book_id, "their_account": theirs.pk, "their_line": other.new_line_ids[0],
        "their_statement": other.statement.pk,
    }  # fmt: skip


def run(sql, rows):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, rows)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


LINE = (
    "INSERT INTO statements_statementline"
    " (book_id, bank_account_id, date, amount, currency, description, is_pending, hold)"
)
SIGHTING = "INSERT INTO statements_sighting (book_id, statement_id, no, line_id, place, is_pending)"


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE statements_statementline SET amount = amount + 1 WHERE id = %(one)s",
        "UPDATE statements_statementline SET date = date + 1 WHERE id = %(one)s",
        "UPDATE statements_statementline SET currency = 'EUR' WHERE id = %(one)s",
        "UPDATE statements_statementline SET bank_account_id = %(their_account)s WHERE id = %(one)s",
        "UPDATE statements_statementline SET book_id = %(their_book)s WHERE id = %(one)s",
        "DELETE FROM statements_statementline WHERE id = %(one)s",
        f"{LINE} VALUES (%(book)s, %(their_account)s, '2026-01-01', 1, 'USD', '', false, '')",
        f"{LINE} VALUES (%(book)s, %(account)s, '2026-01-01', 1, 'EUR', '', false, '')",
        f"{LINE} VALUES (%(book)s, %(account)s, '2026-01-01', 'NaN', 'USD', '', false, '')",
        f"{SIGHTING} VALUES (%(book)s, %(statement)s, 3, %(one)s, '{{}}', false)",
        f"{SIGHTING} VALUES (%(book)s, %(statement)s, 3, %(their_line)s, '{{}}', false)",
        f"{SIGHTING} VALUES (%(book)s, %(their_statement)s, 2, %(one)s, '{{}}', false)",
        "UPDATE statements_sighting SET line_id = %(two)s WHERE line_id = %(one)s",
        "UPDATE statements_sighting SET line_id = %(their_line)s WHERE line_id = %(one)s",
        "UPDATE statements_sighting SET statement_id = %(their_statement)s WHERE line_id = %(one)s",
        "UPDATE statements_sighting SET place = '{}' WHERE line_id = %(one)s",
        "DELETE FROM statements_sighting WHERE line_id = %(one)s",
        "DELETE FROM statements_statement WHERE id = %(statement)s",
        "UPDATE statements_statement SET total = 9 WHERE id = %(statement)s",
        "UPDATE statements_statement SET proof = 'PROVEN' WHERE id = %(statement)s",
        "UPDATE statements_statement SET bank_account_id = %(their_account)s WHERE id = %(statement)s",
        "UPDATE statements_bankaccount SET currency = 'EUR' WHERE id = %(account)s",
        "UPDATE statements_bankaccount SET book_id = %(their_book)s WHERE id = %(account)s",
        "TRUNCATE statements_statementline CASCADE",
        "TRUNCATE statements_sighting",
        "ALTER TABLE statements_statementline DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_it_refuses(rows, attack):
    with pytest.raises(Error):
        run(attack, rows)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE statements_statementline SET description = 'other words' WHERE id = %(one)s",
        "UPDATE statements_statementline SET hold = 'proof' WHERE id = %(one)s",
        "UPDATE statements_statement SET override_reason = 'said so' WHERE id = %(statement)s",
        "UPDATE statements_bankaccount SET name = 'Other' WHERE id = %(account)s",
    ],
)
def test_it_allows(rows, change):
    run(change, rows)


def test_a_statement_that_counts_lines_and_shows_none_it_refuses(rows):
    copied = (
        "INSERT INTO statements_statement (book_id, document_id, bank_account_id, position, format,"
        " account_number, layout, currency, line_count, total, proof, proof_detail, override_reason, imported_at)"
        " SELECT book_id, document_id, bank_account_id, position + 1, format, '', '', currency, {}, {}, proof, '', '',"
        " now()"
        " FROM statements_statement WHERE id = %(statement)s"
    )
    with pytest.raises(Error):
        run(copied.format(1, 5), rows)

    run(copied.format(0, 0), rows)


def test_a_statement_that_goes_and_leaves_its_lines_it_refuses(rows):
    gone = "DELETE FROM statements_statement WHERE id = %(statement)s;"
    sightings = "DELETE FROM statements_sighting WHERE statement_id = %(statement)s;"
    with pytest.raises(Error, match="is shown by no other"):
        run(gone + sightings, rows)

    run(f"{gone}{sightings} DELETE FROM statements_statementline WHERE id IN (%(one)s, %(two)s)", rows)


def test_verify_finds_a_line_that_no_statement_shows(rows):
    account = BankAccountFactory()
    assert problems(book=account.book) == []
    stray = StatementLine.objects.create(
        book=account.book, bank_account=account, date="2026-01-01", amount=1, currency="USD", description=""
    )

    (problem,) = problems(book=account.book)

    assert (problem.check, str(stray.pk) in problem.sentence) == ("seen", True)
    assert Sighting.objects.count() == 3


def test_verify_finds_a_wrong_hold(rows):
    StatementLine.objects.filter(pk=rows["one"]).update(hold="proof")

    (problem,) = problems(book=StatementLine.objects.get(pk=rows["one"]).book)

    assert problem.check == "holds"
