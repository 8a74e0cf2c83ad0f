import pytest

from ledgerflow.statements import services
from ledgerflow.statements.models import DayQuestion, Hold, StatementLine
from ledgerflow.statements.selectors import account_states, open_questions
from tests.factories import BankAccountFactory, UserFactory
from tests.made import made_once
from tests.statements.shapes import NOW, line, take_in

pytestmark = pytest.mark.django_db


@made_once
def asked():
    """Two files that each show a part of January 2; a coffee is in both."""
    checking = BankAccountFactory()
    take_in(checking, line(1, 1), line(2, "-3.5"))
    outcome = take_in(checking, line(2, "-3.5"), line(3, 3))
    assert outcome.lines_held == 1
    return open_questions(book=checking.book).get()


def answer(question, said):
    return services.answer_question(question=question, answer=said, user=UserFactory(), now=NOW)


def coffees():
    return list(StatementLine.objects.filter(amount="-3.5").order_by("pk").values_list("hold", flat=True))


def test_what_may_be_here_already_waits(asked):
    assert coffees() == [Hold.NONE, Hold.QUESTION]
    assert [state.questions for state in account_states(book=asked.book)] == [1]


def test_the_same_movement_becomes_one_line(asked):
    older = StatementLine.objects.filter(amount="-3.5").earliest("pk")

    answer(asked, DayQuestion.Answer.SAME)

    assert coffees() == [Hold.NONE]
    assert older.sightings.count() == 2
    assert not open_questions(book=asked.book).exists()


def test_different_movements_stay_two_lines(asked):
    answer(asked, DayQuestion.Answer.DIFFERENT)

    assert coffees() == [Hold.NONE, Hold.NONE]


@pytest.mark.parametrize("order", [("same", "different"), ("different", "same")])
def test_another_answer_takes_the_first_one_back(asked, order):
    first, second = order
    answer(asked, first)

    answer(asked, second)

    assert len(coffees()) == (1 if second == "same" else 2)
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_at) == (second, NOW)


def test_there_is_no_third_answer(asked):
    with pytest.raises(services.AnswerRefusedError):
        answer(asked, "perhaps")
