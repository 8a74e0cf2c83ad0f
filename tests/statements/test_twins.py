"""Which lines under two days are one movement, what is asked, and what people decided about them stays."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from ledgerflow.statements import services
from ledgerflow.statements.in_use import in_use
from ledgerflow.statements.models import DayQuestion, Hold, StatementLine
from ledgerflow.statements.services import LinesInUseError, answer_question, undo_import
from ledgerflow.statements.verify import problems
from tests.factories import BankAccountFactory, UserFactory
from tests.statements.shapes import NOW, line, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def checking():
    return BankAccountFactory()


def day(number):
    return date(2026, 1, number)


def holds(checking):
    """The lines by day and amount, each with its hold."""
    return [
        (one.date.day, int(one.amount), one.hold)
        for one in StatementLine.objects.filter(bank_account=checking).order_by("date", "amount", "pk")
    ]


def asked(checking):
    return DayQuestion.objects.filter(bank_account=checking, answer="").count()


def test_words_that_agree_and_a_day_of_both_make_one_movement_of_two_lines(checking):
    take_in(checking, line(1, 5, "Tea Corner Berlin 12", value_date=day(3)), kind="camt")

    outcome = take_in(checking, line(3, 5, "TEA corner"), kind="csv")

    assert (outcome.lines_new, outcome.lines_known, outcome.lines_held) == (0, 1, 0)
    assert holds(checking) == [(1, 5, Hold.NONE), (3, 5, Hold.TWIN)]
    assert problems(book=checking.book) == []


def test_the_banks_identifier_makes_one_movement_whatever_the_words(checking):
    take_in(checking, line(1, 5, "Tea", "A1", value_date=day(3)), kind="camt")

    take_in(checking, line(3, 5, "Corner", "A1"), kind="mt940")

    assert holds(checking) == [(1, 5, Hold.NONE), (3, 5, Hold.TWIN)]
    assert DayQuestion.objects.get().evidence == "bank_id"


def test_identifiers_of_one_numbering_tell_two_movements_apart(checking):
    take_in(
        checking,
        line(1, 5, "Tea", "A1", value_date=day(3)),
        line(9, 6, "x", "A9", value_date=day(10)),
        kind="camt",
    )

    take_in(checking, line(3, 5, "Tea", "A2"), line(10, 6, "x", "A9"), kind="mt940")

    assert holds(checking)[:2] == [(1, 5, Hold.NONE), (3, 5, Hold.NONE)]
    assert asked(checking) == 0


@pytest.mark.parametrize(("here", "there"), [(2, 1), (1, 2), (2, 2)])
def test_equal_movements_are_counted(checking, here, there):
    take_in(checking, *[line(1, 5, value_date=day(3))] * here, line(4, 1), kind="camt")

    outcome = take_in(checking, *[line(3, 5)] * there, kind="csv")

    assert (outcome.lines_new, outcome.lines_known) == (max(there - here, 0), min(here, there))
    assert [hold for *_, hold in holds(checking)].count(Hold.TWIN) == min(here, there)
    assert asked(checking) == 0


def test_candidates_that_compete_are_asked_about(checking):
    take_in(checking, line(1, 5, "Tea Corner", value_date=day(3)), kind="camt")

    outcome = take_in(checking, line(3, 5, "Tea Corner Bonn"), line(3, 5, "Tea Corner Rome"), kind="csv")

    assert (outcome.lines_new, outcome.lines_held) == (2, 2)
    assert asked(checking) == 2
    one = DayQuestion.objects.filter(answer="").order_by("no")[0]
    answer_question(question=one, answer="different", user=UserFactory(), now=NOW)
    # Nothing competes any more.
    assert asked(checking) == 0
    assert sorted(hold for *_, hold in holds(checking)) == ["", "", Hold.TWIN]


def test_of_what_competes_the_one_with_all_the_same_days_is_it(checking):
    take_in(
        checking,
        line(1, 5, "Tea", value_date=day(3)),
        line(2, 5, "Tea", value_date=day(3)),
        line(5, 1),
        kind="camt",
    )

    take_in(checking, line(3, 5, "Tea", value_date=day(3), booking_date=day(2)), kind="mt940")

    (found,) = DayQuestion.objects.filter(bank_account=checking)
    assert found.evidence == "words"
    assert StatementLine.objects.get(date=day(3)).hold == Hold.TWIN
    # The one that it is not is asked about no more: neither its booking nor its other days agree.
    assert asked(checking) == 0


def test_the_same_but_for_a_day_is_asked_where_both_files_are_whole(checking):
    take_in(checking, line(1, 1, "a"), line(5, 5), line(20, 2, "b"), kind="qif")

    outcome = take_in(checking, line(1, 1, "a"), line(7, 5), line(20, 2, "b"), kind="ofx")

    assert (outcome.lines_new, outcome.lines_held) == (1, 1)
    assert holds(checking)[1:3] == [(5, 5, Hold.NONE), (7, 5, Hold.DAYS)]


@pytest.mark.parametrize(
    ("words", "when", "first"),
    [("taxi", 7, 1), ("Coffee", 11, 1), ("Coffee", 7, 6)],
    ids=["other words", "too far", "a file that may not show it"],
)
def test_what_only_resembles_is_not_asked_about(checking, words, when, first):
    take_in(checking, line(1, 1, "a"), line(5, 5), line(20, 2, "b"), kind="qif")

    take_in(checking, line(first, 1, "a"), line(when, 5, words), line(20, 2, "b"), kind="ofx")

    assert asked(checking) == 0
    assert {hold for *_, hold in holds(checking)} == {Hold.NONE}


def test_files_of_one_kind_date_alike(checking):
    take_in(checking, line(1, 5, value_date=day(3)), kind="csv", layouts=["a" * 32])
    take_in(checking, line(3, 5, value_date=day(3)), kind="csv", layouts=["a" * 32])
    assert {hold for *_, hold in holds(checking)} == {Hold.NONE}

    # An export with other columns may date otherwise: it shows one of them, and which is asked.
    take_in(checking, line(2, 5, value_date=day(3)), kind="csv", layouts=["b" * 32])

    assert asked(checking) == 2


def test_pending_lines_are_no_twins(checking):
    take_in(checking, line(1, 5, value_date=day(3), status="pending"), kind="camt")

    take_in(checking, line(3, 5), kind="csv")

    assert Hold.TWIN not in {hold for *_, hold in holds(checking)}


def test_three_formats_make_one_movement_and_each_undo_leaves_the_rest(checking):
    files = [
        take_in(checking, line(1, 5, value_date=day(3)), kind="camt").statement.document,
        take_in(checking, line(3, 5), kind="mt940").statement.document,
        take_in(checking, line(2, 5, value_date=day(3)), kind="csv").statement.document,
    ]
    assert holds(checking) == [(1, 5, Hold.NONE), (2, 5, Hold.TWIN), (3, 5, Hold.TWIN)]

    undo_import(document=files[0])

    assert holds(checking) == [(2, 5, Hold.TWIN), (3, 5, Hold.NONE)]
    undo_import(document=files[1])
    assert holds(checking) == [(2, 5, Hold.NONE)]
    assert not DayQuestion.objects.exists()


class Decided:
    """Which lines are called decided about, in place of the stages above."""

    def __init__(self, monkeypatch):
        self.lines = set()
        monkeypatch.setattr("ledgerflow.statements.in_use._ASKED", [self.lines.intersection])


def test_the_line_that_somebody_decided_about_stands(checking, monkeypatch):
    decided = Decided(monkeypatch)
    take_in(checking, line(1, 5, "Tea"), kind="qif")
    (younger,) = take_in(checking, line(3, 5, "Tea"), kind="csv").new_line_ids
    decided.lines.add(younger)
    assert in_use([younger]) == {younger}

    take_in(checking, line(1, 5, "Tea", value_date=day(3)), kind="camt")

    assert holds(checking) == [(1, 5, Hold.TWIN), (3, 5, Hold.NONE)]


def test_two_lines_that_are_both_decided_about_are_asked_about_and_neither_is_held(checking, monkeypatch):
    decided = Decided(monkeypatch)
    take_in(checking, line(1, 5, "Tea"), kind="qif")
    take_in(checking, line(3, 5, "Tea"), kind="csv")
    decided.lines |= set(StatementLine.objects.values_list("pk", flat=True))

    take_in(checking, line(1, 5, "Tea", value_date=day(3)), kind="camt")

    assert holds(checking) == [(1, 5, Hold.NONE), (3, 5, Hold.NONE)]
    question = DayQuestion.objects.get(answer="")
    with pytest.raises(LinesInUseError, match="Both lines are decided about"), transaction.atomic():
        answer_question(question=question, answer="same", user=UserFactory(), now=NOW)
    decided.lines.clear()
    answer_question(question=question, answer="same", user=UserFactory(), now=NOW)
    assert holds(checking) == [(1, 5, Hold.NONE), (3, 5, Hold.TWIN)]


def test_a_released_statement_is_looked_at_again(checking):
    take_in(checking, line(1, 5, value_date=day(3)), kind="camt")
    wrong = take_in(checking, line(3, 5), kind="csv", opening_balance=0, closing_balance=9).statement
    assert holds(checking) == [(1, 5, Hold.NONE), (3, 5, Hold.PROOF)]

    services.override_proof(statement=wrong, reason="It is so", user=UserFactory(), now=NOW)

    assert holds(checking) == [(1, 5, Hold.NONE), (3, 5, Hold.TWIN)]


def test_what_a_person_said_stays_when_other_files_come_and_go(checking):
    take_in(checking, line(1, 5, value_date=day(3)), kind="camt")
    take_in(checking, line(3, 5), kind="csv")
    answer_question(question=DayQuestion.objects.get(), answer="different", user=UserFactory(), now=NOW)
    apart = [(1, 5, Hold.NONE), (3, 5, Hold.NONE)]
    assert holds(checking) == apart

    file = take_in(checking, line(3, 5, booking_date=day(1)), kind="mt940").statement.document

    assert holds(checking) == apart
    undo_import(document=file)
    assert holds(checking) == apart


@pytest.mark.parametrize("count", [2, 200])
def test_the_queries_do_not_grow_with_the_lines(checking, django_assert_max_num_queries, count):
    amounts = range(1, count + 1)
    take_in(checking, *(line(1, amount, value_date=day(3)) for amount in amounts), kind="camt")

    with django_assert_max_num_queries(40):
        outcome = take_in(checking, *(line(3, amount) for amount in amounts), kind="csv")

    assert outcome.lines_known == count


def test_one_kind_of_files_costs_two_queries(checking, django_assert_num_queries):
    from ledgerflow.statements.services._twins import settle_twins

    take_in(checking, line(1, 5, value_date=day(3)), kind="camt")

    with django_assert_num_queries(2):
        assert not settle_twins(bank_account=checking, amounts={5})


@pytest.mark.parametrize(
    "wrong",
    [{"other_no": 1}, {"no": 1, "other_no": 0}, {"evidence": "words", "answer": "same"}],
    ids=["one line", "no such line", "evidence of a day"],
)
def test_postgresql_keeps_no_half_of_a_pair(checking, wrong):
    one = take_in(checking, line(1, 5)).statement
    other = take_in(checking, line(1, 5)).statement

    with pytest.raises(IntegrityError), transaction.atomic():
        DayQuestion.objects.create(
            book=checking.book,
            bank_account=checking,
            date=day(1),
            statement=one,
            other_statement=other,
            **wrong,
        )


def test_postgresql_keeps_no_other_day_that_is_the_same_and_no_pending_twin(checking):
    take_in(checking, line(1, 5, status="pending", booking_date=day(1)))

    for wrong in ({"booking_date": day(1)}, {"transaction_date": day(1)}, {"hold": Hold.TWIN}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StatementLine.objects.update(**wrong)
