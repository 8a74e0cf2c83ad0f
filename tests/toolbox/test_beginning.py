"""When a call begins: before or after it is on record, and by what the process knows of the tool."""

import json
import threading
import time

import pytest
from django.db import connections

from ledgerflow.toolbox.conversation import Call, CallEndedError
from ledgerflow.toolbox.models import Outcome, Tool, ToolRun
from ledgerflow.toolbox.services import calling, standing
from ledgerflow.toolbox.services.attempts import TOOLS
from ledgerflow.toolbox.services.calling import ToolArgumentsError, ToolFailedError, ToolNotAllowedError


@pytest.fixture(scope="module")
def steady(bench):
    return bench.tool("return Said(text, len(text))", arguments="text: str")


def test_a_run_that_takes_its_time_is_seen_while_it_lasts(bench):
    path = bench.tool("time.sleep(1.5)\nreturn Said('x')")
    seen = []

    def look():
        with connections["default"].cursor() as cursor:
            for _ in range(100):
                cursor.execute("SELECT outcome FROM toolbox_toolrun WHERE module_path = %s", [path])
                if (row := cursor.fetchone()) is not None:
                    seen.append(row[0])
                    break
                time.sleep(0.05)
        connections["default"].close()

    watcher = threading.Thread(target=look)
    watcher.start()
    bench.call(path)
    watcher.join()

    assert seen == ["running"]


@pytest.mark.parametrize("is_closed", [True, False])
def test_what_computes_begins_before_its_record_only_without_a_network(
    bench, steady, monkeypatch, tmp_path, is_closed
):
    first = tmp_path / "first"
    busy_once = bench.tool(
        f"""
        if os.path.exists({str(first)!r}): return Said("at last")
        open({str(first)!r}, "w").close()
        raise TemporaryToolError("Too busy.")
        """.replace("\n        ", "\n"),
        permissions="retries=1",
    )
    steps = []

    def noting(name, function):
        def note(*arguments, **named):
            steps.append(name)
            return function(*arguments, **named)

        return note

    monkeypatch.setattr(calling, "network_is_closed", lambda: is_closed)
    monkeypatch.setattr(calling.runs, "begin", noting("written", calling.runs.begin))
    monkeypatch.setattr(calling.runs, "write_whole", noting("written", calling.runs.write_whole))
    monkeypatch.setattr(Call, "give", noting("begun", Call.give))

    assert bench.call(steady, text="x").result["text"] == "x"
    assert steps == (["begun", "written"] if is_closed else ["written", "begun"])

    # Who waits to try again is seen waiting.
    steps.clear()
    assert bench.call(busy_once).result["text"] == "at last"
    assert steps == (["begun", "written", "begun"] if is_closed else ["written", "begun", "begun"])
    assert bench.run(busy_once).attempts == 2


def test_what_computes_begins_while_it_is_asked_how_it_stands_and_nothing_comes_of_it_if_it_changed(
    bench, monkeypatch
):
    path = bench.tool("return Said(text)", arguments="text: str")
    bench.call(path, text="known from now on")
    steps = []
    give, asked = Call.give, standing.standing_of
    monkeypatch.setattr(Call, "give", lambda *given: (steps.append("begun"), give(*given)))
    monkeypatch.setattr(standing, "standing_of", lambda *given: (steps.append("asked"), asked(*given))[1])

    bench.call(path, text="still on")
    assert steps == ["begun", "asked"]

    # As another process does it, of which this one learns nothing.
    Tool.objects.filter(module_path=path).update(enabled=False)
    steps.clear()
    with pytest.raises(ToolNotAllowedError, match="not available"):
        bench.call(path, text="off by now")
    assert steps == ["begun", "asked", "asked"]
    assert list(ToolRun.objects.filter(module_path=path).order_by("pk").values_list("outcome", flat=True)) == [
        Outcome.DONE, Outcome.DONE, Outcome.REFUSED,
    ]  # fmt: skip

    # What was known to be off may be on again.
    Tool.objects.filter(module_path=path).update(enabled=True)
    assert bench.call(path, text="on again").result["text"] == "on again"


def test_what_computes_begins_before_its_arguments_are_looked_at_and_nothing_comes_of_it_if_they_do_not_fit(
    bench, steady, monkeypatch
):
    bench.call(steady, text="known from now on")
    steps = []
    give = Call.give
    monkeypatch.setattr(Call, "give", lambda *given: (steps.append("begun"), give(*given)))

    with pytest.raises(ToolArgumentsError, match="The argument “text” is missing"):
        bench.call(steady, words="x")

    assert steps == ["begun"]
    refused = bench.run(steady)
    assert (refused.outcome, refused.arguments) == (Outcome.REFUSED, {"words": "x"})


def test_an_answer_of_code_that_was_replaced_is_thrown_away(bench):
    path = bench.tool("return Said(text)", arguments="text: str")
    bench.call(path, text="known from now on")
    bench.edit(path, "Said(text)", "Said(text.upper())")

    assert bench.call(path, text="said anew").result["text"] == "SAID ANEW"


def test_one_that_ended_before_it_was_told_what_to_do_is_on_record(bench, steady, monkeypatch):
    give = Call.give

    def end(call, order, until):
        if json.loads(order)["request"]["path"] == steady:
            raise CallEndedError
        give(call, order, until)

    outer = bench.tool(
        f"try: context.tools[{steady!r}](text='x')\nexcept ToolError as error: return Said(str(error))",
        arguments="context: Context",
        needs=(steady,),
    )
    monkeypatch.setattr(Call, "give", end)

    with pytest.raises(ToolFailedError, match="without an answer"):
        bench.call(steady, text="x")
    assert bench.run(steady).outcome == Outcome.DIED
    with pytest.raises(ToolArgumentsError, match="The argument “text” is missing"):
        bench.call(steady, words="x")
    assert bench.run(steady).outcome == Outcome.REFUSED
    assert "without an answer" in bench.call(outer).result["text"]


def test_a_name_that_a_package_borrows_keeps_none_of_its_own_from_working(bench):
    lender = bench.tool("return Said(text)", arguments="text: str")
    path = bench.tool("return Said(text.upper())", arguments="text: str")
    bench.edit(
        path,
        '__all__ = ["act"]',
        f'from {lender.removesuffix(".act")} import act as lent\n__all__ = ["act", "lent"]',
    )
    TOOLS.close()  # what is imported beforehand is imported anew

    assert bench.call(path, text="own").result["text"] == "OWN"
