"""Whatever files came and went in whatever order: the rows are those of the files that stay."""

import hashlib
from collections import Counter
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.documents.models import Document
from ledgerflow.statements import services
from ledgerflow.statements.models import DayQuestion, Sighting, Statement, StatementLine
from ledgerflow.statements.verify import problems
from tests.factories import BankAccountFactory, UserFactory
from tests.statements.shapes import NOW, line, reading, statement

pytestmark = pytest.mark.django_db

shown = st.tuples(
    st.integers(1, 3), st.sampled_from([1, 2]), st.sampled_from(["Coffee", "COFFEE", "taxi"]), st.booleans()
)
#: How each format words what it shows; the last one in words that no other has.
WORDINGS = {
    "ofx": str,
    "csv": lambda text: f"{text} Berlin",
    "qif": lambda text: f"{text[::-1]}",
}


@st.composite
def stretches(draw):
    """Some files that show stretches of one account: each in a format, with identifiers or not, proven or not.

    A later file shows what was pending booked on the next day.
    """
    account = sorted(draw(st.lists(shown, min_size=2, max_size=7)), key=lambda one: one[0])
    cuts = draw(
        st.lists(
            st.tuples(
                st.integers(0, len(account) - 1),
                st.integers(1, 7),
                st.booleans(),
                st.sampled_from([None, 0, 1]),
                st.sampled_from(sorted(WORDINGS)),
                st.booleans(),
            ),
            min_size=2,
            max_size=4,
        )
    )
    return [
        (
            kind,
            statement(
                *(
                    line(
                        day + (pending and is_later),
                        amount,
                        WORDINGS[kind](text),
                        f"id {number}" if has_ids else None,
                        status="pending" if pending and not is_later else "booked",
                    )
                    for number, (day, amount, text, pending) in list(enumerate(account))[start : start + size]
                ),
                **({} if off is None else _balances(account[start : start + size], off)),
            ),
        )
        for start, size, has_ids, off, kind, is_later in cuts
    ]


def _balances(stretch, off):
    total = sum(amount for _day, amount, _text, pending in stretch if not pending)
    return {"opening_balance": 100, "closing_balance": 100 + total + off}


def bring(checking, files, number):
    name = hashlib.sha256(b"%d" % number).hexdigest()
    file, _ = Document.objects.get_or_create(
        book=checking.book, sha256=name, defaults={"size": 1, "name": str(number), "uploaded_at": NOW}
    )
    kind, shown = files[number]
    services.import_statement(
        document=file, reading=reading(shown, kind=kind), bank_accounts=[checking], now=NOW
    )


def take_back(checking, number):
    services.undo_import(document=Document.objects.get(book=checking.book, name=str(number)))


def rows(checking, *, with_words):
    """The lines as the files that show them, their words and holds; and the open questions."""
    files = dict(Statement.objects.filter(bank_account=checking).values_list("pk", "document__name"))
    seen = {}
    for sighting in Sighting.objects.filter(book=checking.book):
        differs = sorted((sighting.differs or {}).items()) if with_words else None
        seen.setdefault(sighting.line_id, []).append(
            (files[sighting.statement_id], sighting.no, str(differs))
        )
    lines = StatementLine.objects.filter(bank_account=checking)
    found = Counter(
        (
            one.date,
            one.amount,
            (one.description, one.bank_id) if with_words else None,
            one.is_pending,
            tuple(sorted(seen[one.pk])),
        )
        for one in lines
    )
    # Which of two lines that may be one waits depends on what came first: the older one may be in the books.
    holds = Counter((one.date, one.amount, one.hold) for one in lines)
    asked = {
        (one.date, frozenset((files[one.statement_id], files[one.other_statement_id])), one.answer)
        for one in DayQuestion.objects.filter(bank_account=checking)
    }
    return found, holds, asked


def after(files, steps, *, with_words):
    """The rows after the steps: a number brings the file, its negative (less one) takes it back."""
    with transaction.atomic():
        checking = BankAccountFactory()
        for step in steps:
            if step >= 0:
                bring(checking, files, step)
            else:
                take_back(checking, -step - 1)
        found = rows(checking, with_words=with_words)
        assert problems(book=checking.book) == []
        transaction.set_rollback(True)
    return found


relaxed = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


@relaxed
@given(stretches(), st.data())
def test_undoing_a_file_leaves_what_would_be_there_without_it(files, data):
    order = data.draw(st.permutations(range(len(files))))
    gone = data.draw(st.sampled_from(order))

    undone = after(files, [*order, -gone - 1], with_words=True)
    without = after(files, [number for number in order if number != gone], with_words=True)

    assert undone == without


@relaxed
@given(stretches(), st.data())
def test_the_order_of_imports_does_not_matter(files, data):
    order = data.draw(st.permutations(range(len(files))))

    assert after(files, order, with_words=False) == after(files, range(len(files)), with_words=False)


@relaxed
@given(stretches())
def test_a_file_that_goes_and_comes_again_changes_nothing(files):
    order = range(len(files))

    again = after(files, [*order, -1, 0], with_words=False)

    assert again == after(files, order, with_words=False)


@relaxed
@given(stretches(), st.data())
def test_an_answer_holds_until_one_of_its_files_goes(files, data):
    answer = data.draw(st.sampled_from(DayQuestion.Answer.values))
    with transaction.atomic():
        checking, user = BankAccountFactory(), UserFactory()
        bring(checking, files, 0)
        bring(checking, files, 1)
        before = rows(checking, with_words=False)
        for question in DayQuestion.objects.filter(bank_account=checking, answer=""):
            services.answer_question(question=question, answer=answer, user=user, now=NOW)
        answered = rows(checking, with_words=False)
        assert not DayQuestion.objects.filter(answer="").exists()
        assert not any(hold == "question" for _d, _a, hold in answered[1])
        if len(files) > 2:
            bring(checking, files, 2)
            take_back(checking, 2)
            assert rows(checking, with_words=False) == answered
        take_back(checking, 0)
        bring(checking, files, 0)
        _lines, holds, asked = rows(checking, with_words=False)
        assert (holds, asked) == before[1:]
        assert problems(book=checking.book) == []
        transaction.set_rollback(True)


@relaxed
@given(stretches(), st.data())
def test_a_line_kept_apart_stays_so_and_comes_back(files, data):
    with transaction.atomic():
        checking, user = BankAccountFactory(), UserFactory()
        bring(checking, files, 0)
        bring(checking, files, 1)
        before = rows(checking, with_words=False)
        both = Sighting.objects.filter(
            statement__document__name="1", line__sightings__statement__document__name="0"
        )
        for sighting in data.draw(st.permutations(list(both)))[:1]:
            services.separate_line(statement=sighting.statement, no=sighting.no, user=user, now=NOW)
            apart = rows(checking, with_words=False)
            line = Sighting.objects.get(statement=sighting.statement, no=sighting.no).line
            assert not line.sightings.filter(statement__document__name="0").exists()
            if len(files) > 2:
                bring(checking, files, 2)
                take_back(checking, 2)
                assert rows(checking, with_words=False) == apart
            (said,) = DayQuestion.objects.filter(bank_account=checking, no=sighting.no)
            services.answer_question(question=said, answer="same", user=user, now=NOW)
            assert rows(checking, with_words=False)[:2] == before[:2]
        assert problems(book=checking.book) == []
        transaction.set_rollback(True)


def test_the_day_of_a_question_is_the_cut_one():
    checking = BankAccountFactory()
    files = [("ofx", statement(line(1, 1), line(2, 2))), ("ofx", statement(line(2, 2), line(3, 3)))]

    bring(checking, files, 0)
    bring(checking, files, 1)

    assert DayQuestion.objects.get().date == date(2026, 1, 2)


def test_which_of_two_movements_a_person_meant_does_not_hang_on_what_is_stored():
    booked = line(1, 1, "Coffee Berlin"), line(3, 1, "Coffee Berlin"), line(3, 1, "taxi Berlin")
    foreign = line(1, 1, "eeffoC"), line(3, 1, "ixat")
    numbered = line(1, 1, "Coffee Berlin", "id 0"), line(3, 1, "taxi Berlin", "id 2")
    files = [("csv", statement(*booked)), ("qif", statement(*foreign)), ("csv", statement(*numbered))]
    checking, user = BankAccountFactory(), UserFactory()
    bring(checking, files, 0)
    bring(checking, files, 1)
    for question in DayQuestion.objects.filter(bank_account=checking, answer=""):
        services.answer_question(question=question, answer="same", user=user, now=NOW)
    answered = rows(checking, with_words=False)

    bring(checking, files, 2)
    take_back(checking, 2)

    assert rows(checking, with_words=False) == answered
