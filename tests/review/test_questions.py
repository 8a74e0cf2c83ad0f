"""Questions in the review queue: who may ask, which tab a line is in, and what its pages show."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ledgerflow.asking.models import LineQuestion
from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification
from ledgerflow.core.periods import Period
from ledgerflow.review.selectors import counts, queue
from ledgerflow.review.which import Tab, Which
from ledgerflow.statements.models import LineReceipt
from tests.booked import FIRST_DAY, BookedFile
from tests.made import made_once

pytestmark = pytest.mark.django_db

ASKED = {"question": "What was this for?", "of": "client", "days": "14"}


@made_once
def file():
    return BookedFile(3, is_posted=False)


def _post(file, what, sent=None, *, line=0, role=Role.BOOKKEEPER, client=None):
    """Send as the page's script does."""
    address = file.address(f"review/line/{file.line_ids[line]}/{what}/")
    client = client or file.client(role)
    return client.post(address, sent or {}, headers={"Accept": "application/json"})


def _lines(file, tab):
    return [row.line_id for row in queue(book=file.book, which=Which(tab)).rows]


def _link_in(html):
    return re.search(r"/answer/[\w-]+/", html)[0]


def test_a_line_that_was_asked_about_waits_in_its_tab_until_the_answer(file):
    first, *others = file.line_ids

    asked = _post(file, "ask", ASKED).json()

    assert asked["gone"]
    assert asked["counts"] == {
        "to-review": 2,
        "needs-answer": 1,
        "reviewed": 0,
        "excluded": 0,
        "questions": 1,
    }
    assert _lines(file, Tab.NEEDS_ANSWER) == [first]
    assert _lines(file, Tab.TO_REVIEW) == others
    Classification.objects.filter(line=first).update(account=file.expense)
    everything = {"tab": "needs-answer", "through": first, "count": 1}
    accepted = file.client(Role.BOOKKEEPER).post(
        file.address("review/accept/"), everything, headers={"Accept": "application/json"}
    )
    assert (
        accepted.json()["message"] == "0 accepted. 1 not: Somebody was asked about it; accept it by itself."
    )

    Client().post(_link_in(asked["offer"]), {"answer": "Paper <b>"})

    assert _lines(file, Tab.NEEDS_ANSWER) == []
    assert _lines(file, Tab.TO_REVIEW) == file.line_ids
    assert [row.has_answer for row in queue(book=file.book).rows] == [True, False, False]
    for address in (f"review/line/{first}/evidence/", f"journal/line/{first}/", "review/questions/"):
        assert "Paper &lt;b&gt;" in file.client(Role.VIEWER).get(file.address(address)).content.decode()


def test_the_counts_of_days_know_it_too(file):
    _post(file, "ask", ASKED)

    found = counts(book=file.book, days=Period(FIRST_DAY, FIRST_DAY))

    assert (found[Tab.TO_REVIEW], found[Tab.NEEDS_ANSWER]) == (0, 1)


def test_a_member_is_asked_without_a_link_and_answers_inside(file):
    reviewer = file.client(Role.REVIEWER)
    member = file.book.memberships.get(role=Role.REVIEWER).user

    asked = _post(file, "ask", ASKED | {"of": str(member.pk)}).json()
    answered = _post(file, "answer", {"answer": "Paper"}, client=reviewer).json()

    assert "offer" not in asked
    assert answered["gone"]
    question = LineQuestion.objects.get()
    assert (question.asked_of, question.answered_by, question.answer) == (member, member, "Paper")


def test_a_question_is_withdrawn_and_asked_again_with_another_link(file):
    first = _link_in(_post(file, "ask", ASKED).json()["offer"])

    asked_again = _post(file, "ask-again").json()
    again = _link_in(asked_again["offer"])
    statuses = [Client().get(link).status_code for link in (first, again)]
    withdrawn = _post(file, "withdraw-question").json()

    assert statuses == [410, 200]
    assert not asked_again["gone"]
    assert withdrawn["message"] == "The question is withdrawn."
    assert Client().get(again).status_code == 410
    assert _lines(file, Tab.TO_REVIEW) == file.line_ids


def test_a_line_that_is_decided_about_keeps_its_tab(file):
    Classification.objects.filter(line_id=file.line_ids[0]).update(
        state="accepted", account=file.expense, decided_by=file.owner, decided_at="2026-01-01T00:00Z"
    )

    asked = _post(file, "ask", ASKED).json()

    assert not asked["gone"]
    assert asked["counts"]["reviewed"] == 1


def test_a_viewer_reads_questions_and_changes_none(file):
    _post(file, "ask", ASKED, line=1)

    assert _post(file, "ask", ASKED, role=Role.VIEWER).status_code == 403
    for what in ("answer", "ask-again", "withdraw-question"):
        assert _post(file, what, {"answer": "x"}, line=1, role=Role.VIEWER).status_code == 403
    page = file.client(Role.VIEWER).get(file.address(f"journal/line/{file.line_ids[1]}/")).content.decode()
    assert "What was this for?" in page
    assert "/answer/" not in page.replace("/review/line/", "")
    assert "Withdraw" not in page


def test_what_cannot_be_asked_is_told_in_the_pane(file):
    assert "required" in _post(file, "ask", ASKED | {"question": ""}).json()["error"]
    assert "valid choice" in _post(file, "ask", ASKED | {"of": str(file.owner.pk + 1000)}).json()["error"]
    assert "No question" in _post(file, "answer", {"answer": "Paper"}).json()["error"]


def test_without_a_script_the_link_is_shown_once_on_a_page_of_its_own(file):
    client, line = file.client(Role.BOOKKEEPER), file.line_ids[0]

    shown = client.post(file.address(f"review/line/{line}/ask/"), ASKED)
    withdrawn = client.post(file.address(f"review/line/{line}/withdraw-question/"))

    assert _link_in(shown.content.decode())
    assert withdrawn["Location"] == file.address(f"journal/line/{line}/")
    assert "/answer/" not in client.get(withdrawn["Location"]).content.decode().replace("/review/line/", "")


def test_a_receipt_of_the_client_says_so_and_is_attached_by_a_member(file):
    link = _link_in(_post(file, "ask", ASKED).json()["offer"])
    Client().post(link, {"receipt": SimpleUploadedFile("bill.txt", b"Bill 1.00")})
    receipt = LineQuestion.objects.get().receipt_id
    client, line = file.client(Role.BOOKKEEPER), file.line_ids[0]
    address = file.address(f"journal/receipts/{receipt}/lines/{line}/accept/")

    page = client.get(file.address(f"journal/line/{line}/")).content.decode()
    assert address in page
    assert "given by the client" in client.get(file.address(f"journal/receipts/{receipt}/")).content.decode()
    client.post(address)

    assert LineReceipt.objects.get().line_id == line
    assert address not in client.get(file.address(f"journal/line/{line}/")).content.decode()


def test_home_says_how_many_questions_wait(file):
    _post(file, "ask", ASKED)

    home = file.client(Role.VIEWER).get(file.address("")).content.decode()

    assert "question about lines, without an answer yet" in home
    assert re.search(r'figure-large">2</div><div>lines to review', home)


def test_the_checklist_of_a_period_counts_them_by_themselves(file):
    _post(file, "ask", ASKED)

    page = file.client(Role.VIEWER).get(file.address("review/close/2026/1/")).content.decode()

    assert "Lines with a question that waits for an answer" in page
