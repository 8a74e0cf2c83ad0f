"""A call with consent, limits and a record."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from ledgerflow.books.models import Role
from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.toolbox.models import Asker, Outcome, Tool, ToolRun
from ledgerflow.toolbox.services.attempts import TOOLS
from ledgerflow.toolbox.services.calling import (
    Asking,
    ToolArgumentsError,
    ToolCallError,
    ToolFailedError,
    ToolNotAllowedError,
    call_tool,
    cancel_run,
)
from ledgerflow.toolbox.services.registry import consent_to, disable_tool, sync_tools
from ledgerflow.toolbox.services.runs import bury_dead_runs
from tests.factories import BookFactory, MembershipFactory, UserFactory
from tests.toolbox.workbench import NOW


@pytest.fixture(scope="module")
def steady(bench):
    return bench.tool("return Said(text, len(text))", arguments="text: str")


def test_a_call_is_answered_and_kept_on_record(bench, steady):
    answer = bench.call(steady, text="Hello")

    run = bench.run(steady)
    assert answer.result == {"text": "Hello", "number": 5}
    assert (answer.run_id, answer.from_cache) == (run.pk, False)
    assert answer.computed_at >= NOW
    assert (run.outcome, run.result, run.arguments) == ("done", answer.result, {"text": "Hello"})
    assert (run.subject, run.asked_by, run.book, run.started_at) == ("line 12", bench.user, bench.book, NOW)
    assert run.result_bytes == len('{"text":"Hello","number":5}')
    assert 0 < run.duration_ms < 60_000


def test_amounts_and_days_travel_as_texts(bench):
    path = bench.tool(
        "return Said(f'{amount + 1} {day.year} {type(amount).__name__}')",
        arguments="amount: Decimal, day: datetime.date",
    )

    answer = bench.call(path, amount=Decimal("1.10"), day=dt.date(2026, 1, 2))

    assert answer.result["text"] == "2.10 2026 Decimal"
    assert bench.run(path).arguments == {"amount": "1.10", "day": "2026-01-02"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "“text” is missing"),
        ({"text": 3}, "text"),
        ({"text": "x", "other": 1}, "There is no argument “other”"),
        ({"text": object()}, "no JSON value"),
        ({"text": float("nan")}, "no JSON value"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_on_record(bench, steady, arguments, sentence):
    with pytest.raises(ToolArgumentsError, match=sentence) as caught:
        bench.call(steady, **arguments)

    assert bench.run(steady).pk == caught.value.run_id
    assert bench.run(steady).outcome == Outcome.REFUSED


@pytest.mark.parametrize(
    "path", ["", "tools.nothing.act", "os.system", "tools.ofx_statement._reader", "TOOLS.X.Y", "x" * 10_000]
)
def test_an_unknown_path_is_refused(bench, path):
    with pytest.raises(ToolNotAllowedError, match="There is no tool") as caught:
        bench.call(path)

    assert caught.value.run_id is None
    assert len(str(caught.value)) < 400


def test_what_is_not_enabled_or_has_changed_does_not_run(bench, tmp_path):
    path = bench.tool(f"open({str(tmp_path / 'ran')!r}, 'w').close()\nreturn Said('x')", enabled=False)
    with pytest.raises(ToolNotAllowedError, match="disabled"):
        bench.call(path)
    bench.register(path)
    disable_tool(tool=Tool.objects.get(module_path=path), user=bench.admin, now=NOW)
    with pytest.raises(ToolNotAllowedError, match="disabled"):
        bench.call(path)

    assert not (tmp_path / "ran").exists()
    assert bench.run(path).outcome == Outcome.REFUSED


def test_a_new_version_waits_for_consent_and_then_runs_though_the_old_one_is_loaded(bench):
    path = bench.tool("return Said('old')")
    assert bench.call(path).result["text"] == "old"
    file = bench.folder / path.split(".")[1] / "__init__.py"
    file.write_text(file.read_text().replace("'old'", "'newer'").replace("1.0.0", "1.1.0"))
    sync_tools(now=NOW)
    with pytest.raises(ToolNotAllowedError, match=r"1\.0\.0 was agreed to"):
        bench.call(path)
    tool = Tool.objects.get(module_path=path)
    consent_to(tool=tool, user=bench.admin, now=NOW, seen=tool.offer_digest)

    assert bench.call(path).result["text"] == "newer"


def test_a_package_that_changed_unseen_does_not_run(bench):
    path = bench.tool("return Said('old')")
    bench.edit(path, "1.0.0", "1.1.0")
    TOOLS.close()

    with pytest.raises(ToolNotAllowedError, match=r"is version 1\.1\.0 now.*tools sync"):
        bench.call(path)


def test_code_that_was_edited_under_the_same_version_runs_as_it_stands(bench):
    path = bench.tool("return Said('old')")
    assert bench.call(path).result["text"] == "old"

    bench.edit(path, "'old'", "'newer'")

    assert bench.call(path).result["text"] == "newer"


def test_roles_decide_who_may_call(bench, steady):
    writing = bench.tool("return Said('written')", permissions="network=True, writes=True")
    viewer = MembershipFactory(book=bench.book, role=Role.VIEWER).user
    keeper = MembershipFactory(book=bench.book, role=Role.BOOKKEEPER).user
    stranger = UserFactory()

    def call(path, user, through=Asker.PERSON, **arguments):
        return bench.call(path, asking=Asking(through=through, book=bench.book, user=user), **arguments)

    assert call(steady, keeper, text="x").result["text"] == "x"
    assert call(writing, bench.user).result["text"] == "written"
    for path, user, arguments in (
        (steady, viewer, {"text": "x"}), (steady, stranger, {"text": "x"}), (writing, keeper, {}),
    ):  # fmt: skip
        with pytest.raises(ToolNotAllowedError, match="may not"):
            call(path, user, **arguments)
    for through in (Asker.AGENT, Asker.API, Asker.MCP):
        with pytest.raises(ToolNotAllowedError, match="only a person runs it: by accepting"):
            call(writing, bench.user, through)


def test_the_record_stays_though_the_caller_takes_everything_back(bench, steady):
    with transaction.atomic():
        answer = bench.call(steady, text="kept")
        BookFactory(slug="taken-back")
        transaction.set_rollback(True)

    assert ToolRun.objects.get(pk=answer.run_id).outcome == Outcome.DONE


def test_long_arguments_and_results_are_kept_as_hash_and_counts(bench, steady):
    answer = bench.call(steady, text="x" * 50_000)

    run = bench.run(steady)
    assert answer.result["text"] == "x" * 50_000
    assert run.arguments["text"]["characters"] == run.result["text"]["characters"] == 50_000
    assert len(run.arguments["text"]["sha256"]) == len(run.result_sha256) == 64


def test_a_tool_error_is_its_sentence(bench):
    path = bench.tool("raise ToolError('The bank is closed; ask on Monday.')")

    with pytest.raises(ToolFailedError, match=r"^The bank is closed; ask on Monday\.$"):
        bench.call(path)

    assert bench.run(path).outcome == Outcome.ERROR


def test_what_is_temporary_is_tried_again_within_the_time(bench, tmp_path):
    body = (
        "with open({0!r}, 'a') as file: file.write('x')\n"
        "tried = os.path.getsize({0!r})\n"
        "if tried < 3: raise TemporaryToolError('Too busy.', retry_after={1})\nreturn Said('at last', tried)"
    )
    paths = [
        bench.write(body.format(str(tmp_path / "a"), 0.6), permissions="retries=2"),
        bench.write(body.format(str(tmp_path / "b"), None), permissions="retries=1"),
        bench.write(body.format(str(tmp_path / "c"), 500), permissions="retries=2"),
    ]
    bench.register(*paths)

    assert bench.call(paths[0]).result["number"] == 3
    run = bench.run(paths[0])
    assert (run.attempts, run.outcome) == (3, Outcome.DONE)
    assert run.duration_ms > 1_500  # 0.6 s, then a second, because the pause doubles
    for path, attempts in ((paths[1], 2), (paths[2], 1)):
        with pytest.raises(ToolFailedError, match="Too busy") as caught:
            bench.call(path)
        assert caught.value.is_temporary
        assert bench.run(path).attempts == attempts


def test_an_answer_is_kept_for_the_same_question_alone(bench, tmp_path):
    cache.clear()
    path = bench.tool(
        f"with open({str(tmp_path / 'calls')!r}, 'a') as file: file.write('x')\nreturn Said(text)",
        arguments="text: str",
        permissions="cache_seconds=60",
    )
    other = MembershipFactory(user=bench.user)

    first = bench.call(path, text="a")
    again = bench.call(path, text="a", now=NOW + dt.timedelta(seconds=30))
    run = bench.run(path)
    bench.call(path, text="b")
    bench.call(path, text="a", asking=Asking(through=Asker.PERSON, book=other.book, user=bench.user))
    fresh = bench.call(path, text="a", fresh=True)

    assert (again.result, again.from_cache, again.computed_at) == (first.result, True, first.computed_at)
    assert (run.outcome, run.cached_from_id, run.result) == (Outcome.CACHED, first.run_id, first.result)
    assert not fresh.from_cache
    assert (tmp_path / "calls").read_text() == "xxxx"


def test_failures_are_not_kept(bench, tmp_path):
    path = bench.tool(
        f"if not os.path.exists({str(tmp_path / 'open')!r}): raise ToolError('Closed.')\nreturn Said('open')",
        permissions="cache_seconds=60",
    )
    with pytest.raises(ToolFailedError):
        bench.call(path)
    (tmp_path / "open").touch()

    assert bench.call(path).result["text"] == "open"


def test_limits_are_of_the_minute_and_the_day_for_each_book(bench):
    path = bench.tool("return Said('x')", permissions="calls_a_minute=2, calls_a_day=3")
    other = MembershipFactory(user=bench.user)

    bench.call(path)
    bench.call(path)
    with pytest.raises(ToolNotAllowedError, match="within a minute"):
        bench.call(path)
    bench.call(path, asking=Asking(through=Asker.PERSON, book=other.book, user=bench.user))
    bench.call(path, now=NOW + dt.timedelta(minutes=2))
    with pytest.raises(ToolNotAllowedError, match="within a day"):
        bench.call(path, now=NOW + dt.timedelta(minutes=4))

    assert bench.call(path, now=NOW + dt.timedelta(days=2)).result
    assert ToolRun.objects.filter(module_path=path, outcome=Outcome.REFUSED).count() == 2


def test_two_at_the_edge_of_a_limit_do_not_both_pass(bench):
    path = bench.tool("time.sleep(0.2)\nreturn Said('x')", permissions="calls_a_day=5")
    outcomes = []

    def call():
        try:
            outcomes.append(bench.call(path).result["text"])
        except ToolNotAllowedError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["refused"] * 7 + ["x"] * 5


def test_a_tool_calls_the_tools_it_needs_as_runs_of_their_own(bench, steady):
    path = bench.tool(
        f"answer = context.tools[{steady!r}](text='from within')\nreturn Said(answer['text'], answer['number'])",
        arguments="context: Context",
        needs=(steady,),
    )

    answer = bench.call(path)

    run, inner = bench.run(path), bench.run(steady)
    assert answer.result == {"text": "from within", "number": 11}
    assert (inner.parent_id, inner.asked_through, inner.book, inner.asked_by) == (
        run.pk, Asker.TOOL, bench.book, bench.user,
    )  # fmt: skip


def test_a_tool_reaches_no_tool_that_it_does_not_name(bench, steady):
    path = bench.tool(
        "from ledgerflow.toolbox import child\nimport gc\n"
        "ask = next(each for each in gc.get_objects() if getattr(each, '__qualname__', '') == '_asking.<locals>.ask')\n"
        f"return Said(str(ask({{'tool': {steady!r}, 'arguments': {{'text': 'x'}}}})))",
    )

    assert "does not say that it needs" in bench.call(path).result["text"]


def test_tools_that_ask_for_each_other_in_a_circle_are_refused(bench):
    number = int(bench.write("return Said('x')").split(".")[1].removeprefix("bench_"))
    paths = [f"tools.bench_{number + 1 + each}.act" for each in range(2)]
    for other in reversed(paths):
        bench.write(
            f"return Said(context.tools[{other!r}]()['text'])", arguments="context: Context", needs=(other,)
        )
    bench.register(*paths)

    with pytest.raises(ToolFailedError, match="asked for by itself"):
        bench.call(paths[0])


def test_a_failure_within_is_a_failure_of_the_outer_tool_that_it_may_handle(bench):
    inner = bench.tool("raise ToolError('No luck.')")
    outer = bench.tool(
        f"try: context.tools[{inner!r}]()\nexcept ToolError as error: return Said(str(error))",
        arguments="context: Context",
        needs=(inner,),
    )

    assert bench.call(outer).result["text"] == "No luck."
    assert bench.run(inner).outcome == Outcome.ERROR


@pytest.mark.parametrize("depth", [0, 1])
def test_a_run_is_canceled_within_a_second_from_elsewhere(bench, depth):
    path = bench.tool("time.sleep(30)\nreturn Said('x')", permissions="timeout_seconds=60")
    inner = path
    if depth:
        path = bench.tool(
            f"context.tools[{inner!r}]()\nreturn Said('x')",
            arguments="context: Context",
            needs=(inner,),
            permissions="timeout_seconds=60",
        )
    ended = []

    def call():
        try:
            bench.call(path)
        except ToolFailedError as error:
            ended.append((error.outcome, dt.datetime.now(dt.UTC)))
        finally:
            connection.close()

    caller = threading.Thread(target=call)
    caller.start()
    until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
    while not ToolRun.objects.filter(module_path=inner).exists() and dt.datetime.now(dt.UTC) < until:
        threading.Event().wait(0.1)
    canceled_at = dt.datetime.now(dt.UTC)
    cancel_run(run_id=bench.run(path).pk, user=bench.user, now=NOW)
    caller.join(10)

    [(outcome, ended_at)] = ended
    assert outcome == Outcome.CANCELED
    assert ended_at - canceled_at < dt.timedelta(seconds=3)  # a second, and what a busy machine adds
    assert {bench.run(path).outcome, bench.run(inner).outcome} == {Outcome.CANCELED}


def test_only_who_asked_or_an_owner_cancels_and_only_what_runs(bench, steady):
    run_id = bench.call(steady, text="x").run_id
    with pytest.raises(NotAllowedError):
        cancel_run(run_id=run_id, user=MembershipFactory(book=bench.book, role=Role.BOOKKEEPER).user, now=NOW)
    with pytest.raises(NotAllowedError):
        cancel_run(run_id=run_id, user=UserFactory(), now=NOW)
    with pytest.raises(ToolCallError, match="has ended"):
        cancel_run(run_id=run_id, user=bench.user, now=NOW)
    with pytest.raises(ToolCallError, match="no run"):
        cancel_run(run_id=10**12, user=bench.user, now=NOW)


def test_runs_whose_process_was_killed_are_marked(bench, steady):
    tool = Tool.objects.get(module_path=steady)
    facts = {"tool": tool, "module_path": steady, "version": "1.0.0", "asked_through": Asker.JOB}
    lost = ToolRun.objects.create(**facts, started_at=NOW - dt.timedelta(minutes=5))
    going_on = ToolRun.objects.create(**facts, started_at=NOW - dt.timedelta(seconds=30))

    assert bury_dead_runs(now=NOW) == 1

    lost.refresh_from_db()
    going_on.refresh_from_db()
    assert (lost.outcome, going_on.outcome) == (Outcome.DIED, Outcome.RUNNING)


def test_a_call_holds_no_lock_and_no_connection_of_the_caller(bench, steady):
    call_tool(
        path=steady, arguments={"text": "x"}, asking=Asking(through=Asker.COMMAND), now=NOW
    )  # without a book

    assert bench.run(steady).book is None
