"""Requests of tools: through their context alone, within their settings, time and permissions."""

import threading
import time

from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.toolbox.enforced import network_is_closed
from ledgerflow.toolbox.models import Asker, Outcome
from ledgerflow.toolbox.services.calling import Asking, ToolFailedError, call_tool, cancel_run
from tests.lives import comes_true
from tests.toolbox.servers import drip, say_nothing, saying, serving
from tests.toolbox.workbench import NOW

_FETCH = """
try:
    response = context.http.request({method!r}, {url!r}, params=None, headers=None)
except HttpRefusedError as refusal: return Said('refused: ' + str(refusal))
except HttpUnreachableError as error: return Said('unreachable: ' + str(error))
return Said(response.text(), response.status)
"""


def _fetching(bench, url, method="GET", permissions="network=True", reaches=""):
    return bench.tool(
        _FETCH.format(method=method, url=url),
        arguments="context: Context",
        permissions=permissions,
        reaches=reaches,
    )


def test_a_tool_reaches_the_own_services_of_its_settings_and_no_others(bench, settings):
    with serving(saying("200 OK", b"own")) as server, serving(saying("200 OK", b"others")) as other:
        settings.OWN_SERVICES = (server.origin, other.origin)
        own = _fetching(bench, server.origin, reaches=f"{server.origin}/search")
        others = _fetching(bench, other.origin, reaches=server.origin)
        undeclared = _fetching(bench, server.origin)

        said = [bench.call(path).result["text"] for path in (own, others, undeclared)]

    assert said[0] == "own"
    assert all(text.startswith("refused: Port") for text in said[1:])
    assert other.requests == []


def test_a_tool_fetches_through_its_context_and_its_run_counts_the_bytes(bench, settings):
    with serving(saying("404 Not Found", b"nothing here")) as server:
        settings.OWN_SERVICES = (server.origin,)
        path = _fetching(bench, f"{server.origin}/page?card=4111111111111111", reaches=server.origin)

        answer = bench.call(path)

    run = bench.run(path)
    [row] = run.requests.all()
    assert answer.result == {"text": "nothing here", "number": 404}
    assert b"4111" not in server.requests[0]
    assert (row.status, row.book, row.asked_by, row.purpose) == (
        404,
        bench.book,
        bench.user,
        f"{path} line 12",
    )
    assert (run.bytes_sent, run.bytes_received) == (row.bytes_sent, row.bytes_received)
    assert run.bytes_sent > 0


def test_a_tool_without_the_permission_has_no_way_out(bench, settings):
    with serving(saying("200 OK")) as server:
        settings.OWN_SERVICES = (server.origin,)
        path = bench.tool(
            "from ledgerflow.toolbox import tool_jobs\nimport gc, socket\n"
            "ask = next(x for x in gc.get_objects() if getattr(x, '__qualname__', '') == '_asking.<locals>.ask')\n"
            f"said = str(ask({{'http': {{'method': 'GET', 'url': {server.origin!r}}}}}))\n"
            "ask({'http': ['anything']})\n"
            f"try: socket.create_connection(('127.0.0.1', {server.port}), timeout=2)\n"
            "except OSError as error: return Said(said + ' and ' + type(error).__name__)\n"
            "return Said(said + ' and connected')",
            arguments="context: Context",
        )

        with CaptureQueriesContext(connection) as queries:
            said = bench.call(path).result["text"]

    assert "does not ask for the network" in said
    refused = bench.run(path).requests.order_by("pk")
    assert [(row.host, "ask for the network" in row.refusal) for row in refused] == [
        ("127.0.0.1", True),
        ("", True),
    ]
    assert ("and connected" in said) == (not network_is_closed())
    names = [query for query in queries if query["sql"].startswith('SELECT "users_user"."name"')]
    assert len(names) == 1  # for both wishes


def test_a_slow_server_is_the_tools_time_and_a_refusal_is_the_tools_to_handle(bench, settings):
    with serving(drip) as server:
        settings.OWN_SERVICES = (server.origin,)
        slow = bench.write(
            _FETCH.format(method="GET", url=server.origin),
            arguments="context: Context",
            permissions="network=True, timeout_seconds=2",
            reaches=server.origin,
        )
        private = bench.write(
            _FETCH.format(method="GET", url="http://169.254.169.254/latest"),
            arguments="context: Context",
            permissions="network=True",
        )
        bench.register(slow, private)
        bench.warm(slow)

        assert "unreachable: " in bench.call(slow).result["text"]
        assert "refused: " in bench.call(private).result["text"]

    assert bench.run(slow).requests.get().refusal


def test_canceling_ends_a_request_that_waits(bench, settings):
    with serving(say_nothing) as server:
        settings.OWN_SERVICES = (server.origin,)
        path = _fetching(
            bench, server.origin, permissions="network=True, timeout_seconds=30", reaches=server.origin
        )
        ended = []

        def call():
            try:
                bench.call(path)
            except ToolFailedError as error:
                ended.append((error.outcome, time.monotonic(), str(error)))

        caller = threading.Thread(target=call)
        caller.start()
        assert comes_true(lambda: bool(server.requests) or not caller.is_alive())
        assert server.requests, ended
        canceled = time.monotonic()
        cancel_run(run_id=bench.run(path).pk, user=bench.user, now=NOW)
        caller.join(20)

    assert ended[0][0] == Outcome.CANCELED
    assert ended[0][1] - canceled < 3
    assert bench.run(path).requests.get().refusal


def test_members_names_do_not_leave(bench, settings):
    with serving(saying("200 OK", b"x")) as server:
        settings.OWN_SERVICES = (server.origin,)
        path = bench.tool(
            f"context.http.request('GET', {server.origin!r}, params={{'q': text}})\nreturn Said('x')",
            arguments="text: str, context: Context",
            permissions="network=True",
            reaches=server.origin,
        )
        asking = Asking(through=Asker.JOB, book=bench.book, names=("Ottilie Querbach",))
        call_tool(
            path=path,
            arguments={"text": "transfer Wilhelmina Vandersloot, Querbach, Ottilie rent"},
            asking=asking,
            now=NOW,
        )

    assert b"q=transfer+%5Bname%5D%2C+%5Bname%5D+rent" in server.requests[0]
