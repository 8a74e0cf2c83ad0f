"""What the statements are told of lines that somebody decided about, and what PostgreSQL keeps of it."""

import pytest
from django.db import IntegrityError, connection, transaction

from ledgerflow.classification.services import decide, exclude
from ledgerflow.statements.in_use import decided
from ledgerflow.statements.models import Hold, StatementLine
from tests.booked import NOW, BookedFile
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def file():
    """One line is accepted, the next excluded, the third open."""
    file = BookedFile(3, is_posted=False)
    accepted, excluded, _open = file.line_ids
    decide(book=file.book, line_id=accepted, account=file.expense, user=file.owner, now=NOW)
    exclude(book=file.book, line_ids=[excluded], reason="Private", user=file.owner, now=NOW)
    return file


def test_accepted_lines_are_in_use_and_excluded_ones_left_out(file):
    accepted, excluded, _open = file.line_ids

    with transaction.atomic():
        found = decided(file.line_ids)

    assert found == ({accepted}, {excluded})


def test_postgresql_lets_no_line_that_is_in_the_books_be_a_twin(file):
    accepted, excluded, left = file.line_ids

    for line in (excluded, left):
        StatementLine.objects.filter(pk=line).update(hold=Hold.TWIN)
    with pytest.raises(IntegrityError, match="cannot be held as the twin"), transaction.atomic():
        StatementLine.objects.filter(pk=accepted).update(hold=Hold.TWIN)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM statements_statementline WHERE hold = 'twin'")
        assert cursor.fetchone() == (2,)
