"""Answers that the record keeps: for all processes, without Redis, and for the very same question alone."""

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys

import pytest
from django.core.cache import cache

from ledgerflow.toolbox.calls import ToolFailedError
from ledgerflow.toolbox.hiding import value_without_secrets
from ledgerflow.toolbox.models import Outcome, Tool, ToolRun
from ledgerflow.toolbox.services.answers import answer_key
from ledgerflow.toolbox.services.configuration import configure_tool
from tests.toolbox.workbench import NOW
from tests.workers import database_address

SETTINGS = {
    "type": "object",
    "properties": {
        "tongue": {"type": "string", "default": "en"},
        "key": {"type": "string", "format": "secret"},
    },
}
# Another process, which has never called the tool: it can only answer from the record.
_OTHER_PROCESS = """
import datetime as dt, json, os, sys
import django
import tools
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
from django.core.cache import caches
from ledgerflow.books.models import Book
from ledgerflow.toolbox.models import Asker
from ledgerflow.toolbox.services.calling import Asking, call_tool
path, slug, now, folder = sys.argv[1:]
tools.__path__.append(folder)
book = Book.objects.get(slug=slug)
answer = call_tool(
    path=path, arguments={"text": "a"}, asking=Asking(through=Asker.JOB, book=book), now=dt.datetime.fromisoformat(now)
)
said = {"cache": type(caches["default"]).__name__, "result": answer.result, "kept": answer.from_cache}
print(json.dumps({**said, "at": answer.computed_at.isoformat()}))
"""


@pytest.fixture
def counted(bench, tmp_path):
    """Return a tool that keeps its answers, and how often it really ran."""
    file = tmp_path / "calls"
    file.touch()
    path = bench.tool(
        f"with open({str(file)!r}, 'a') as file: file.write('x')\nreturn Said(text)",
        arguments="text: str, context: Context", permissions="cache_seconds=60", configuration=SETTINGS,
    )  # fmt: skip
    return path, lambda: len(file.read_text())


def _call(bench, path, seconds=0, **arguments):
    cache.clear()  # what another process would find in it
    return bench.call(path, now=NOW + dt.timedelta(seconds=seconds), **arguments)


def _set(bench, path, **values):
    configure_tool(
        tool=Tool.objects.get(module_path=path), book=None, values=values, user=bench.admin, now=NOW
    )


def test_two_processes_without_redis_share_an_answer(bench, counted):
    path, calls = counted
    first = bench.call(path, text="a")
    environment = {
        **os.environ,
        "DATABASE_URL": database_address("default"),
        "DATABASE_OWNER_URL": database_address("owner"),
    }
    environment.pop("REDIS_URL", None)
    command = [
        sys.executable,
        "-c",
        _OTHER_PROCESS,
        path,
        bench.book.slug,
        NOW.isoformat(),
        str(bench.folder),
    ]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "cache": "LocMemCache", "result": first.result, "kept": True, "at": first.computed_at.isoformat(),
    }  # fmt: skip
    assert calls() == 1
    assert bench.run(path).cached_from_id == first.run_id


def test_the_record_answers_with_its_age_until_the_time_is_up(bench, counted):
    path, calls = counted

    first = _call(bench, path, text="a")
    again = _call(bench, path, 30, text="a")
    later = _call(bench, path, 120, text="a")
    afterward = _call(bench, path, 130, text="a")

    assert (again.result, again.from_cache, again.computed_at) == (first.result, True, first.computed_at)
    assert bench.run(path).outcome == Outcome.CACHED
    assert not later.from_cache
    assert (afterward.from_cache, afterward.computed_at) == (True, later.computed_at)
    assert calls() == 2


def test_another_setting_secret_or_version_asks_anew(bench, counted, settings):
    path, calls = counted
    secret = {"env": "LEDGERFLOW_TOOL_BENCH_KEY"}
    settings.TOOL_SECRETS = {"LEDGERFLOW_TOOL_BENCH_KEY": "one"}

    _call(bench, path, text="a")
    _set(bench, path, tongue="de")
    _call(bench, path, text="a")
    _set(bench, path, tongue="de", key=secret)
    _call(bench, path, text="a")
    settings.TOOL_SECRETS = {"LEDGERFLOW_TOOL_BENCH_KEY": "two"}
    _call(bench, path, text="a")
    assert calls() == 4
    assert _call(bench, path, text="a").from_cache
    settings.SECRET_KEY = "another installation's"
    assert not _call(bench, path, text="a").from_cache
    tool = Tool.objects.get(module_path=path)
    before = answer_key(tool, bench.book, {}, {"text": "a"}, code="")
    tool.version = "1.0.1"
    assert answer_key(tool, bench.book, {}, {"text": "a"}, code="") != before


def test_other_code_of_the_same_version_asks_anew_also_in_a_tool_that_is_asked(bench, counted):
    inner, calls = counted
    outer = bench.tool(
        f"return Said(context.tools[{inner!r}](text='a')['text'])",
        arguments="context: Context", needs=(inner,), permissions="cache_seconds=60",
    )  # fmt: skip
    _call(bench, outer)
    assert _call(bench, outer).from_cache

    bench.edit(inner, "Said(text)", "Said(text * 2)")

    assert _call(bench, outer).result["text"] == "aa"
    assert calls() == 2


def test_the_settings_of_a_tool_that_is_asked_are_part_of_the_question(bench, counted):
    inner, calls = counted
    outer = bench.tool(
        f"return Said(context.tools[{inner!r}](text='a')['text'])",
        arguments="context: Context", needs=(inner,), permissions="cache_seconds=60",
    )  # fmt: skip

    _call(bench, outer)
    assert _call(bench, outer).from_cache
    _set(bench, inner, tongue="fr")

    assert not _call(bench, outer).from_cache
    assert calls() == 2


def test_what_is_not_kept_whole_or_not_kept_at_all_is_no_answer(bench, counted):
    path, calls = counted
    plain = bench.tool("return Said(text)", arguments="text: str")

    _call(bench, path, text="x" * 3_000)
    assert not _call(bench, path, text="x" * 3_000).from_cache
    _call(bench, plain, text="a")

    assert calls() == 2
    assert not ToolRun.objects.filter(module_path__in=(path, plain)).exclude(answer_key="").exists()


def test_a_secret_that_a_tool_repeats_stands_in_no_answer_and_no_record(bench, settings):
    secret = "hunter2/über"
    settings.TOOL_SECRETS = {"LEDGERFLOW_TOOL_BENCH_KEY": secret}
    path = bench.tool(
        "import json, urllib.parse\nkey = context.configuration['key']\n"
        "said = [f'Authorization: Bearer {key}', urllib.parse.quote(key, safe=''), json.dumps(key)]\n"
        "if fails: raise ToolError('The shop does not know ' + ' or '.join(said))\n"
        "return Held({key: [said, {'given': key, 'left': 'as it was', 'count': 2, 'is_paid': True}]})",
        returns="Held", arguments="fails: bool, context: Context",
        permissions="cache_seconds=60", configuration=SETTINGS,
    )  # fmt: skip
    _set(bench, path, key={"env": "LEDGERFLOW_TOOL_BENCH_KEY"})

    answers = [bench.call(path, fails=False), bench.call(path, fails=False), _call(bench, path, fails=False)]
    with pytest.raises(ToolFailedError) as failed:
        bench.call(path, fails=True)

    hidden = [["Authorization: Bearer ***", "***", '"***"'],
              {"given": "***", "left": "as it was", "count": 2, "is_paid": True}]  # fmt: skip
    assert [answer.result for answer in answers] == [{"value": {"***": hidden}}] * 3
    assert [answer.from_cache for answer in answers] == [False, True, True]
    rows = list(ToolRun.objects.filter(module_path=path).order_by("pk").values())
    assert rows[0]["result"] == {"value": {"***": hidden}}
    whole = json.dumps(answers[0].result).encode()
    assert (rows[0]["result_sha256"], rows[0]["result_bytes"]) == (
        hashlib.sha256(whole).hexdigest(),
        len(whole),
    )
    assert "***" in str(failed.value)
    for said in (str(rows), str(failed.value)):
        assert "hunter2" not in said


def test_a_number_is_hidden_only_where_all_of_it_is_a_secret():
    secrets = ("493012", "12")

    shown = value_without_secrets([493012, 1493012, {"rate": 493012.5}, 12, True, None], secrets)

    assert shown == ["***", 1493012, {"rate": 493012.5}, 12, True, None]


def test_no_secret_can_be_tried_out_on_a_key(bench, counted, settings):
    path, _ = counted
    settings.TOOL_SECRETS = {"LEDGERFLOW_TOOL_BENCH_KEY": "hunter2"}
    _set(bench, path, key={"env": "LEDGERFLOW_TOOL_BENCH_KEY"})
    _call(bench, path, text="a")
    key = bench.run(path).answer_key

    settings.SECRET_KEY = "somebody else's"
    _call(bench, path, text="a")

    assert len(key) == len(bench.run(path).answer_key) == hashlib.sha256().digest_size * 2
    assert bench.run(path).answer_key != key
