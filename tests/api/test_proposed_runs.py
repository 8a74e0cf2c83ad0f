"""A tool that changes something elsewhere: programs propose to run it, and a person with the role has it run, once."""

import json
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from ledgerflow.api.mcp.tool_offers import name_of
from ledgerflow.api.models import Scope
from ledgerflow.books.models import Role
from ledgerflow.review.models import Proposal, ProposedRun
from ledgerflow.review.services import ProposalError, run_accepted
from ledgerflow.toolbox.models import Asker, Outcome, Tool, ToolRun
from ledgerflow.toolbox.services.configuration import configure_tool
from tests.api.asking import Program, secret_of
from tests.factories import MembershipFactory
from tests.toolbox.workbench import NOW

_BOTH = (Scope.TOOLS, Scope.PROPOSE)
_SETTINGS = {"type": "object", "properties": {"unit": {"type": "string", "default": "kg"}}}


@pytest.fixture(scope="module")
def ordering(bench) -> str:
    """Orders something elsewhere, as far as the registry knows."""
    return bench.tool(
        "if what == 'nothing': raise ToolError('The shop has nothing.')\nreturn Said(what, len(note))",
        arguments="what: str, context: Context, note: dict[str, str]",
        permissions="writes=True",
        configuration=_SETTINGS,
        summary="Orders from the shop.",
    )


@pytest.fixture
def person(bench):
    """Return a client of somebody with the role, and who it is."""

    def signed_in(role: Role):
        user = bench.user if role == Role.OWNER else MembershipFactory(book=bench.book, role=role).user
        client = Client()
        client.force_login(user)
        return client, user

    return signed_in


def _propose(bench, path: str, user=None, scopes=_BOTH, **arguments: Any):
    asked = {"kind": "run_tool", "tool": path, "arguments": arguments, "reason": "The shelf is empty."}
    return Program(secret_of(user or bench.user, *scopes)).post(f"books/{bench.book.slug}/proposals", asked)


def _proposal(bench, path: str, what: str, **more: Any) -> Proposal:
    answer = _propose(bench, path, what=what, note={"to": "the back door"}, **more)
    assert answer.status_code == 201, answer.content
    return Proposal.objects.get(pk=answer.json()["id"])


def _page(client: Client, bench, query: str = "") -> str:
    return client.get(f"/books/{bench.book.slug}/review/proposals/{query}").content.decode()


def _decide(client: Client, bench, proposal: Proposal, how: str):
    address = f"/books/{bench.book.slug}/review/proposals/{proposal.pk}/{how}/"
    return client.post(address, follow=True).content.decode()


def _runs(path: str) -> int:
    return ToolRun.objects.filter(module_path=path).count()


def test_it_waits_with_every_argument_and_runs_when_a_reviewer_accepts(bench, ordering, person):
    bookkeeper, user = person(Role.BOOKKEEPER)
    reviewer, accepting = person(Role.REVIEWER)
    before = _runs(ordering)

    proposal = _proposal(bench, ordering, "ten\u202e boxes\nof tea", user=user)
    waiting, offered = _page(bookkeeper, bench), _page(reviewer, bench)
    refused = bookkeeper.post(f"/books/{bench.book.slug}/review/proposals/{proposal.pk}/accept/", follow=True)
    assert _runs(ordering) == before
    done = _decide(reviewer, bench, proposal, "accept")

    assert f"{ordering}: Orders from the shop." in waiting
    assert "ten\\u202e boxes\\nof tea" in waiting  # nothing is hidden in it
    assert "<td>note.to</td>" in waiting
    assert "Waits for a reviewer or an owner" in waiting
    assert ">Accept</button>" not in waiting
    assert ">Accept</button>" in offered
    assert "you may not" in refused.content.decode()
    run = ProposedRun.objects.get(proposal=proposal).run
    assert (run.asked_through, run.asked_by, run.book, run.outcome, run.subject) == (
        Asker.PERSON,
        accepting,
        bench.book,
        Outcome.DONE,
        f"proposal {proposal.pk}",
    )
    assert run.result == {"text": "ten\u202e boxes\nof tea", "number": 1}
    assert f"done by run {run.pk}" in done
    answer = Program(secret_of(bench.user, Scope.READ)).get(
        f"books/{bench.book.slug}/proposals/{proposal.pk}"
    )
    assert (answer.json()["run"], answer.json()["run_outcome"]) == (run.pk, "done")
    again = _decide(reviewer, bench, proposal, "accept")
    assert "accepted already" in again
    assert _runs(ordering) == before + 1


def test_declined_it_never_runs_and_that_is_kept(bench, ordering, person):
    client, user = person(Role.OWNER)
    proposal, before = _proposal(bench, ordering, "chairs"), _runs(ordering)

    _decide(client, bench, proposal, "decline")

    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == (Proposal.State.DECLINED, user)
    assert _runs(ordering) == before
    with pytest.raises(ProposalError, match="by the person who accepted it"):
        run_accepted(proposal=proposal, user=user, now=NOW)


def test_a_failure_is_said_beside_the_proposal(bench, ordering, person):
    client, _ = person(Role.OWNER)
    proposal = _proposal(bench, ordering, "nothing")

    page = _decide(client, bench, proposal, "accept")

    run = ProposedRun.objects.get(proposal=proposal).run
    assert run.outcome == Outcome.ERROR
    assert "Accepted, but: The shop has nothing." in page
    assert f'/tools/runs/{run.pk}/">Run {run.pk}</a>: the tool failed. The shop has nothing.' in page


def test_other_settings_make_it_stale(bench, ordering, person):
    client, _ = person(Role.OWNER)
    proposal, before = _proposal(bench, ordering, "flour"), _runs(ordering)
    tool = Tool.objects.get(module_path=ordering)

    configure_tool(tool=tool, book=bench.book, values={"unit": "t"}, user=bench.admin, now=NOW)
    page = _decide(client, bench, proposal, "accept")

    assert "has changed since, so nothing was done" in page
    assert _runs(ordering) == before


def test_what_cannot_be_run_so_is_not_proposed(bench, ordering):
    reading = bench.tool("return Said('x')")
    viewer = MembershipFactory(book=bench.book, role=Role.VIEWER).user
    fits = {"what": "tea", "note": {}}

    answers = {
        "changes nothing": _propose(bench, reading),
        "no enabled tool": _propose(bench, "tools.no_such.tool"),
        "There is no argument": _propose(bench, ordering, where="x", **fits),
        "nobody can look through": _propose(bench, ordering, what="x" * 9_000, note={}),
        "NUL": _propose(bench, ordering, what="a\0b", note={}),
        "scope": _propose(bench, ordering, scopes=[Scope.PROPOSE], **fits),
        "may not": _propose(bench, ordering, user=viewer, **fits),
    }

    assert {answer.status_code for answer in answers.values()} <= {403, 409, 422}
    for said, answer in answers.items():
        assert said in answer.json()["detail"], answer.json()


def test_an_mcp_client_finds_it_under_its_name_and_only_proposes(bench, ordering):
    asked = {"book": bench.book.slug, "arguments": {"what": "sugar", "note": {}}, "reason": "Sweet."}
    secret, before = secret_of(bench.user, *_BOTH), _runs(ordering)

    listed = {tool["name"]: tool for tool in _mcp(secret, "tools/list")["tools"]}
    answer = _mcp(secret, "tools/call", name=name_of(ordering), arguments=asked)

    offer = listed[name_of(ordering)]
    assert offer["description"].startswith(f"Proposes to run {ordering}")
    assert offer["annotations"]["readOnlyHint"] is False
    assert offer["inputSchema"]["properties"]["arguments"]["properties"]["what"] == {
        "title": "What",
        "type": "string",
    }
    made = answer["structuredContent"]
    assert (made["kind"], made["state"], made["proposed_through"]) == ("run_tool", "open", "mcp")
    assert made["diff"][1] == {"what": "what", "old": "", "new": "sugar"}
    assert _runs(ordering) == before
    only_tools = _mcp(secret_of(bench.user, Scope.TOOLS), "tools/list")["tools"]
    assert name_of(ordering) not in {tool["name"] for tool in only_tools}


def _mcp(secret: str, method: str, **params: Any) -> dict[str, Any]:
    sent = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"Authorization": f"Bearer {secret}", "Accept": "application/json, text/event-stream"}
    answer = Client().post("/mcp", json.dumps(sent), content_type="application/json", headers=headers)
    return answer.json()["result"]


def test_the_database_links_runs_with_accepted_proposals_alone(bench, ordering, person):
    client, _ = person(Role.OWNER)
    accepted, waiting = _proposal(bench, ordering, "salt"), _proposal(bench, ordering, "pepper")
    _decide(client, bench, accepted, "accept")
    link = ProposedRun.objects.get(proposal=accepted)

    with pytest.raises(DatabaseError, match="that a person accepted"):
        ProposedRun.objects.create(book=bench.book, proposal=waiting, run=link.run)
    with pytest.raises(DatabaseError, match=r"permission denied|does not change"):
        ProposedRun.objects.filter(pk=link.pk).update(proposal=waiting)
