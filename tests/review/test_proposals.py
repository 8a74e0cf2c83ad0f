"""Proposals: what a program would change waits for a person, who accepts it with their own rights, once."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledgerflow.books.models import Role
from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.classification.errors import ClassificationError, PostedLineError, RuleError, UnknownLineError
from ledgerflow.classification.models import Classification, DecisionChange, Rule, State
from ledgerflow.classification.services import decide, exclude
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.models import Account
from ledgerflow.payees.models import Payee
from ledgerflow.review.models import Proposal
from ledgerflow.review.proposal_selectors import open_proposals, proposal_page
from ledgerflow.review.services import (
    ProposalDecidedError,
    ProposalError,
    Proposer,
    StaleProposalError,
    accept_proposal,
    decline_proposal,
    propose_classification,
    propose_exclusion,
    propose_payee,
    propose_rule,
    staging,
)
from tests.booked import NOW, BookedFile
from tests.factories import BookFactory, MembershipFactory, UserFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@made_once
def file() -> BookedFile:
    return BookedFile(3, is_posted=False)


def _by(user, through=Proposal.Through.MCP) -> Proposer:
    return Proposer(user=user, through=through, label="token Laptop (lf_abc…)")


def _classified(file, lines=None, **more) -> Proposal:
    given = {"account": file.expense, "by": _by(file.owner), "now": NOW, "reason": "It is rent."} | more
    return propose_classification(book=file.book, line_ids=lines or file.line_ids[:2], **given)


def _asked(file):
    return {"book": file.book, "by": _by(file.owner), "now": NOW}


def _accept(file, proposal, user=None):
    return accept_proposal(book=file.book, proposal_id=proposal.pk, user=user or file.owner, now=LATER)


def _standing(file):
    rows = Classification.objects.filter(book=file.book).order_by("line_id")
    return list(rows.values_list("state", "account_id", "payee_id", "note"))


def _each_kind(file) -> list[Proposal]:
    given = _asked(file)
    return [
        propose_classification(line_ids=file.line_ids[:1], account=file.expense, **given),
        propose_payee(line_ids=file.line_ids[1:2], payee="Corner shop", **given),
        propose_rule(text="shop", account=file.expense, **given),
        propose_exclusion(line_ids=file.line_ids[2:], why="private", **given),
    ]


def test_proposing_changes_nothing_but_the_list_of_proposals(file):
    before = _standing(file)

    _each_kind(file)

    assert _standing(file) == before
    assert not Rule.objects.exists()
    assert not DecisionChange.objects.exists()
    assert not Payee.objects.filter(name="Corner shop").exists()
    assert open_proposals(book=file.book) == 4


def test_the_diff_says_old_and_new_as_a_person_reads_it(file):
    proposal = _classified(file, payee="Corner shop")

    assert proposal.diff[0] == {
        "what": "2026-01-05 Shop 1 -1.00 USD",
        "old": "no account, to review",
        "new": f"{file.expense}, accepted; payee Corner shop",
    }


def test_accepting_does_it_as_the_person(file):
    person = MembershipFactory(book=file.book, role=Role.BOOKKEEPER).user
    proposal = _classified(file, payee="Corner shop")

    accepted = _accept(file, proposal, person)

    made = Classification.objects.filter(book=file.book, line_id__in=file.line_ids[:2])
    assert {(one.state, one.account_id, one.payee.name, one.decided_by) for one in made} == {
        (State.ACCEPTED, file.expense.pk, "Corner shop", person)
    }
    assert (accepted.state, accepted.decided_by, accepted.decided_at) == (
        Proposal.State.ACCEPTED,
        person,
        LATER,
    )
    assert Classification.objects.get(line_id=file.line_ids[2]).state == State.OPEN


def test_each_kind_is_carried_out_by_its_own_service(file):
    for proposal in _each_kind(file):
        _accept(file, proposal)

    states = [state for state, *_ in _standing(file)]
    rule = Rule.objects.get(book=file.book)
    assert states == [State.ACCEPTED, State.OPEN, State.EXCLUDED]
    assert Classification.objects.get(line_id=file.line_ids[1]).payee.name == "Corner shop"
    assert Classification.objects.get(line_id=file.line_ids[2]).note == "private"
    assert (rule.text, rule.account, rule.mode, rule.made_by) == (
        "shop",
        file.expense,
        Rule.Mode.SUGGEST,
        file.owner,
    )


def test_declining_changes_nothing(file):
    before = _standing(file)
    proposal = _classified(file)

    decline_proposal(book=file.book, proposal_id=proposal.pk, user=file.owner, now=LATER)

    assert _standing(file) == before
    assert Proposal.objects.get().state == Proposal.State.DECLINED


def _decide(file):
    other = Account.objects.filter(book=file.book, type="expense").last()
    decide(book=file.book, line_id=file.line_ids[0], account=other, user=file.owner, now=LATER)


def _exclude(file):
    exclude(book=file.book, line_ids=file.line_ids[:1], reason="", user=file.owner, now=LATER)


def _rename(file):
    Account.objects.filter(pk=file.expense.pk).update(name="Something else")


def _archive(file):
    Account.objects.filter(pk=file.expense.pk).update(is_archived=True)


@pytest.mark.parametrize("change", [_decide, _exclude, _rename, _archive])
def test_accepting_is_refused_when_the_facts_have_changed(file, change):
    proposal = _classified(file)
    change(file)
    before = _standing(file)

    with pytest.raises(StaleProposalError, match="has changed since"):
        _accept(file, proposal)

    assert _standing(file) == before
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == (Proposal.State.STALE, file.owner)


def test_an_outdated_proposal_is_shown_as_stale_before_anybody_tries(file):
    _classified(file)
    _decide(file)

    (row,) = proposal_page(book=file.book, is_open=True).rows

    assert row.is_outdated


def test_a_rule_that_is_there_by_now_makes_it_stale(file):
    given = {"book": file.book, "text": "shop", "account": file.expense, "now": NOW}
    proposal = propose_rule(by=_by(file.owner), **given)
    twin = propose_rule(by=_by(file.owner), payee="Corner shop", **given)
    _accept(file, proposal)

    with pytest.raises(StaleProposalError):
        _accept(file, twin)
    with pytest.raises(ProposalError, match="a rule for this text already"):
        propose_rule(by=_by(file.owner), **given)


def test_it_is_decided_once(file):
    proposal = _classified(file)
    _accept(file, proposal)

    for act in (accept_proposal, decline_proposal):
        with pytest.raises(ProposalDecidedError, match="accepted already"):
            act(book=file.book, proposal_id=proposal.pk, user=file.owner, now=LATER)


def test_a_viewer_neither_proposes_nor_decides(file):
    viewer = MembershipFactory(book=file.book, role=Role.VIEWER).user
    proposal = _classified(file)

    with pytest.raises(NotAllowedError):
        _classified(file, by=_by(viewer))
    for act in (accept_proposal, decline_proposal):
        with pytest.raises(NotAllowedError):
            act(book=file.book, proposal_id=proposal.pk, user=viewer, now=LATER)
    assert Proposal.objects.get().state == Proposal.State.OPEN


def test_another_book_has_no_such_proposal(file):
    proposal = _classified(file)
    other = BookFactory()
    owner = MembershipFactory(book=other).user

    with pytest.raises(ProposalError, match="no such proposal"):
        accept_proposal(book=other, proposal_id=proposal.pk, user=owner, now=LATER)


def test_lines_and_accounts_of_another_book_are_not_there(file):
    other = BookedFile(1, is_posted=False)

    with pytest.raises(UnknownLineError):
        _classified(file, other.line_ids)
    with pytest.raises(ClassificationError, match="no such account"):
        _classified(file, account=other.expense)
    with pytest.raises(RuleError):
        propose_rule(book=file.book, text="x", account=other.expense, by=_by(file.owner), now=NOW)


def test_a_line_in_the_journal_is_not_proposed_about():
    file = BookedFile(1)

    with pytest.raises(PostedLineError, match="in the journal"):
        _classified(file, file.line_ids)


def test_the_same_proposal_stands_once_and_an_outdated_one_is_replaced(file):
    first, again = _classified(file), _classified(file)
    _decide(file)
    fresh = _classified(file)

    assert first == again
    assert fresh != first
    first.refresh_from_db()
    assert first.state == Proposal.State.STALE


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        (lambda file: _classified(file, list(range(1, 102))), "1 to 100 lines"),
        (lambda file: _classified(file, payee="x" * 161), "1 to 160"),
        (lambda file: propose_payee(line_ids=file.line_ids, payee=" ", **_asked(file)), "1 to 160"),
        (lambda file: propose_exclusion(line_ids=file.line_ids, why=" ", **_asked(file)), "Say why"),
        (lambda file: propose_rule(text=" ", account=file.expense, **_asked(file)), "needs a condition"),
    ],
)
def test_what_cannot_be_proposed_is_said_in_a_sentence(file, how, sentence):
    with pytest.raises(LedgerFlowError, match=sentence):
        how(file)


def test_a_program_that_runs_wild_fills_no_more_than_a_thousand(file, monkeypatch):
    monkeypatch.setattr(staging, "MOST_OPEN", 2)
    _classified(file, file.line_ids[:1])
    _classified(file, file.line_ids[1:2])

    with pytest.raises(ProposalError, match="a person must decide"):
        _classified(file, file.line_ids[2:])


def test_words_from_outside_are_kept_in_one_plain_line(file):
    proposal = _classified(file, reason="Accept\x1b[2J\nme\u202e now " + "x" * 600)

    assert proposal.reason.startswith("Accept [2J me now x")
    assert len(proposal.reason) == 500


# PostgreSQL keeps the same, whatever speaks to it.


def _refused(sentence):
    return pytest.raises(DatabaseError, match=sentence)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("payload", "'{}'"),
        ("diff", "'[]'"),
        ("basis", "'{}'"),
        ("kind", "'exclude'"),
        ("proposed_with", "'x'"),
    ],
)
def test_the_database_keeps_it_as_it_was_written(file, column, value):
    proposal = _classified(file)

    with _refused("stays as it was written"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE review_proposal SET {column} = {value} WHERE id = %s", [proposal.pk])


def test_the_database_lets_it_be_decided_once_and_by_someone(file):
    proposal = _classified(file)
    with _refused("decided_by_someone"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(state="accepted")
    _accept(file, proposal)

    with _refused("decided once"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(state="open", decided_by=None, decided_at=None)
    with _refused("permission denied|is kept"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).delete()


def test_the_database_takes_none_about_another_book(file):
    other = BookedFile(1, is_posted=False)
    proposal = _classified(file)
    row = {
        field.attname: getattr(proposal, field.attname)
        for field in Proposal._meta.concrete_fields
        if field.name != "id"
    }

    with _refused("lines of its own book"), transaction.atomic():
        Proposal.objects.create(**row | {"payload": {"lines": other.line_ids}, "payload_sha256": "1"})
    with _refused("account of its own book"), transaction.atomic():
        Proposal.objects.create(**row | {"payload": {"account": other.expense.pk}, "payload_sha256": "2"})
    with _refused("begins open"), transaction.atomic():
        Proposal.objects.create(
            **row
            | {"payload_sha256": "3", "state": "accepted", "decided_by_id": file.owner.pk, "decided_at": NOW}
        )


# The page.


def _page(file, role=Role.OWNER, query=""):
    return file.client(role).get(file.address(f"review/proposals/{query}")).content.decode()


def test_the_page_shows_old_beside_new_and_who_proposed_it(file):
    _classified(file, reason="<b>It is rent</b>")

    page = _page(file)

    assert "<del>no account, to review</del>" in page
    assert f"<ins>{file.expense}, accepted</ins>" in page
    assert "an MCP client (token Laptop (lf_abc…))" in page
    assert "&lt;b&gt;It is rent" in page
    assert ">Accept</button>" in page
    assert '<span class="discreet">-1.00</span> USD' in page


def test_the_queue_says_how_many_wait(file):
    _classified(file)

    queue = file.client().get(file.address("review/")).content.decode()

    assert 'Proposals <span class="badge ms-1">1</span>' in queue


def test_a_person_accepts_and_declines_on_the_page(file):
    client = file.client(Role.BOOKKEEPER)
    one, other = _classified(file, file.line_ids[:1]), _classified(file, file.line_ids[1:2])

    done = client.post(file.address(f"review/proposals/{one.pk}/accept/"), follow=True).content.decode()
    left = client.post(file.address(f"review/proposals/{other.pk}/decline/"), follow=True).content.decode()

    assert "Accepted and done." in done
    assert "nothing was changed" in left
    assert [state for state, *_ in _standing(file)] == [State.ACCEPTED, State.OPEN, State.OPEN]
    assert "Accepted by" in _page(file, query="?show=decided")


def test_a_stale_one_is_kept_as_stale_when_somebody_accepts_it_on_the_page(file):
    proposal = _classified(file)
    _decide(file)

    waiting = _page(file)
    answer = file.client().post(file.address(f"review/proposals/{proposal.pk}/accept/"), follow=True)

    assert ">Accept</button>" not in waiting
    assert "has changed since" in answer.content.decode()
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.STALE


def test_a_viewer_reads_and_is_offered_no_button(file):
    _classified(file)

    page = _page(file, Role.VIEWER)

    assert "Accept</button>" not in page
    assert "<ins>" in page


def test_the_page_asks_as_often_for_many(file, django_assert_max_num_queries):
    for line in file.line_ids:
        _classified(file, [line])
        propose_payee(book=file.book, line_ids=[line], payee=f"P{line}", by=_by(file.owner), now=NOW)
    client = file.client()

    with django_assert_max_num_queries(20):
        client.get(file.address("review/proposals/"))


def test_pages_follow_each_other(file):
    for line in file.line_ids:
        _classified(file, [line])

    first = proposal_page(book=file.book, limit=2)
    second = proposal_page(book=file.book, limit=2, before=first.following)

    assert len(first.rows + second.rows) == 3
    assert second.following is None


def test_strangers_do_not_find_it(file):
    client = Client()
    client.force_login(UserFactory())

    assert client.get(file.address("review/proposals/")).status_code == 404


def test_many_lines_are_proposed_with_as_many_queries_as_one():
    file = BookedFile(40, is_posted=False)
    counted = []
    for line_ids in (file.line_ids[:1], file.line_ids[1:]):
        with CaptureQueriesContext(connection) as queries:
            propose_classification(
                book=file.book,
                line_ids=line_ids,
                account=file.expense,
                by=Proposer(user=file.owner, through=Proposal.Through.MCP),
                now=NOW,
            )
        counted.append(len(queries))

    assert counted[0] == counted[1] < 20
