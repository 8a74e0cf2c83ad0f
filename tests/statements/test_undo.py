import pytest

from ledgerflow.statements import services
from ledgerflow.statements.models import DayQuestion, Hold, Sighting, Statement, StatementLine
from ledgerflow.statements.selectors import lines_only_in
from tests.factories import BankAccountFactory
from tests.made import made_once
from tests.statements.shapes import document, line, take_in

pytestmark = pytest.mark.django_db

JANUARY = (line(1, 1), line(2, "-3.5"), line(2, "-3.5"), line(31, 9))


@made_once
def checking():
    return BankAccountFactory()


def test_it_removes_statement_sightings_and_lines_and_keeps_the_document(checking):
    file = take_in(checking, *JANUARY).statement.document

    undone = services.undo_import(document=file)

    assert (undone.statements, undone.lines_removed, undone.lines_kept) == (1, 4, 0)
    assert not any(model.objects.exists() for model in (Statement, StatementLine, Sighting))
    file.refresh_from_db()


def test_a_line_that_another_file_shows_it_keeps(checking):
    file = take_in(checking, *JANUARY).statement.document
    ids = list(StatementLine.objects.order_by("pk").values_list("pk", flat=True))
    take_in(checking, line(1, 1), line(2, "-3.5"), line(31, 9))

    assert lines_only_in(document=file) == [ids[2]]
    undone = services.undo_import(document=file)

    assert (undone.lines_removed, undone.lines_kept) == (1, 3)
    assert list(StatementLine.objects.order_by("pk").values_list("pk", flat=True)) == [ids[0], ids[1], ids[3]]


def test_a_kept_line_speaks_in_the_words_of_the_file_that_stays(checking):
    file = take_in(
        checking, line(1, 1, "COFFEE  BAR", "A", counterparty="Bar", value_date=None)
    ).statement.document
    take_in(checking, line(1, 1, "Bar, coffee", "A", value_date=line(2, 1).date))
    assert StatementLine.objects.get().description == "COFFEE  BAR"

    services.undo_import(document=file)

    kept = StatementLine.objects.get()
    assert (kept.description, kept.counterparty, kept.value_date) == ("Bar, coffee", None, line(2, 1).date)
    assert Sighting.objects.get().differs is None


def test_a_line_that_only_a_held_back_statement_shows_any_more_it_holds(checking):
    file = take_in(checking, *JANUARY).statement.document
    take_in(checking, *JANUARY, opening_balance=0, closing_balance=1)
    assert not StatementLine.objects.exclude(hold=Hold.NONE).exists()

    services.undo_import(document=file)

    assert set(StatementLine.objects.values_list("hold", flat=True)) == {Hold.PROOF}


def test_a_question_goes_with_either_statement_and_the_hold_with_it(checking):
    file = take_in(checking, line(1, 1), line(2, 2)).statement.document
    take_in(checking, line(2, 2), line(3, 3))
    assert DayQuestion.objects.count() == 1
    assert StatementLine.objects.filter(hold=Hold.QUESTION).count() == 1

    services.undo_import(document=file)

    assert not DayQuestion.objects.exists()
    assert not StatementLine.objects.exclude(hold=Hold.NONE).exists()


def test_a_document_without_statements_it_refuses(checking):
    with pytest.raises(services.NotImportedError):
        services.undo_import(document=document(checking.book))


def test_a_file_that_was_undone_can_come_again(checking):
    file = take_in(checking, *JANUARY).statement.document
    services.undo_import(document=file)

    outcome = take_in(checking, *JANUARY)

    assert outcome.lines_new == 4


def test_its_number_of_queries_does_not_grow_with_the_lines(checking, django_assert_max_num_queries):
    many = [line(1 + n % 28, n + 1, f"Payee {n}") for n in range(2000)]
    file = take_in(checking, *many).statement.document
    take_in(checking, *many[:1500])

    with django_assert_max_num_queries(24):
        services.undo_import(document=file)
