"""Two people in the queue see that they look at the same line; nobody is refused anything for it."""

import json
from datetime import timedelta

import pytest
from django.core.cache import caches

from ledgerflow.books.models import Role
from ledgerflow.review.looking import initials, look_at
from tests.booked import NOW, BookedFile
from tests.factories import UserFactory


@pytest.fixture
def file(db: None):
    caches["shared"].clear()
    return BookedFile(2, is_posted=False)


def _looks(file, user, *, line=0, seconds=0):
    now = NOW + timedelta(seconds=seconds)
    line_id = file.line_ids[line]
    return look_at(book=file.book, line_id=line_id, user=user, now=now).get(line_id, [])


def test_each_sees_the_other_and_not_themselves(file):
    ann, ben = UserFactory(name="Ann"), UserFactory(name="Ben")

    assert _looks(file, ann) == []
    assert _looks(file, ben, seconds=5) == ["Ann"]
    assert _looks(file, ann, seconds=15) == ["Ben"]
    assert _looks(file, ben, line=1) == []
    assert _looks(file, ann, seconds=20) == []  # Ben looks at one line at a time


def test_initials_are_those_of_the_first_and_the_last_word():
    assert [initials(name) for name in ("Ann Blake", "Ann von der Blake", "Zoë", "ann.blake@x.org", "@")] == [
        "AB", "AB", "Z", "AB", "?",
    ]  # fmt: skip


def test_who_says_nothing_more_is_gone(file):
    ann, ben = UserFactory(name="Ann"), UserFactory(name="Ben")
    _looks(file, ann)

    assert _looks(file, ben, seconds=39) == ["Ann"]
    assert _looks(file, ben, seconds=40) == []


def test_the_pane_asks_and_says_who(file):
    line = file.line_ids[0]
    address = file.address(f"review/line/{line}/looking/")

    assert (
        address in file.client(Role.OWNER).get(file.address(f"review/line/{line}/evidence/")).content.decode()
    )
    file.client(Role.OWNER).get(address)
    answer = file.client(Role.BOOKKEEPER).get(address)
    seen = answer.content.decode()
    told = json.loads(answer["HX-Trigger"])["lf:looking"]["lines"]
    assert told == {str(line): [[initials(str(file.owner)), str(file.owner)]]}

    assert f"{file.owner} looks at this line too." in seen
    assert file.client(Role.REVIEWER).get(address).content.decode().count("look at this line too.") == 1


def test_whoever_cannot_decide_does_not_ask(file):
    line = file.line_ids[0]
    viewer = file.client(Role.VIEWER)

    assert "/looking/" not in viewer.get(file.address(f"review/line/{line}/evidence/")).content.decode()
    assert viewer.get(file.address(f"review/line/{line}/looking/")).status_code == 403


def test_it_refuses_nobody(file):
    line = file.line_ids[0]
    file.client(Role.OWNER).get(file.address(f"review/line/{line}/looking/"))

    answer = file.client(Role.BOOKKEEPER).post(
        file.address(f"review/line/{line}/decide/"),
        {"account": file.expense.pk},
        headers={"Accept": "application/json"},
    )

    assert answer.json()["message"].startswith("Accepted as")
