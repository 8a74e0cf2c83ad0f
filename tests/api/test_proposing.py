"""Proposing over REST: staged for a person, once for each key, by those who could do it themselves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ledgerflow.api.models import KeptAnswer, Scope
from ledgerflow.books.models import Membership, Role
from ledgerflow.classification.models import Classification, Rule
from ledgerflow.ledger.models import Account
from ledgerflow.review.models import Proposal
from ledgerflow.review.services import accept_proposal
from tests.api.asking import Program, secret_of
from tests.booked import BookedFile
from tests.factories import MembershipFactory, UserFactory
from tests.made import made_once
from tests.reports.test_own_tax_lines import OF_OFFICE, OFFICE, SUPPLIES, Decided

pytestmark = pytest.mark.django_db


@made_once
def file() -> BookedFile:
    return BookedFile(3, is_posted=False)


def _program(file, *scopes, role=Role.OWNER) -> Program:
    user = file.owner if role == Role.OWNER else MembershipFactory(book=file.book, role=role).user
    return Program(secret_of(user, *scopes))


def _asked(file, **more):
    given = {"kind": "classify", "lines": file.line_ids[:1], "account": file.expense.code, "reason": "Rent."}
    return given | more


def _propose(program, file, asked=None, **headers):
    return program.post(f"books/{file.book.slug}/proposals", asked or _asked(file), **headers)


def test_it_is_staged_and_told_with_its_diff(file):
    before = list(Classification.objects.filter(book=file.book).values())

    answer = _propose(_program(file), file)

    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["state"], made["proposed_through"], made["is_outdated"]) == ("open", "api", False)
    assert made["proposed_with"].startswith("token a test (lf_")
    assert made["diff"][0]["new"] == f"{file.expense}, accepted"
    assert list(Classification.objects.filter(book=file.book).values()) == before


def test_what_became_of_it_is_told(file):
    program = _program(file)
    made = _propose(program, file).json()
    accept_proposal(book=file.book, proposal_id=made["id"], user=file.owner, now=timezone.now())

    told = program.get(f"books/{file.book.slug}/proposals/{made['id']}").json()
    waiting = program.get(f"books/{file.book.slug}/proposals", is_open="true").json()

    assert (told["state"], told["decided_by"]) == ("accepted", str(file.owner))
    assert waiting["proposals"] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "name_payee", "payee": "Corner shop"},
        {"kind": "exclude", "reason": "private"},
    ],
)
def test_other_kinds_are_staged_too(file, asked):
    answer = _propose(_program(file), file, asked | {"lines": file.line_ids[:2]})

    assert answer.status_code == 201, answer.content
    assert len(answer.json()["diff"]) == 2


def test_a_rule_is_staged(file):
    asked = {"kind": "make_rule", "text": "shop", "account": file.expense.code, "direction": "out"}

    assert _propose(_program(file), file, asked).json()["diff"][0]["old"] == "no rule"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"lines": []}, 422),
        ({"lines": [0]}, 422),
        ({"lines": [10**30]}, 422),
        ({"lines": ["x"]}, 422),
        ({"lines": [999_999_999]}, 422),
        ({"account": "nonesuch"}, 404),
        ({"account": "\0"}, 404),
        ({"kind": "post"}, 422),
        ({"state": "accepted"}, 422),
        ({"reason": "x" * 501}, 422),
    ],
)
def test_what_cannot_be_proposed_is_a_problem(file, more, status):
    answer = _propose(_program(file), file, _asked(file, **more))

    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("scope", [Scope.READ, Scope.TOOLS])
def test_a_token_without_the_scope_proposes_nothing(file, scope):
    answer = _propose(_program(file, scope), file)

    assert answer.status_code == 403
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.OWNER, 201), (Role.REVIEWER, 201), (Role.BOOKKEEPER, 201), (Role.VIEWER, 403)]
)
def test_whoever_could_do_it_may_have_it_proposed(file, role, status):
    assert _propose(_program(file, role=role), file).status_code == status


def test_a_stranger_proposes_nothing_and_learns_nothing(file):
    program = Program(secret_of(UserFactory()))

    here = _propose(program, file)
    nowhere = program.post("books/none/proposals", _asked(file))

    assert here.status_code == nowhere.status_code == 404


def test_a_key_makes_it_once(file):
    program = _program(file)

    first = _propose(program, file, Idempotency_Key="abc")
    Proposal.objects.update(state="declined", decided_by=file.owner, decided_at=timezone.now())
    again = _propose(program, file, Idempotency_Key="abc")

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Proposal.objects.count() == 1


def test_a_key_belongs_to_one_request_and_one_token(file):
    program, other = _program(file), _program(file)
    _propose(program, file, Idempotency_Key="abc")

    clash = _propose(program, file, _asked(file, reason="Other."), Idempotency_Key="abc")
    own = _propose(other, file, _asked(file, reason="Other."), Idempotency_Key="abc")

    assert clash.status_code == 409
    assert own.status_code == 201


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (None, 404)])
def test_an_answer_is_not_told_again_to_who_may_not_propose_any_more(file, role, status):
    program = _program(file, role=Role.BOOKKEEPER)
    first = _propose(program, file, Idempotency_Key="abc")
    membership = Membership.objects.filter(book=file.book, role=Role.BOOKKEEPER)
    if role is None:
        membership.delete()
    else:
        membership.update(role=role)

    again = _propose(program, file, Idempotency_Key="abc")

    assert (first.status_code, again.status_code) == (201, status)
    assert "diff" not in again.json()


@pytest.mark.parametrize(("what", "status"), [("reason", 201), ("payee", 201), ("account", 404)])
def test_what_postgresql_cannot_keep_breaks_nothing(file, what, status):
    answer = _propose(_program(file), file, _asked(file, **{what: "a\0b"}))

    assert answer.status_code == status
    assert "\0" not in answer.content.decode()


def test_an_error_leaves_the_key_free(file):
    program = _program(file)

    refused = _propose(program, file, _asked(file, account="nonesuch"), Idempotency_Key="abc")
    done = _propose(program, file, Idempotency_Key="abc")

    assert (refused.status_code, done.status_code) == (404, 201)


@pytest.mark.parametrize("key", ["x" * 201, "Schlüssel"])
def test_an_odd_key_is_refused(file, key):
    assert _propose(_program(file), file, Idempotency_Key=key).status_code == 409


def test_keys_are_forgotten_after_a_day(file):
    program = _program(file)
    _propose(program, file, Idempotency_Key="old")
    KeptAnswer.objects.update(made_at=timezone.now() - timedelta(days=1, seconds=1))
    _propose(program, file, Idempotency_Key="new")

    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["new"]


def test_a_tax_line_and_a_business_share_are_proposed_with_the_account():
    books = Decided()
    program = Program(secret_of(books.owner))
    asked = {"kind": "classify", "lines": books.lines, "account": SUPPLIES, "tax_line": OF_OFFICE}
    address = f"books/{books.book.slug}/proposals"

    made = program.post(address, asked | {"business_share": "40"}).json()
    accept_proposal(book=books.book, proposal_id=made["id"], user=books.owner, now=timezone.now())

    assert made["diff"][0]["new"].endswith(f"accepted; tax line {OF_OFFICE}, 40 % business")
    rows = Classification.objects.filter(book=books.book)
    assert set(rows.values_list("account__code", "tax_line", "business_share")) == {(SUPPLIES, OF_OFFICE, 40)}
    rule = program.post(
        address,
        {"kind": "make_rule", "text": "tea", "account": SUPPLIES, "tax_line": OF_OFFICE},
    ).json()
    accept_proposal(book=books.book, proposal_id=rule["id"], user=books.owner, now=timezone.now())
    assert "; tax line " in rule["diff"][0]["new"]
    assert Rule.objects.get(book=books.book, text="tea").tax_line == OF_OFFICE
    accounts = Account.objects.filter(book=books.book)
    of_office = {"kind": "make_rule", "text": "ink", "account": OFFICE, "tax_line": OF_OFFICE}
    same = program.post(address, of_office).json()  # as the account's is now, and not when it is accepted
    of_supplies = accounts.get(code=SUPPLIES).tax_line
    accounts.filter(code=SUPPLIES).update(tax_line=OF_OFFICE)
    accounts.filter(code=OFFICE).update(tax_line=of_supplies)
    accept_proposal(book=books.book, proposal_id=same["id"], user=books.owner, now=timezone.now())
    assert Rule.objects.get(book=books.book, text="ink").tax_line == OF_OFFICE
    for more, why in (({"tax_line": "schedule-c:1"}, "same kind"), ({"business_share": "101"}, "100")):
        refused = program.post(address, asked | more)
        assert (refused.status_code, why in refused.content.decode()) == (422, True)
