"""Which lines under two days are one movement, what is asked, and what people decided about them stays."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from ledgerflow.statements import services
from ledgerflow.statements.in_use import Decided
from ledgerflow.statements.models import DayQuestion, Hold, StatementLine
from ledgerflow.statements.services import AnswerRefusedError, LinesInUseError, answer_question, undo_import
from ledgerflow.statements.verify import problems
from tests.factories import BankAccountFactory, UserFactory
from tests.statements.shapes import NOW, line, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def checking():
    return BankAccountFactory()


def day(number):
    return date(2026, 1, number)


#: What a file of a whole month says of itself.
WHOLE = {"complete_from": date(2025, 12, 20), "complete_to": date(2026, 1, 31)}


def holds(checking):
    """The lines by day and amount, each with its hold."""
    return [
        (one.date.day, int(one.amount), one.hold)
        for one in StatementLine.objects.filter(bank_account=checking).order_by("date", "amount", "pk")
    ]


def asked(checking):
    return DayQuestion.objects.filter(bank_account=checking, answer="").count()


def test_words_that_agree_and_a_day_of_both_make_one_movement_of_two_lines(checking):
    take_in(checking, line(1, 5, "Tea Corner Berlin 12", value_date=day(3)), kind="camt", **WHOLE)

    outcome = take_in(checking, line(3, 5, "TEA corner"), kind="csv", **WHOLE)

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
    take_in(checking, *[line(1, 5, value_date=day(3))] * here, line(4, 1), kind="camt", **WHOLE)

    outcome = take_in(checking, *[line(3, 5)] * there, kind="csv", **WHOLE)

    assert (outcome.lines_new, outcome.lines_known) == (max(there - here, 0), min(here, there))
    assert [hold for *_, hold in holds(checking)].count(Hold.TWIN) == min(here, there)
    assert asked(checking) == 0


def test_candidates_that_compete_are_asked_about(checking):
    take_in(checking, line(1, 5, "Tea Corner", value_date=day(3)), kind="camt", **WHOLE)

    outcome = take_in(
        checking, line(3, 5, "Tea Corner Bonn"), line(3, 5, "Tea Corner Rome"), kind="csv", **WHOLE
    )

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


def test_at_the_edge_of_files_words_do_not_make_two_lines_one(checking):
    """January in one format, February in another: two tickets, of which no file would show both."""
    take_in(
        checking,
        line(30, 5, "bvg ticket", value_date=day(30)),
        kind="csv",
        complete_from=day(1),
        complete_to=day(31),
    )

    february = {"complete_from": date(2026, 2, 1), "complete_to": date(2026, 2, 28)}
    ticket = line(30, 5, "bvg ticket", value_date=day(30))._replace(date=date(2026, 2, 2))
    outcome = take_in(checking, ticket, kind="camt", **february)

    assert (outcome.lines_new, outcome.lines_held, asked(checking)) == (1, 1, 1)
    assert Hold.TWIN not in {hold for *_, hold in holds(checking)}


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("PayPal Europe Sarl Spotify", "PayPal Europe Sarl Netflix"),
        ("Karten Zahlung REWE Markt", "Karten Zahlung Shell"),
        ("Dauerauftrag Miete Anna", "Dauerauftrag Miete Bert"),
    ],
)
def test_words_agree_only_where_neither_has_a_telling_one_of_its_own(checking, here, there):
    take_in(checking, line(5, 5, here, value_date=day(7)), kind="camt", **WHOLE)

    take_in(checking, line(7, 5, there), kind="mt940", **WHOLE)

    assert holds(checking) == [(5, 5, Hold.NONE), (7, 5, Hold.DAYS)]
    assert asked(checking) == 1


def test_an_identifier_that_a_file_uses_twice_identifies_nothing(checking):
    take_in(
        checking,
        line(1, 5, "Bakery", "0000", value_date=day(3)),
        line(9, 7, "x", "0000"),
        kind="camt",
        **WHOLE,
    )

    take_in(checking, line(3, 5, "Fare", "0000"), kind="mt940", **WHOLE)

    assert Hold.TWIN not in {hold for *_, hold in holds(checking)}
    assert asked(checking) == 1


def test_identifiers_of_one_numbering_tell_apart_whatever_lines_show_the_numbering(checking):
    take_in(checking, line(1, 5, "Tea", "A1", value_date=day(3)), line(9, 6, "x", "A9"), kind="camt", **WHOLE)
    take_in(checking, line(3, 5, "Tea", "A2"), line(9, 6, "x", "A9"), kind="mt940", **WHOLE)

    take_in(checking, line(20, 5, "Tea"), kind="qif", **WHOLE)

    assert {hold for *_, hold in holds(checking)} == {Hold.NONE}
    assert asked(checking) == 0


def test_of_a_class_that_several_meet_each_is_asked_about_another_line(checking):
    take_in(checking, *(line(number, 5, f"ticket {number}") for number in (28, 29, 30)), kind="csv", **WHOLE)

    outcome = take_in(
        checking,
        *[line(31, 5, "fare", transaction_date=day(number)) for number in (28, 29, 30)],
        kind="ofx",
        **WHOLE,
    )

    assert (outcome.lines_new, outcome.lines_held, asked(checking)) == (3, 3, 3)
    question = DayQuestion.objects.filter(answer="").order_by("no")[0]
    services.answer_all_alike(question=question, answer="same", user=UserFactory(), now=NOW)
    assert [hold for *_, hold in holds(checking)].count(Hold.TWIN) == 3


def test_what_may_be_either_of_two_is_not_called_the_same_as_both(checking):
    take_in(checking, line(1, 5, "rail", value_date=day(3)), kind="camt", **WHOLE)
    take_in(checking, line(3, 5, "bonn"), line(3, 5, "rome"), kind="csv", **WHOLE)

    with pytest.raises(AnswerRefusedError, match="cannot be the same as both"), transaction.atomic():
        services.answer_all_alike(
            question=DayQuestion.objects.filter(answer="")[0], answer="same", user=UserFactory(), now=NOW
        )

    assert asked(checking) == 2


def test_where_much_may_be_one_each_line_is_asked_about_once_and_all_of_it_waits(checking):
    take_in(
        checking,
        *(line(1, 5, f"name{letter * 3}", value_date=day(3)) for letter in "abcdefg"),
        kind="camt",
        **WHOLE,
    )

    outcome = take_in(
        checking, *(line(3, 5, f"reference{letter * 3}") for letter in "abcdefg"), kind="csv", **WHOLE
    )

    assert (outcome.lines_held, asked(checking)) == (7, 7)


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
        take_in(checking, line(1, 5, value_date=day(3)), kind="camt", **WHOLE).statement.document,
        take_in(checking, line(3, 5), kind="mt940", **WHOLE).statement.document,
        take_in(checking, line(2, 5, value_date=day(3)), kind="csv", **WHOLE).statement.document,
    ]
    assert holds(checking) == [(1, 5, Hold.NONE), (2, 5, Hold.TWIN), (3, 5, Hold.TWIN)]

    undo_import(document=files[0])

    assert holds(checking) == [(2, 5, Hold.TWIN), (3, 5, Hold.NONE)]
    undo_import(document=files[1])
    assert holds(checking) == [(2, 5, Hold.NONE)]
    assert not DayQuestion.objects.exists()


class Judged:
    """Which lines are called decided about, and left out of the books, in place of the stages above."""

    def __init__(self, monkeypatch):
        self.lines, self.left_out = set(), set()
        monkeypatch.setattr("ledgerflow.statements.in_use._ASKED", [self.tell])

    def tell(self, line_ids):
        return Decided(
            frozenset(self.lines.intersection(line_ids)), frozenset(self.left_out.intersection(line_ids))
        )


def test_what_was_left_out_of_the_books_stands_for_nothing_that_is_in_them(checking, monkeypatch):
    judged = Judged(monkeypatch)
    take_in(checking, line(1, 5, "Tea"), kind="qif", **WHOLE)
    (younger,) = take_in(checking, line(3, 5, "Tea"), kind="csv", **WHOLE).new_line_ids
    judged.left_out.add(younger)

    take_in(checking, line(1, 5, "Tea", value_date=day(3)), kind="camt", **WHOLE)

    # Why it was left out nobody knows: somebody says whether the other is the same.
    assert Hold.TWIN not in {hold for *_, hold in holds(checking)}
    question = DayQuestion.objects.get(answer="")
    judged.lines |= set(StatementLine.objects.filter(date=day(1)).values_list("pk", flat=True))
    take_in(checking, line(9, 5, "x"), kind="mt940", **WHOLE)
    # The one is in the books and the other is not, so it is there once.
    assert not DayQuestion.objects.filter(pk=question.pk).exists()
    assert {hold for *_, hold in holds(checking)} == {Hold.NONE}


def test_a_booked_showing_that_goes_leaves_no_pending_twin(checking):
    take_in(checking, line(1, 5, value_date=day(3)), kind="camt", **WHOLE)
    take_in(checking, line(3, 5, status="pending"), kind="ofx", **WHOLE)
    booked = take_in(checking, line(3, 5), kind="csv", **WHOLE).statement.document
    assert Hold.TWIN in {hold for *_, hold in holds(checking)}

    undo_import(document=booked)

    assert Hold.TWIN not in {hold for *_, hold in holds(checking)}


def test_the_line_that_somebody_decided_about_stands(checking, monkeypatch):
    judged = Judged(monkeypatch)
    take_in(checking, line(1, 5, "Tea"), kind="qif", **WHOLE)
    (younger,) = take_in(checking, line(3, 5, "Tea"), kind="csv", **WHOLE).new_line_ids
    judged.lines.add(younger)

    take_in(checking, line(1, 5, "Tea", value_date=day(3)), kind="camt", **WHOLE)

    assert holds(checking) == [(1, 5, Hold.TWIN), (3, 5, Hold.NONE)]


def test_two_lines_that_are_both_decided_about_are_asked_about_and_neither_is_held(checking, monkeypatch):
    judged = Judged(monkeypatch)
    take_in(checking, line(1, 5, "Tea"), kind="qif")
    take_in(checking, line(3, 5, "Tea"), kind="csv")
    judged.lines |= set(StatementLine.objects.values_list("pk", flat=True))

    take_in(checking, line(1, 5, "Tea", value_date=day(3)), kind="camt")

    assert holds(checking) == [(1, 5, Hold.NONE), (3, 5, Hold.NONE)]
    question = DayQuestion.objects.get(answer="")
    with pytest.raises(LinesInUseError, match="Both lines are decided about"), transaction.atomic():
        answer_question(question=question, answer="same", user=UserFactory(), now=NOW)
    judged.lines.clear()
    answer_question(question=question, answer="same", user=UserFactory(), now=NOW)
    assert holds(checking) == [(1, 5, Hold.NONE), (3, 5, Hold.TWIN)]


def test_a_released_statement_is_looked_at_again(checking):
    take_in(checking, line(1, 5, value_date=day(3)), kind="camt", **WHOLE)
    wrong = take_in(checking, line(3, 5), kind="csv", **WHOLE, opening_balance=0, closing_balance=9).statement
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


def test_what_a_person_said_of_a_line_stays_with_the_file_that_still_shows_it(checking):
    wrong = take_in(checking, line(1, 5, value_date=day(3)), kind="camt", **WHOLE).statement.document
    take_in(checking, line(3, 5), kind="csv", **WHOLE)
    answer_question(question=DayQuestion.objects.get(), answer="different", user=UserFactory(), now=NOW)
    take_in(checking, line(1, 5, value_date=day(3)), line(9, 1), kind="camt", **WHOLE)

    undo_import(document=wrong)

    assert holds(checking) == [(1, 5, Hold.NONE), (3, 5, Hold.NONE), (9, 1, Hold.NONE)]
    assert DayQuestion.objects.get().answer == "different"


@pytest.mark.parametrize("count", [2, 200])
def test_the_queries_do_not_grow_with_the_lines(checking, django_assert_max_num_queries, count):
    amounts = range(1, count + 1)
    take_in(checking, *(line(1, amount, value_date=day(3)) for amount in amounts), kind="camt", **WHOLE)

    with django_assert_max_num_queries(40):
        outcome = take_in(checking, *(line(3, amount) for amount in amounts), kind="csv", **WHOLE)

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
