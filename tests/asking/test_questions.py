"""A question about a line is asked once at a time, settled once, and changes nothing about the line."""

from datetime import timedelta

import pytest
from django.db import Error, IntegrityError, connection, transaction

from ledgerflow.asking.models import LineQuestion
from ledgerflow.asking.selectors import find_by_link, questions_of_line
from ledgerflow.asking.services import (
    LinkRefusedError,
    QuestionError,
    answer,
    answer_by_link,
    ask,
    ask_again,
    withdraw,
)
from ledgerflow.books.models import Role
from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.classification.models import Classification, Rule, State
from ledgerflow.classification.services import (
    RuleConditions,
    accept,
    accept_all,
    accept_confident,
    classify_lines,
    create_rule,
)
from ledgerflow.documents.models import Receipt
from ledgerflow.ops.verify import problems
from ledgerflow.statements.models import LineReceipt
from ledgerflow.statements.services import undo_import
from tests.booked import NOW, BookedFile
from tests.factories import MembershipFactory, UserFactory
from tests.made import made_once


@made_once
def file() -> BookedFile:
    return BookedFile(3, is_posted=False)


def _member(file, role=Role.BOOKKEEPER):
    return MembershipFactory(book=file.book, role=role).user


def _ask(file, line=0, *, of=None, user=None, text="What was this for?", **more):
    given = {"user": user or file.owner, "now": NOW} | more
    return ask(book=file.book, line_id=file.line_ids[line], text=text, of=of, **given)


def _facts(file):
    return list(Classification.objects.filter(book=file.book).order_by("line_id").values())


def test_a_colleague_answers_and_nothing_about_the_line_changes(file):
    colleague, before = _member(file), _facts(file)

    made = _ask(file, of=colleague)
    answer(book=file.book, line_id=file.line_ids[0], text=" Paper \n", user=colleague, now=NOW)

    (question,) = questions_of_line(book=file.book, line_id=file.line_ids[0])
    assert made.token is None
    assert (question.answer, question.answered_by, question.is_open) == ("Paper", colleague, False)
    assert _facts(file) == before


def test_a_client_answers_with_a_receipt_that_is_attached_to_nothing(file):
    token = _ask(file).token

    answer_by_link(token=token, text="", receipt=("bill.txt", b"Bill 1.00"), now=NOW)

    (question,) = questions_of_line(book=file.book, line_id=file.line_ids[0])
    receipt = Receipt.objects.get(book=file.book)
    assert (question.receipt, question.answered_by) == (receipt, None)
    assert receipt.kept_by is None
    assert not LineReceipt.objects.exists()
    assert problems(book=file.book) == []


def test_only_the_digest_of_a_token_is_kept_and_only_while_it_opens_something(file):
    made = _ask(file)

    assert made.token not in str(list(LineQuestion.objects.values()))
    assert find_by_link(token=made.token, now=NOW) == made.question
    answer_by_link(token=made.token, text="Paper", receipt=None, now=NOW)
    assert LineQuestion.objects.get().token_sha256 is None


def test_a_link_asked_for_again_is_good_for_as_long(file):
    _ask(file, days=60)

    again = ask_again(book=file.book, line_id=file.line_ids[0], user=file.owner, now=NOW + timedelta(days=3))

    assert again.question.expires_at == NOW + timedelta(days=63)


@pytest.mark.parametrize("end", ["answered", "withdrawn", "asked again", "expired", "line gone"])
def test_a_link_leads_nowhere_once_it_is_over(file, end):
    token, line, now = _ask(file).token, file.line_ids[0], NOW
    given = {"book": file.book, "line_id": line, "user": file.owner, "now": NOW}
    if end == "answered":
        answer(text="I know now.", **given)
    elif end == "withdrawn":
        withdraw(**given)
    elif end == "asked again":
        assert ask_again(**given).token != token
    elif end == "expired":
        now = NOW + timedelta(days=14)
    else:
        Classification.objects.filter(book=file.book).delete()
        undo_import(document=file.document)

    with pytest.raises(LinkRefusedError):
        answer_by_link(token=token, text="Paper", receipt=None, now=now)


def test_a_line_that_goes_leaves_its_question_withdrawn(file):
    _ask(file)
    Classification.objects.filter(book=file.book).delete()

    undo_import(document=file.document)

    question = LineQuestion.objects.get()
    assert question.line_id is None
    assert question.withdrawn_at is not None


def test_one_question_a_line_is_open(file):
    _ask(file)

    with pytest.raises(QuestionError, match="open already"):
        _ask(file)

    withdraw(book=file.book, line_id=file.line_ids[0], user=file.owner, now=NOW)
    _ask(file)
    assert LineQuestion.objects.count() == 2


def test_what_was_settled_is_not_settled_again(file):
    given = {"book": file.book, "line_id": file.line_ids[0], "user": file.owner, "now": NOW}
    _ask(file)
    answer(text="Paper", **given)

    for act in (withdraw, ask_again, lambda **rest: answer(text="Ink", **rest)):
        with pytest.raises(QuestionError, match="meanwhile"):
            act(**given)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"text": " \n"}, "Write what you want to know"),
        ({"text": "x" * 1001}, "at most 1,000 characters; this has 1,001"),
        ({"days": 0}, "1 to 90 days"),
        ({"days": 91}, "1 to 90 days"),
    ],
)
def test_a_question_that_cannot_be_is_refused_with_a_sentence(file, given, why):
    with pytest.raises(QuestionError, match=why):
        _ask(file, **given)


def test_nobody_is_asked_who_could_not_answer(file):
    for other in (UserFactory(), _member(file, Role.VIEWER), MembershipFactory().user):
        with pytest.raises(QuestionError, match="cannot answer in this book"):
            _ask(file, of=other)


def test_a_line_of_another_book_is_not_asked_about(file):
    other = BookedFile(1, is_posted=False)

    with pytest.raises(QuestionError, match="no such line"):
        ask(book=file.book, line_id=other.line_ids[0], text="Why?", of=None, user=file.owner, now=NOW)


def test_a_viewer_neither_asks_nor_answers_nor_withdraws(file):
    viewer = _member(file, Role.VIEWER)
    given = {"book": file.book, "line_id": file.line_ids[1], "user": viewer, "now": NOW}
    _ask(file, 1)

    with pytest.raises(NotAllowedError):
        _ask(file, user=viewer)
    for act in (withdraw, ask_again, lambda **rest: answer(text="Ink", **rest)):
        with pytest.raises(NotAllowedError):
            act(**given)


def test_sets_leave_a_line_that_was_asked_about_and_a_person_does_not_have_to(file):
    Classification.objects.filter(book=file.book).update(account=file.expense, confidence=1)
    _ask(file)
    given = {"book": file.book, "user": file.owner, "now": NOW}

    assert accept_confident(**given).count == 2
    assert accept_all(account=file.expense, **given).count == 0
    assert accept(line_ids=file.line_ids[:1], **given).count == 1


def test_no_rule_accepts_a_line_that_was_asked_about(file):
    _ask(file)
    create_rule(
        book=file.book,
        conditions=RuleConditions(text="shop", direction=Rule.Direction.ANY),
        account=file.expense,
        mode=Rule.Mode.ACCEPT,
        user=file.owner,
        now=NOW,
    )

    for _ in range(2):
        classify_lines(book=file.book, line_ids=file.line_ids)
        states = [each["state"] for each in _facts(file)]
        assert states == [State.OPEN, State.ACCEPTED, State.ACCEPTED]
        assert {each["account_id"] for each in _facts(file)} == {file.expense.pk}
        # Nor while nobody has read what came back.
        if LineQuestion.objects.filter(answered_at__isnull=True).exists():
            answer(book=file.book, line_id=file.line_ids[0], text="Private", user=file.owner, now=NOW)


# PostgreSQL says the same to whoever does not come through the services.

_FIELDS = "(book_id, line_id, text, asked_by_id, asked_at, expires_at, answer)"


def _refused(sql, *values):
    with pytest.raises(Error) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(refused.value)


def test_postgresql_takes_one_open_question_a_line(file):
    _ask(file)

    said = _refused(
        f"INSERT INTO asking_linequestion {_FIELDS} SELECT book_id, line_id, text, asked_by_id, asked_at, expires_at,"
        " '' FROM asking_linequestion"
    )

    assert "asking_one_open_question_a_line" in said


def test_postgresql_keeps_a_question_in_the_book_of_its_line(file):
    other = BookedFile(1, is_posted=False)

    said = _refused(
        f"INSERT INTO asking_linequestion {_FIELDS} VALUES (%s, %s, 'Why?', %s, now(), now(), '')",
        file.book.pk,
        other.line_ids[0],
        file.owner.pk,
    )

    assert "has no line" in said


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("answer = 'Paper'", "asking_answered_with_an_answer"),
        ("answered_at = now()", "asking_answered_with_an_answer"),
        ("answered_at = now(), answer = ' '", "asking_answered_with_an_answer"),
        ("answered_at = now(), answer = 'Paper'", "asking_link_only_while_open"),
        ("withdrawn_at = now(), token_sha256 = NULL", "asking_withdrawn_by_somebody"),
        ("token_sha256 = repeat('a', 64)", "stays as it was asked"),
        ("text = 'Other'", "stays as it was asked"),
        ("expires_at = expires_at + interval '1 year'", "stays as it was asked"),
        ("line_id = NULL", "stays as it was asked"),
    ],
)
def test_postgresql_keeps_an_open_question_as_it_is(file, change, why):
    _ask(file)

    assert why in _refused(f"UPDATE asking_linequestion SET {change}")


@pytest.mark.parametrize(
    "change", ["answer = 'Ink'", "answered_at = NULL, answer = ''", "answered_by_id = NULL"]
)
def test_postgresql_keeps_an_answer_as_it_is(file, change):
    _ask(file)
    answer(book=file.book, line_id=file.line_ids[0], text="Paper", user=file.owner, now=NOW)

    assert "answered or withdrawn once" in _refused(f"UPDATE asking_linequestion SET {change}")


def test_postgresql_deletes_no_question(file):
    _ask(file)

    assert "denied" in _refused("DELETE FROM asking_linequestion")


def test_postgresql_takes_no_receipt_of_another_book(file):
    other = BookedFile(1, is_posted=False)
    (link,) = other.attach(other.line_ids[0], ("mail.txt", b"Mail"))
    _ask(file)

    with pytest.raises(IntegrityError), transaction.atomic():
        LineQuestion.objects.update(receipt=link.receipt_id, answered_at=NOW, token_sha256=None)
