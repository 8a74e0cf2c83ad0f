"""Answering whether two files show the same movements, through the page and across the stages."""

import pytest

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import classify_lines
from ledgerflow.posting.services import post_lines
from ledgerflow.statements.models import DayQuestion, Hold, StatementLine
from tests.booked import NOW, BookedFile
from tests.made import made_once
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


class Asked:
    """Two files that each end or begin in the middle of the same day; a coffee is in both."""

    def __init__(self) -> None:
        self.file = BookedFile(1, is_posted=False)
        for lines in ((line(1, 1), line(2, "-3.5")), (line(2, "-3.5"), line(3, 3))):
            outcome = take_in(self.file.bank, *lines)
            classify_lines(book=self.file.book, line_ids=outcome.new_line_ids)
        self.question = DayQuestion.objects.get(book=self.file.book)

    def coffees(self) -> list[StatementLine]:
        return list(StatementLine.objects.filter(book=self.file.book, amount="-3.5").order_by("pk"))

    def answer(self, role: Role, answer: str):
        address = self.file.address(f"inbox/questions/{self.question.pk}/answer/")
        return self.file.client(role).post(address, {"answer": answer})


@made_once
def asked():
    return Asked()


def test_both_files_are_shown_side_by_side(asked):
    page = asked.file.client(Role.VIEWER).get(asked.file.address("inbox/questions/"))

    text = page.content.decode()
    assert asked.question.statement.document.name in text
    assert asked.question.other_statement.document.name in text
    assert text.count(">alike<") == 2
    assert "The same, shown twice" not in text


def test_the_same_movement_becomes_one_line_with_one_suggestion(asked):
    assert [coffee.hold for coffee in asked.coffees()] == [Hold.NONE, Hold.QUESTION]

    asked.answer(Role.BOOKKEEPER, "same")

    (coffee,) = asked.coffees()
    assert coffee.hold == Hold.NONE
    assert coffee.sightings.count() == 2
    assert Classification.objects.filter(line=coffee).count() == 1


def test_different_movements_stay_two_lines_to_review(asked):
    asked.answer(Role.BOOKKEEPER, "different")

    assert [coffee.hold for coffee in asked.coffees()] == [Hold.NONE, Hold.NONE]
    assert Classification.objects.filter(line__in=asked.coffees()).count() == 2


def test_an_answer_can_be_taken_back(asked):
    asked.answer(Role.OWNER, "same")
    asked.answer(Role.OWNER, "different")

    assert len(asked.coffees()) == 2
    assert Classification.objects.filter(line__in=asked.coffees()).count() == 2
    page = asked.file.client().get(asked.file.address("inbox/questions/"))
    assert "different movements" in page.content.decode()


def test_a_posted_line_stays_and_the_other_joins_it(asked):
    first, second = asked.coffees()
    asked.file.line_ids = [first.pk]
    asked.file.decide_all()
    post_lines(book=asked.file.book, line_ids=None, posted_by=asked.file.owner, posted_at=NOW)

    asked.answer(Role.BOOKKEEPER, "same")

    (coffee,) = asked.coffees()
    assert coffee.pk == first.pk
    assert Classification.objects.get(line=coffee).state == "posted"
    assert not StatementLine.objects.filter(pk=second.pk).exists()


def test_two_lines_in_the_journal_are_not_joined(asked):
    asked.answer(Role.OWNER, "different")
    asked.file.line_ids = [coffee.pk for coffee in asked.coffees()]
    asked.file.decide_all()
    post_lines(book=asked.file.book, line_ids=None, posted_by=asked.file.owner, posted_at=NOW)

    asked.answer(Role.OWNER, "same")

    assert len(asked.coffees()) == 2
    asked.question.refresh_from_db()
    assert asked.question.answer == "different"


def test_a_word_that_is_no_answer_is_refused(asked):
    asked.answer(Role.OWNER, "perhaps")

    asked.question.refresh_from_db()
    assert asked.question.answer == ""


def test_a_viewer_answers_nothing(asked):
    assert asked.answer(Role.VIEWER, "same").status_code == 403


def test_a_question_of_another_book_is_not_found(asked):
    other = BookedFile(1, is_posted=False)

    answer = other.client().post(
        other.address(f"inbox/questions/{asked.question.pk}/answer/"), {"answer": "same"}
    )

    assert answer.status_code == 404


def test_without_questions_the_page_says_when_one_is_asked():
    file = BookedFile(1, is_posted=False)

    text = file.client().get(file.address("inbox/questions/")).content.decode()

    assert "No open questions" in text
