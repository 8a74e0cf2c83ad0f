"""The record of a book: how often the machine was right, its promise, and taking back what it did alone."""

from decimal import Decimal

import pytest
from django.test import Client

from ledgerflow.books.models import Role
from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.classification.errors import UnknownLineError
from ledgerflow.classification.models import Classification, Prediction, Promise, State
from ledgerflow.classification.services import accept, classify_lines, decide
from ledgerflow.learning.promise import FEWEST, WATCHED, tolerated
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.posting.services import post_lines
from ledgerflow.review import record_selectors
from ledgerflow.review.record_selectors import report
from ledgerflow.review.unattended import take_back
from ledgerflow.statements.models import StatementLine
from tests.booked import NOW, BookedFile
from tests.factories import MembershipFactory, UserFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def file():
    """A book with sixty outcomes of one payee, and twenty lines of it that wait."""
    file = BookedFile(1, is_posted=False)
    first = file.line_ids[0]
    decide(book=file.book, line_id=first, account=file.expense, user=file.owner, now=NOW)
    known = lines(file, FEWEST)
    accept(book=file.book, line_ids=known, user=file.owner, now=NOW)
    lines(file, 20)
    return file


def lines(file, count):
    one = StatementLine.objects.get(pk=file.line_ids[0])
    made = StatementLine.objects.bulk_create(
        StatementLine(
            book=file.book,
            bank_account=one.bank_account,
            date=one.date,
            amount=Decimal(-5),
            currency="USD",
            description=one.description,
        )
        for _ in range(count)
    )
    ids = [line.pk for line in made]
    classify_lines(book=file.book, line_ids=ids)
    return ids


def unattended(file, state=State.ACCEPTED):
    return Classification.objects.filter(book=file.book, state=state, promise__isnull=False)


def switch_on(file, role=Role.OWNER):
    return file.client(role).post(file.address("review/record/on/"), {"share": "0.95"}, follow=True)


def test_the_page_says_what_is_missing_before_anything_goes_without_a_person():
    file = BookedFile(1, is_posted=False)

    page = file.client(Role.VIEWER).get(file.address("review/record/")).content.decode()

    assert "60 more are needed" in page
    assert "Off: every suggestion waits for a person." in page


def test_switching_on_accepts_what_waits_and_lists_it_with_who_switched_it_on(file):
    page = switch_on(file).content.decode()

    promise = Promise.objects.get()
    assert (promise.share, promise.switched_off_at) == (Decimal("0.950"), None)
    assert f"switched on by {promise.switched_on_by}" in page
    assert unattended(file).count() >= 15
    assert page.count(">Take back<") == unattended(file).count()


def test_only_an_owner_switches(file):
    assert switch_on(file, Role.REVIEWER).status_code == 403
    assert not Promise.objects.exists()


def test_switching_off_is_said_with_the_person(file):
    switch_on(file)

    page = file.client(Role.OWNER).post(file.address("review/record/off/"), follow=True).content.decode()

    assert "No more lines are accepted" in page
    assert Promise.objects.get().switched_off_by is not None
    assert {made.state for made in Classification.objects.filter(pk__in=lines(file, 30))} == {State.OPEN}


def test_a_share_that_is_not_offered_is_refused(file):
    page = file.client(Role.OWNER).post(file.address("review/record/on/"), {"share": "0.1"}, follow=True)

    assert "0.1" in page.content.decode()
    assert not Promise.objects.exists()


def test_the_reliability_table_counts_right_and_wrong(file):
    Prediction.objects.filter(pk=Prediction.objects.filter(is_right=True).first().pk).update(is_right=False)

    bands = report(book=file.book).bands

    assert (sum(band.count for band in bands), sum(band.right for band in bands)) == (FEWEST, FEWEST - 1)


def test_an_accepted_line_is_taken_back_with_one_click(file):
    switch_on(file)
    line = unattended(file).first()

    client = file.client(Role.BOOKKEEPER)
    client.post(file.address("review/record/take-back/"), {"lines": line.pk})

    line.refresh_from_db()
    assert (line.state, line.decided_by is None) == (State.OPEN, False)
    classify_lines(book=file.book, line_ids=[line.pk])
    line.refresh_from_db()
    assert line.state == State.OPEN  # the person stays named on it


def test_a_posted_line_is_taken_back_by_reversing_its_entry(file):
    switch_on(file)
    post_lines(book=file.book, line_ids=None, posted_by=file.owner, posted_at=NOW)
    line = unattended(file, State.POSTED).first()
    number = line.entry_number

    client = file.client(Role.BOOKKEEPER)
    page = client.post(file.address("review/record/take-back/"), {"lines": line.pk}, follow=True)

    assert "1 back in review, 1 entries reversed." in page.content.decode()
    line.refresh_from_db()
    assert (line.state, line.entry_number) == (State.OPEN, None)
    assert JournalEntry.objects.filter(book=file.book, reverses_number=number).exists()


def test_a_role_that_may_not_reverse_takes_no_posted_line_back(file):
    switch_on(file)
    post_lines(book=file.book, line_ids=None, posted_by=file.owner, posted_at=NOW)
    line = unattended(file, State.POSTED).first()
    viewer = UserFactory()
    MembershipFactory(book=file.book, user=viewer, role=Role.VIEWER)

    with pytest.raises(NotAllowedError):
        take_back(book=file.book, line_ids=[line.pk], user=viewer, now=NOW)


def test_what_a_person_decided_or_another_book_has_is_not_taken_back(file):
    decided = Classification.objects.filter(decided_by__isnull=False).first()

    for book in (file.book, BookedFile(1).book):
        with pytest.raises(UnknownLineError):
            take_back(book=book, line_ids=[decided.pk], user=file.owner, now=NOW)


def test_the_page_takes_as_many_queries_for_many_lines(file, django_assert_num_queries):
    client: Client = file.client(Role.OWNER)
    address = file.address("review/record/")
    client.get(address)
    with django_assert_num_queries(15):
        client.get(address)
    switch_on(file)
    lines(file, 40)
    with django_assert_num_queries(15):
        client.get(address)


def test_the_evidence_says_how_often_suggestions_about_as_sure_were_right(file):
    waiting = Classification.objects.filter(book=file.book, state=State.OPEN).first()
    known = list(Prediction.objects.filter(book=file.book, is_right=True).order_by("pk"))
    as_sure, less_sure = known[:20], known[20:]
    _say(as_sure[:2], confidence=waiting.confidence, is_right=False)
    _say(as_sure[2:], confidence=waiting.confidence)
    _say(less_sure, confidence=Decimal("0.2"))

    page = file.client(Role.VIEWER).get(file.address(f"review/line/{waiting.pk}/evidence/"))

    assert waiting.confidence >= Decimal("0.5")
    assert "Of 20 suggestions about as sure, 18 were right." in page.content.decode()


def _say(predictions, **facts):
    Prediction.objects.filter(pk__in=[each.pk for each in predictions]).update(**facts)


def test_the_page_says_when_more_was_wrong_than_was_promised(file):
    switch_on(file)
    promise = Promise.objects.get()
    seen = list(Prediction.objects.filter(book=file.book, is_right=True).order_by("pk"))[:WATCHED]
    allowed = tolerated(promise=float(promise.share))
    _say(seen, promise=promise)
    pages = []
    for wrong in (allowed, allowed + 1):
        _say(seen[:wrong], is_right=False)
        pages.append(file.client(Role.VIEWER).get(file.address("review/record/")).content.decode())

    assert "were wrong" not in pages[0]
    assert f"{allowed + 1} of the latest {WATCHED} such lines whose outcome is known were wrong" in pages[1]
    assert f"a promise of 95 % that is kept shows {allowed} at most" in pages[1]
    assert "97.5 % right answers are asked" in pages[1]


def test_lines_that_went_without_a_person_are_listed_page_by_page(file, monkeypatch):
    monkeypatch.setattr(record_selectors, "LISTED", 4)
    switch_on(file)
    post_lines(book=file.book, line_ids=None, posted_by=file.owner, posted_at=NOW)
    lines(file, 20)
    client = file.client(Role.VIEWER)

    for name, state, key in (
        ("accepted", State.ACCEPTED, "line_id"),
        ("posted", State.POSTED, "entry_number"),
    ):
        seen, address = [], file.address("review/record/")
        while address:
            page = client.get(address)
            (listing,) = (each for which, _, each in page.context["lists"] if which == name)
            seen.append([getattr(made, key) for made in listing.lines])
            following = f"?{name}_before={listing.earlier}"
            address = file.address(f"review/record/{following}") if listing.earlier else ""
            assert (f'href="{following}#{name}"' in page.content.decode()) is bool(address)
        expected = unattended(file, state).order_by(f"-{key}").values_list(key, flat=True)
        assert [each for part in seen for each in part] == list(expected)
        assert {len(part) for part in seen[:-1]} == {4}


@pytest.mark.parametrize("before", ["x", "9" * 30, "-1"])
def test_a_place_that_is_made_up_lists_the_latest(file, before):
    page = file.client().get(file.address(f"review/record/?accepted_before={before}"))

    assert page.status_code == 200


def test_accepting_takes_as_many_queries_for_many_lines(file, django_assert_max_num_queries):
    client = file.client(Role.BOOKKEEPER)
    waiting = list(
        Classification.objects.filter(book=file.book, state=State.OPEN).values_list("pk", flat=True)
    )
    client.get(file.address("review/"))

    for chosen in (waiting[:1], waiting[1:20]):
        with django_assert_max_num_queries(14) as queries:
            answer = client.post(
                file.address("review/accept/"),
                {"lines": chosen},
                headers={"Accept": "application/json"},
            )
        assert answer.json()["message"] == f"{len(chosen)} accepted."
        counted = len(queries)

    assert counted <= 14
