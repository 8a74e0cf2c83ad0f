"""Enabled tools over REST and MCP: the same call as everywhere, by scope and role, and on record."""

import json
from typing import Any

import pytest
from django.test import Client

from ledgerflow.api.mcp.tool_offers import name_of
from ledgerflow.api.models import Scope
from ledgerflow.books.models import Role
from ledgerflow.toolbox.models import Outcome, Tool, ToolRun
from ledgerflow.toolbox.services.registry import disable_tool
from tests.api.asking import Program, secret_of
from tests.factories import BookFactory, MembershipFactory, UserFactory
from tests.toolbox.servers import saying, serving
from tests.toolbox.workbench import NOW


@pytest.fixture(scope="module")
def steady(bench) -> str:
    return bench.tool("return Said(text, len(text))", arguments="text: str")


@pytest.fixture(autouse=True)
def _bench(bench):
    """The database of the workbench is the one that is asked."""


def _program(bench, *scopes: Scope, role: Role = Role.OWNER) -> Program:
    user = bench.user if role == Role.OWNER else MembershipFactory(book=bench.book, role=role).user
    return Program(secret_of(user, *(scopes or [Scope.TOOLS])))


def _run(program: Program, bench, path: str, slug: str = "", **arguments: Any):
    return program.post(f"tools/{path}/run", {"book": slug or bench.book.slug, "arguments": arguments})


def _mcp(secret: str, method: str, **params: Any) -> dict:
    sent = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"Authorization": f"Bearer {secret}", "Accept": "application/json, text/event-stream"}
    return (
        Client()
        .post("/mcp", json.dumps(sent), content_type="application/json", headers=headers)
        .json()["result"]
    )


def test_a_tool_is_listed_with_its_schemas_and_run(bench, steady):
    program = _program(bench)

    listed = {tool["path"]: tool for tool in program.get("tools").json()}
    answer = _run(program, bench, steady, text="Hello")

    assert listed[steady]["arguments"]["properties"]["text"]["type"] == "string"
    assert answer.status_code == 200, answer.content
    run = ToolRun.objects.get(pk=answer.json()["run"])
    assert answer.json()["result"] == {"text": "Hello", "number": 5}
    assert (run.asked_through, run.asked_by, run.book) == ("api", bench.user, bench.book)
    assert run.subject.startswith("token a test")


def test_readers_and_tools_that_write_are_not_offered(bench, steady):
    writing = bench.tool("return Said('x')", permissions="writes=True")
    program = _program(bench)

    paths = {tool["path"] for tool in program.get("tools").json()}

    assert steady in paths
    assert writing not in paths
    assert not any(path.endswith("read_statement") for path in paths)
    assert _run(program, bench, writing).status_code == 404


def test_a_disabled_tool_and_one_that_never_was_are_not_there(bench):
    path = bench.tool("return Said('x')")
    disable_tool(tool=Tool.objects.get(module_path=path), user=bench.admin, now=NOW)
    program = _program(bench)

    for each in (path, "tools.no_such.tool", "os.system", "tools.bench_0._private"):
        assert _run(program, bench, each).status_code == 404, each


@pytest.mark.parametrize("scope", [Scope.READ, Scope.PROPOSE])
def test_a_token_without_the_scope_runs_nothing(bench, steady, scope):
    program = _program(bench, scope)

    assert program.get("tools").status_code == 403
    assert _run(program, bench, steady, text="x").status_code == 403


def test_what_a_program_writes_leaves_the_machine_by_no_token_that_is_not_for_it(bench, settings):
    with serving(saying("200 OK", b"found")) as server:
        settings.OWN_SERVICES = (server.origin,)
        sending = bench.write(
            f"return Said(context.http.request('GET', {server.origin!r}, params={{'q': query}}).text())",
            arguments="query: str, context: Context",
            permissions="network=True",
            reaches=server.origin,
        )
        asking = bench.write(
            f"return Said(context.tools[{sending!r}](query=query)['text'])",
            arguments="query: str, context: Context",
            needs=(sending,),
        )
        bench.register(sending, asking)
        owner_notes = "the owner's notes"
        staying = secret_of(bench.user, Scope.READ, Scope.TOOLS, Scope.PROPOSE)
        for path in (sending, asking):
            program = Program(staying)
            assert path not in {tool["path"] for tool in program.get("tools").json()}
            refused = _run(program, bench, path, query=owner_notes)
            assert (refused.status_code, "scope “network”" in refused.json()["detail"]) == (403, True)
            assert name_of(path) not in {tool["name"] for tool in _mcp(staying, "tools/list")["tools"]}
            asked = {"book": bench.book.slug, "arguments": {"query": owner_notes}}
            answer = _mcp(staying, "tools/call", name=name_of(path), arguments=asked)
            assert "There is no tool" in answer["content"][0]["text"]
        assert server.requests == []
        assert not ToolRun.objects.filter(module_path__in=[sending, asking]).exists()

        program = _program(bench, Scope.TOOLS, Scope.NETWORK)
        listed = {tool["path"]: tool for tool in program.get("tools").json()}
        assert listed[sending]["uses_network"]
        assert listed[asking]["uses_network"]
        assert _run(program, bench, asking, query="anything").json()["result"]["text"] == "found"
        assert len(server.requests) == 1


def test_a_viewer_runs_nothing(bench, steady):
    assert _run(_program(bench, role=Role.VIEWER), bench, steady, text="x").status_code == 403


def test_a_tool_is_not_run_for_a_book_of_others(bench, steady):
    stranger = Program(secret_of(UserFactory(), Scope.TOOLS))
    other = BookFactory()

    assert _run(stranger, bench, steady, text="x").status_code == 404
    assert _run(_program(bench), bench, steady, slug=other.slug, text="x").status_code == 404


def test_wrong_arguments_and_a_failure_are_problems_with_their_run(bench, steady):
    failing = bench.tool("raise ToolError('The page has no such town; check its name.')")
    program = _program(bench)

    wrong = _run(program, bench, steady, text=5)
    failed = _run(program, bench, failing)

    assert (wrong.status_code, failed.status_code) == (422, 502)
    assert "no such town" in failed.json()["detail"]
    assert ToolRun.objects.get(pk=failed.json()["run"]).outcome == Outcome.ERROR


def test_a_key_runs_it_once(bench, steady):
    program = _program(bench)
    sent = {"book": bench.book.slug, "arguments": {"text": "once"}}

    first, again = (program.post(f"tools/{steady}/run", sent, Idempotency_Key="run-1") for _ in range(2))

    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert ToolRun.objects.filter(module_path=steady, arguments={"text": "once"}).count() == 1


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "run-0"}])
def test_a_book_that_cannot_be_named_so_is_not_there(bench, steady, headers):
    sent = {"book": "a\0b", "arguments": {"text": "x"}}

    assert _program(bench).post(f"tools/{steady}/run", sent, **headers).status_code == 404


def test_a_failed_run_leaves_the_key_free(bench):
    failing = bench.tool("raise ToolError('No.')")
    program = _program(bench)
    sent = {"book": bench.book.slug, "arguments": {}}

    codes = [
        program.post(f"tools/{failing}/run", sent, Idempotency_Key="run-2").status_code for _ in range(2)
    ]

    assert codes == [502, 502]


def test_an_mcp_client_is_offered_it_under_a_name_of_its_path_and_runs_it(bench, steady):
    secret = secret_of(bench.user, Scope.TOOLS)
    name = name_of(steady)

    listed = {tool["name"]: tool for tool in _mcp(secret, "tools/list")["tools"]}
    asked = {"book": bench.book.slug, "arguments": {"text": "Hi\x1b[2J"}}
    result = _mcp(secret, "tools/call", name=name, arguments=asked)

    own = listed[name]["inputSchema"]["properties"]["arguments"]
    assert own["properties"]["text"]["type"] == "string"
    assert listed[name]["annotations"]["readOnlyHint"]
    assert result["structuredContent"]["result"] == {"text": "Hi", "number": 6}
    assert ToolRun.objects.get(pk=result["structuredContent"]["run"]).asked_through == "mcp"


def test_an_mcp_client_is_told_why_a_tool_gave_no_answer(bench):
    path = bench.tool("raise ToolError('The page has no such town; check its name.')")

    result = _mcp(
        secret_of(bench.user, Scope.TOOLS),
        "tools/call",
        name=name_of(path),
        arguments={"book": bench.book.slug},
    )

    assert result["isError"]
    assert "no such town" in result["content"][0]["text"]
