"""A person says that a line is another one than the files before show, and takes it back."""

import pytest
from django.db import IntegrityError, transaction

from ledgerflow.statements.models import DayQuestion, Hold, StatementLine
from ledgerflow.statements.selectors import open_questions
from ledgerflow.statements.services import (
    AnswerRefusedError,
    answer_question,
    separate_line,
    undo_import,
)
from ledgerflow.statements.verify import problems
from tests.factories import BankAccountFactory, UserFactory
from tests.statements.shapes import NOW, line, take_in

pytestmark = pytest.mark.django_db

MONTH = (line(1, 1), line(2, -5, "Coffee", "A"), line(2, -9, "Inn"), line(3, 3))


class Twice:
    """A month that came as CSV and as OFX."""

    def __init__(self) -> None:
        self.checking = BankAccountFactory()
        self.user = UserFactory()
        self.first = take_in(self.checking, *MONTH, kind="csv").statement
        self.second = take_in(self.checking, *MONTH, kind="ofx").statement

    def separate(self, no=2, statement=None) -> DayQuestion:
        separate_line(statement=statement or self.second, no=no, user=self.user, now=NOW)
        return DayQuestion.objects.get(no=no)

    def shown(self, amount=-5):
        """The files that show each line of the amount, by their formats."""
        lines = StatementLine.objects.filter(bank_account=self.checking, amount=amount).order_by("pk")
        return [sorted(one.sightings.values_list("statement__format", flat=True)) for one in lines]


@pytest.fixture
def twice():
    return Twice()


@pytest.mark.parametrize("no", [2, 3], ids=["known by its id", "known by its text"])
def test_it_becomes_a_line_of_its_own_and_the_others_stay(twice, no):
    amount = MONTH[no - 1].amount
    kept = StatementLine.objects.get(amount=amount)

    said = twice.separate(no)

    assert twice.shown(amount) == [["csv"], ["ofx"]]
    assert StatementLine.objects.count() == len(MONTH) + 1
    assert not StatementLine.objects.exclude(hold=Hold.NONE).exists()
    assert kept.sightings.get().statement == twice.first
    assert (said.answer, said.answered_by, said.other_statement) == ("different", twice.user, twice.first)
    assert not open_questions(book=twice.checking.book).exists()
    assert problems(book=twice.checking.book) == []


def test_what_came_first_keeps_its_line_whichever_file_it_is_said_of(twice):
    kept = StatementLine.objects.get(amount=-5)

    twice.separate(statement=twice.first)

    assert kept.sightings.get().statement == twice.first


def test_it_is_taken_back(twice):
    said = twice.separate()

    answer_question(question=said, answer="same", user=twice.user, now=NOW)

    assert twice.shown() == [["csv", "ofx"]]
    said.refresh_from_db()
    assert (said.no, said.answer) == (2, "same")
    twice.separate()
    assert twice.shown() == [["csv"], ["ofx"]]


def test_it_holds_when_a_third_file_comes_which_shows_one_of_the_two(twice):
    twice.separate()

    take_in(twice.checking, *MONTH, kind="qif")

    assert sorted(map(len, twice.shown())) == [1, 2]


def test_it_goes_with_either_of_its_files(twice):
    twice.separate()

    undo_import(document=twice.first.document)

    assert not DayQuestion.objects.exists()
    assert twice.shown() == [["ofx"]]


def test_a_line_in_other_words_can_be_kept_apart_too():
    checking = BankAccountFactory()
    take_in(checking, line(1, 1), line(2, -5, "CORNER BAKERY BERLIN"), line(3, 3), kind="csv")
    later = take_in(checking, line(1, 1), line(2, -5, "Corner Bakery"), line(3, 3), kind="ofx")
    assert StatementLine.objects.filter(amount=-5).count() == 1

    separate_line(statement=later.statement, no=2, user=UserFactory(), now=NOW)

    assert StatementLine.objects.filter(amount=-5, hold=Hold.NONE).count() == 2


def test_what_no_other_file_shows_is_refused(twice):
    alone = take_in(twice.checking, line(9, 9)).statement

    with pytest.raises(AnswerRefusedError, match="No other file shows"):
        twice.separate(1, alone)
    with pytest.raises(AnswerRefusedError, match="has no line 7"):
        twice.separate(7)


def test_the_database_keeps_no_open_question_about_a_single_line(twice):
    said = twice.separate()

    with pytest.raises(IntegrityError, match="statements_of_a_line_is_said"), transaction.atomic():
        DayQuestion.objects.filter(pk=said.pk).update(answer="")
