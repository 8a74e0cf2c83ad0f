"""Whatever a tool does ends as a sentence and a row, and the next call works."""

import logging
import socket
import time

import pytest

from ledgerflow.toolbox.enforced import network_is_closed
from ledgerflow.toolbox.models import Asker, EgressRequest, ToolRun
from ledgerflow.toolbox.services import calling
from ledgerflow.toolbox.services.attempts import TOOLS
from ledgerflow.toolbox.services.calling import Asking, ToolFailedError

_SHORT = "timeout_seconds=2"
_LONGER = "timeout_seconds=20"
_SMALL = "memory_bytes=300 * 1024 * 1024, timeout_seconds=10"

#: What a tool does, how much it may use, how its run ends, and a part of the sentence.
_MISDEEDS = {
    "hangs": ("time.sleep(600)", _SHORT, "time", "took more than 2 seconds"),
    "hangs and hears no signal": (
        ("import signal\nfor number in range(1, 60):\n    try: signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "while True:\n    try: time.sleep(600)\n    except BaseException: pass"),
        _SHORT, "time", "took more than 2 seconds",
    ),
    "computes for ever": ("while True: pass", _SHORT, "time", "took more than"),
    "computes for ever and catches everything": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass", _SHORT, "time", "took more",
    ),
    "hangs in a regular expression": (
        "import re\nre.match(r'(a+)+$', 'a' * 64 + 'b')", _SHORT, "time", "took more than 2 seconds"),
    "leaks memory": ("kept = []\nwhile True: kept.append(bytearray(1_000_000))", _SMALL, "memory", "300 MB"),
    "wants all memory at once": ("return Said('x' * 8_000_000_000)", _SMALL, "memory", "300 MB"),
    "prints without end": ("while True: print('x' * 1000)", _SHORT, "time", "took more than"),
    "fills stderr": ("while True: sys.stderr.write('x' * 1000)", _SHORT, "time", "took more than"),
    "answers too much": ("return Said('x' * 2_000_000)", _LONGER, "output", "2,000,"),
    "writes a huge file": (
        "import tempfile\nwith tempfile.TemporaryFile() as file:\n    while True: file.write(b'x' * 1_000_000)",
        "", "broken", "OSError"),
    "forks": ("os.fork()\nreturn Said('both')", _LONGER, "done|broken", ""),
    "leaves processes behind": (
        "for _ in range(5):\n    if not os.fork():\n        os.setsid()\n        time.sleep(600)\nreturn Said('left')",
        _LONGER, "done", ""),
    "forks a lot": (
        "for _ in range(8):\n    try: os.fork()\n    except OSError: pass\nwhile True: time.sleep(1)",
        "timeout_seconds=1", "time", ""),
    "leaves its process": ("os._exit(0)", _LONGER, "died", "ended without an answer"),
    "exits": ("sys.exit('enough')", _LONGER, "broken", "SystemExit"),
    "interrupts": ("raise KeyboardInterrupt", _LONGER, "broken", "KeyboardInterrupt"),
    "raises what is no Exception": (
        "class Odd(BaseException): pass\nraise Odd('odd')", _LONGER, "broken", "Odd"),
    "raises an error without words": (
        "class Mute(Exception):\n    def __str__(self): raise RuntimeError\nraise Mute", _LONGER, "broken", "Mute"),
    "raises a huge error": ("raise ValueError('x' * 50_000_000)", _LONGER, "broken", "ValueError"),
    "raises a group": ("raise ExceptionGroup('many', [ValueError(1)])", _LONGER, "broken", "ExceptionGroup"),
    "recurses": ("def again(): return again()\nagain()", _LONGER, "broken", "RecursionError"),
    "crashes": ("import ctypes\nctypes.string_at(0)", _LONGER, "died", "ended without an answer"),
    "aborts": ("os.abort()", _LONGER, "died", "ended without an answer"),
    "overflows the stack": (
        ("import ctypes\nsys.setrecursionlimit(10**9)\n"
        "deep = []\nfor _ in range(10**6): deep = [deep]\nrepr(deep)"), _LONGER, "died|broken", ""),
    "returns nothing": ("return None", _LONGER, "broken", "broke its contract"),
    "returns another type": ("return {'text': 'x', 'number': 1}", _LONGER, "broken", "broke its contract"),
    "returns a wrong field": ("return Said(3, 'x')", _LONGER, "broken", "broke its contract"),
    "returns half a character": ("return Said('\\ud800')", _LONGER, "broken", ""),
    "returns NUL": ("return Said('a\\0b')", _LONGER, "broken", ""),
    "talks garbage to the toolbox": (
        "for each in range(3, 64):\n    try: os.write(each, b'garbage\\n')\n    except OSError: pass\ntime.sleep(600)",
        _LONGER, "broken", "broke its contract"),
    "asks garbage of the toolbox": (
        ("for each in range(3, 64):\n    try: os.write(each, b'{\"ask\": {\"http\": 7}}\\n')\n"
        "    except OSError: pass\n"
        "time.sleep(600)"), _SHORT, "time|broken", ""),
    "forges its end": (
        ("for each in range(3, 64):\n    try: os.write(each, b'{\"end\": \"done\"}\\n')\n    except OSError: pass\n"
        "time.sleep(600)"), _LONGER, "broken", "broke its contract"),
    "closes everything": ("os.closerange(3, 256)\nreturn Said('closed')", _LONGER, "died", "without an answer"),
    "replaces its process": ("os.execv('/bin/true', ['true'])", _LONGER, "died", "without an answer"),
    "starts threads that hang": (
        ("import threading\nfor _ in range(20): threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "return Said('done')"), _LONGER, "done", ""),
    "changes the interpreter": (
        "import json, builtins\njson.dumps = lambda *a, **k: 'x'\nreturn Said('x')", _LONGER, "died|broken", ""),
    "ends its parent": ("os.kill(os.getppid(), 9)\nreturn Said('gone')", _LONGER, "done|died", ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def steady(bench):
    return bench.tool("return Said(text)", arguments="text: str")


@pytest.fixture(scope="module")
def misdeeds(bench, steady):
    paths = {
        name: bench.write(body, permissions=permissions, summary=f"It {name}")
        for name, (body, permissions, *_) in _MISDEEDS.items()
    }
    bench.register(*paths.values())
    return paths


def _said(bench, path):
    try:
        return str(bench.call(path).result)
    except ToolFailedError as error:
        return str(error)


@pytest.mark.parametrize("deed", _MISDEEDS)
def test_a_tool_that_misbehaves_is_contained(bench, misdeeds, steady, deed):
    _, _, outcomes, sentence = _MISDEEDS[deed]
    began = time.monotonic()

    said = _said(bench, misdeeds[deed])

    assert sentence in said
    assert len(said) < 5_000
    run = bench.run(misdeeds[deed])
    assert run.outcome in outcomes.split("|"), run.error_message
    assert time.monotonic() - began < 30
    assert bench.call(steady, text="goes on").result["text"] == "goes on"


_COMES_WITH_LEDGERFLOW = "tools.payee_lookup.identify_payee"
_AT_IMPORT = {
    "ends its process": "os._exit(3)",
    "leaves": "sys.exit(0)",
    "hangs": "time.sleep(600)",
    "starts a thread": "import threading; threading.Thread(target=time.sleep, args=(600,), daemon=True).start()",
    "changes the interpreter": "import json, warnings; json.dumps = lambda *a, **k: '7'; del warnings.warn",
}


@pytest.fixture(scope="module")
def _built_in(bench):
    bench.register(_COMES_WITH_LEDGERFLOW)


#: Each of its trials is given ten seconds; that a package that hangs is tried is seen where tools are registered.
_HEAVY = {"hangs"}


@pytest.mark.usefixtures("_built_in")
@pytest.mark.parametrize(
    "deed", [pytest.param(each, marks=[pytest.mark.heavy] * (each in _HEAVY)) for each in _AT_IMPORT]
)
def test_what_a_package_does_at_its_import_it_does_to_its_own_calls_alone(bench, steady, tmp_path, deed):
    mark = tmp_path / "imported"
    path = bench.tool("return Said('unharmed')", permissions="timeout_seconds=20")
    nobodys = bench.tool("return Said('never')", enabled=False)
    deeds = {
        each: f"open({str(mark)!r}, 'a').write({each!r})\n{_AT_IMPORT[deed]}\n@dataclass"
        for each in (path, nobodys)
    }
    for each, does in deeds.items():
        bench.edit(each, "@dataclass", does)
    TOOLS.close()

    said = _said(bench, path)
    others = [
        bench.call(steady, text="goes on").result["text"],
        bench.call(_COMES_WITH_LEDGERFLOW, text="4711 12/03").result["note"][:15],
    ]
    for each, does in deeds.items():  # the next registration looks at them too
        bench.edit(each, does, "@dataclass")

    assert ("unharmed" in said) == (deed == "starts a thread"), said
    assert others == ["goes on", "No name is left"]
    assert nobodys not in mark.read_text()


_ASKS_ON = """
while True:
    try: {asks}
    except Exception: pass
"""


def test_a_tool_that_asks_without_end_is_stopped_with_one_sentence(bench, steady):
    permissions = "network=True, timeout_seconds=600"
    sends = _ASKS_ON.format(asks="context.http.request('GET', 'http://169.254.169.254/')")
    sending = bench.tool(sends, arguments="context: Context", permissions=permissions)
    disabled = bench.tool("return Said('never')", enabled=False)
    calls = _ASKS_ON.format(asks=f"context.tools[{disabled!r}]()")
    calling_on = bench.tool(calls, arguments="context: Context", permissions=permissions, needs=(disabled,))
    charges = _ASKS_ON.format(asks="context.spent(Decimal('0.01'), 'USD')")
    charging = bench.tool(charges, arguments="context: Context", permissions="timeout_seconds=600")
    before = ToolRun.objects.count()

    for path in (sending, calling_on):
        assert "broke its contract (TooManyQuestions)" in _said(bench, path)
        assert "more than 200 requests and calls of other tools" in bench.run(path).error_message

    assert EgressRequest.objects.filter(run__module_path=sending).count() == 200
    assert ToolRun.objects.filter(module_path=disabled).count() == 200
    assert ToolRun.objects.count() == before + 202
    assert "broke its contract (TooManyQuestions)" in _said(bench, charging)
    assert "more than 200 times what it costs" in bench.run(charging).error_message
    assert bench.run(charging).cost == 2
    assert bench.call(steady, text="goes on").result["text"] == "goes on"


def test_a_package_reaches_no_network_while_it_is_imported(bench):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        reach = f"socket.create_connection({server.getsockname()!r}, timeout=5)"
        path = bench.tool("return Said('here')")
        bench.edit(path, "@dataclass", f"import socket\ntry: {reach}\nexcept OSError: pass\n@dataclass")
        TOOLS.close()

        assert bench.call(path).result["text"] == "here"

        if network_is_closed():
            with pytest.raises(TimeoutError):
                server.accept()


def test_an_unexpected_error_is_kept_with_its_place_but_logged_without_values(bench, caplog):
    path = bench.tool("raise KeyError(text)", arguments="text: str")

    with caplog.at_level(logging.INFO), pytest.raises(ToolFailedError) as caught:
        bench.call(path, text="payee of a private line")

    run = bench.run(path)
    assert (run.outcome, run.error_class) == ("broken", "KeyError")
    assert "payee of a private line" in run.error_message
    assert "raise KeyError(text)" in run.traceback
    assert "tool_jobs" not in run.traceback
    [record] = [each for each in caplog.records if each.name == f"ledgerflow.{path}"]
    assert record.levelno == logging.ERROR
    assert str(run.pk) in record.getMessage()
    assert "private" not in caplog.text
    assert caught.value.run_id == run.pk


@pytest.mark.parametrize("through", [Asker.PERSON, Asker.API, Asker.MCP])
def test_what_waits_in_a_request_is_let_go_of_before_the_tools_own_time_is_up(bench, monkeypatch, through):
    monkeypatch.setattr(calling, "MOST_SECONDS_IN_A_REQUEST", 1)
    path = bench.tool("time.sleep(600)", permissions="timeout_seconds=120")

    with pytest.raises(
        ToolFailedError, match=f"as long as a page .* `ledgerflow tools run {path}`"
    ) as raised:
        bench.call(path, asking=Asking(through=through, book=bench.book, user=bench.user))

    assert raised.value.outcome == "time"


def test_a_job_waits_for_all_of_the_tools_own_time(bench, monkeypatch):
    monkeypatch.setattr(calling, "MOST_SECONDS_IN_A_REQUEST", 1)
    path = bench.tool("time.sleep(2)\nreturn Said('late')", permissions="timeout_seconds=120")

    assert bench.call(path, asking=Asking(through=Asker.JOB, book=bench.book)).result["text"] == "late"


def test_what_a_tool_asks_for_is_let_go_of_with_it_and_says_why(bench, monkeypatch):
    monkeypatch.setattr(calling, "MOST_SECONDS_IN_A_REQUEST", 5)
    asked = bench.tool("time.sleep(600)", permissions="timeout_seconds=60")
    path = _asks(bench, asked)

    with pytest.raises(ToolFailedError):
        bench.call(path)

    said = f"{path} took more than 5 seconds, which is as long as a page or a program waits for a tool; "
    said += f"`ledgerflow tools run {path}` waits for all of its 120."
    assert (bench.run(asked).outcome, bench.run(asked).error_message) == ("time", said)
    assert bench.run(path).error_message == said


def test_what_a_tool_asks_for_ends_after_its_own_time_where_that_is_over_first(bench):
    asked = bench.tool("time.sleep(600)", permissions="timeout_seconds=1")

    with pytest.raises(ToolFailedError):
        bench.call(_asks(bench, asked))

    assert bench.run(asked).error_message == f"{asked} took more than 1 seconds."


def _asks(bench, asked):
    return bench.tool(
        f"context.tools[{asked!r}]()\nreturn Said('never')",
        arguments="context: Context",
        permissions="timeout_seconds=120",
        needs=(asked,),
    )
