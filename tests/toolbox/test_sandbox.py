import contextlib
import errno
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ledgerflow.toolbox.enforced import network_is_closed
from ledgerflow.toolbox.isolation import NEW_PROCESSES, NEW_USERS, Isolation, _can
from ledgerflow.toolbox.sandbox import (
    ChildDiedError,
    GarbledAnswerError,
    Limits,
    OutOfMemoryError,
    OutOfTimeError,
    Sandbox,
    SandboxError,
    ToolFailedError,
)
from tests.lives import comes_true, is_held
from tests.sources import ROOT

_SHORT = Limits(cpu_seconds=1, wall_seconds=10)
#: For jobs that are ended by something else than their time, however busy the machine is.
_AMPLE = Limits(cpu_seconds=60, wall_seconds=100)
_CALLER = """
import sys
from ledgerflow.toolbox.sandbox import Limits, Sandbox
Sandbox(f"tests.toolbox.{sys.argv[1]}").run(
    "start_children", content=b"", request={"folder": sys.argv[2], "hangs": True}, limits=Limits(wall_seconds=100)
)
"""


class _EnoughError(Exception):
    """A test has seen enough of a job."""


@pytest.fixture(scope="module")
def sandbox():
    sandbox = Sandbox("tests.toolbox.misbehaving_jobs")
    yield sandbox
    sandbox.close()


def _run(sandbox, job, content=b"", limits=_SHORT, *, ask=None, checkpoint=None, **request):
    return sandbox.run(job, content=content, request=request, limits=limits, ask=ask, checkpoint=checkpoint)


@pytest.fixture(scope="module")
def own_processes():
    """Whether the kernel lets an ordinary process have namespaces."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if _can("unshare", NEW_USERS | NEW_PROCESSES) else 1)
    return os.waitpid(pid, 0)[1] == 0


def _works(sandbox):
    return _run(sandbox, "echo", b"a\nb\n", name="x") == [b"a\n", b"b\n", b"{'name': 'x'}"]


def test_a_job_it_runs_with_content_and_request(sandbox):
    assert _works(sandbox)


def test_large_content_it_hands_over_whole(sandbox):
    content = os.urandom(8_000_000)

    assert b"".join(_run(sandbox, "echo", content)).startswith(content)


@pytest.mark.parametrize("job", ["use_memory", "use_memory_bit_by_bit"])
def test_too_much_memory_becomes_a_sentence(sandbox, job):
    with pytest.raises(OutOfMemoryError, match="768 MB"):
        _run(sandbox, job, limits=Limits())

    assert _works(sandbox)


def test_too_much_processor_time_becomes_a_sentence(sandbox):
    with pytest.raises(OutOfTimeError, match="more than 1 seconds"):
        _run(sandbox, "use_processor", limits=Limits(cpu_seconds=1, wall_seconds=8))

    assert _works(sandbox)


def test_a_job_that_hangs_is_stopped_though_it_blocks_the_alarm(sandbox):
    began = time.monotonic()

    with pytest.raises(OutOfTimeError):
        _run(sandbox, "sleep_for_ever", limits=Limits(cpu_seconds=1, wall_seconds=1))

    assert time.monotonic() - began < 40, "it sleeps for a minute"
    assert _works(sandbox)


def test_too_much_output_becomes_a_sentence(sandbox):
    with pytest.raises(ToolFailedError):
        _run(sandbox, "write_without_end", limits=Limits(output_bytes=5_000_000))

    assert _works(sandbox)


def test_an_unexpected_error_names_its_kind_but_nothing_of_the_content(sandbox):
    with pytest.raises(ToolFailedError, match="RuntimeError") as caught:
        _run(sandbox, "fail", b"secret payee")

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("job", ["leave", "crash", "exit_politely"])
def test_a_child_that_dies_becomes_a_sentence(sandbox, job):
    with pytest.raises(ChildDiedError, match="without an answer"):
        _run(sandbox, job)

    assert _works(sandbox)


def test_an_unknown_job_is_a_failure(sandbox):
    with pytest.raises(SandboxError):
        _run(sandbox, "no_such_job")


def test_the_child_has_its_limits(sandbox):
    assert _run(sandbox, "tell_limits", limits=Limits()) == [
        b"%d\n" % (768 * 1024 * 1024),
        b"10\n",
        b"%d\n" % (256 * 1024 * 1024),
        b"0\n",
    ]


def test_the_child_knows_no_secret_of_the_environment(sandbox, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hidden")
    own = Sandbox("tests.toolbox.misbehaving_jobs")

    names = _run(own, "tell_environment")
    own.close()

    assert b"SECRET_KEY\n" not in names
    assert not [name for name in names if name.startswith((b"DATABASE", b"DJANGO", b"LEDGERFLOW"))]


@pytest.mark.parametrize("module", ["misbehaving_jobs", "misbehaving_without_namespaces"])
def test_the_child_reaches_no_network_where_the_kernel_allows_to_leave_it(module):
    own = Sandbox(f"tests.toolbox.{module}")
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        answer = _run(own, "reach_out", host=host, port=port)
    own.close()

    assert answer == [b"unreachable" if network_is_closed() else b"reached"]


#: In a process of its own, on a kernel that gives no namespaces: nothing of this can be taken back.
_ENCLOSED = """
import ctypes, json, socket, subprocess, sys
from ledgerflow.toolbox import isolation
can = isolation._can
isolation._can = lambda name, *arguments: name != "unshare" and can(name, *arguments)
other = subprocess.Popen(["sleep", "60"])
libc = ctypes.CDLL(None, use_errno=True)

def outcome(act):
    try:
        return "done" if act() != -1 else ctypes.get_errno()
    except OSError as error:
        return error.errno

def child():
    made = "import socket\\ntry: socket.socket()\\nexcept OSError as error: print(error.errno)"
    return int(subprocess.run([sys.executable, "-c", made], capture_output=True, check=True).stdout or 0)

is_closed = isolation.close_network()
kinds = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK, socket.AF_PACKET, socket.AF_VSOCK)
said = {kind.name: outcome(lambda kind=kind: socket.socket(kind, socket.SOCK_DGRAM)) for kind in kinds}
said["pair of our own"] = outcome(socket.socketpair)
said["pair over TIPC"] = outcome(lambda: libc.socketpair(30, 1, 0, (ctypes.c_int * 2)()))
said["io_uring"] = outcome(lambda: libc.syscall(425, 8, (ctypes.c_char * 120)()))
said["memory of another"] = outcome(lambda: open(f"/proc/{other.pid}/mem", "r+b"))
said["trace of another"] = outcome(lambda: libc.ptrace(16, other.pid, 0, 0))
said["a program that it starts"] = child()
other.kill()
print(json.dumps([is_closed, said]))
"""


def test_where_there_are_no_namespaces_sockets_are_refused_and_so_is_reaching_into_others():
    done = subprocess.run(
        [sys.executable, "-c", _ENCLOSED], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    is_closed, said = json.loads(done.stdout)

    if not is_closed:
        pytest.skip("this kernel has neither")
    assert said.pop("pair of our own") == "done"
    assert set(said.values()) == {errno.EACCES}, said


def test_each_call_has_a_process_of_its_own_that_sees_no_other(sandbox, own_processes):
    answer = _run(sandbox, "signal_everybody", process=os.getpid())

    assert answer == [b"unseen" if own_processes else b"seen"]


@pytest.mark.parametrize("module", ["misbehaving_jobs", "misbehaving_without_namespaces"])
@pytest.mark.parametrize("hangs", [False, True])
def test_whatever_a_job_starts_ends_with_it(tmp_path, hangs, module):
    own = Sandbox(f"tests.toolbox.{module}")
    seen = []

    def look():
        seen[:] = filter(is_held, _children(tmp_path))
        if len(seen) == 2:
            raise _EnoughError

    with contextlib.suppress(_EnoughError):
        _run(
            own,
            "start_children",
            folder=str(tmp_path),
            hangs=hangs,
            limits=_AMPLE,
            checkpoint=look if hangs else None,
        )

    assert all(each.exists() for each in _children(tmp_path))
    assert len(seen) == (2 if hangs else 0)
    assert _end(tmp_path)
    own.close()


@pytest.mark.parametrize("module", ["misbehaving_jobs", "misbehaving_without_namespaces"])
def test_a_job_that_is_not_short_ends_with_what_its_caller_could_not_do(tmp_path, module):
    own = Sandbox(f"tests.toolbox.{module}")

    def fail():
        assert comes_true(lambda: all(map(is_held, _children(tmp_path))))
        raise _EnoughError

    with pytest.raises(_EnoughError):
        own.run(
            "start_children",
            content=b"",
            request={"folder": str(tmp_path), "hangs": True},
            limits=_AMPLE,
            unless_short=fail,
        )

    assert _end(tmp_path)
    own.close()


def _children(folder):
    return [folder / f"alive-{leaves_group}" for leaves_group in (False, True)]


def _end(folder):
    return comes_true(lambda: not any(is_held(each) for each in _children(folder)))


def test_a_job_asks_its_caller(sandbox):
    asked = []

    answer = _run(sandbox, "ask_twice", ask=lambda question: asked.append(question) or {"seen": len(asked)})

    assert answer == [b"{'seen': 1}\n", b"{'seen': 2}\n"]
    assert asked == [{"number": 1}, {"number": 2}]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("garbage\n", 1),
        ("[]\n", 1),
        ("\0\xff\n", 1),
        ('{"ask": 3}\n', 1),
        ("[" * 100_000 + "\n", 1),
        ("x", 200_000_000),
    ],
)
def test_garbage_on_the_socket_becomes_a_sentence(sandbox, text, times):
    with pytest.raises(GarbledAnswerError, match="protocol"):
        _run(sandbox, "shout", text=text, times=times, ask=dict, limits=_AMPLE)

    assert _works(sandbox)


def test_a_checkpoint_ends_a_job(sandbox):
    def stop():
        raise _EnoughError

    with pytest.raises(_EnoughError):
        _run(sandbox, "sleep_for_ever", checkpoint=stop, limits=_AMPLE)


def test_a_checkpoint_ends_a_job_that_asks_without_a_pause(sandbox):
    asked = []

    def stop():
        if len(asked) >= 10:
            raise _EnoughError

    with pytest.raises(_EnoughError):
        _run(sandbox, "ask_on_and_on", ask=lambda _: asked.append(1) or {}, checkpoint=stop, limits=_AMPLE)

    assert len(asked) == 10


def test_a_job_that_asks_without_a_pause_is_stopped_when_its_time_is_up(sandbox):
    with pytest.raises(OutOfTimeError):
        _run(
            sandbox,
            "ask_on_and_on",
            ask=lambda _: time.sleep(0.01) or {},
            limits=Limits(cpu_seconds=60, wall_seconds=2),
        )


@pytest.mark.parametrize("module", ["misbehaving_jobs", "misbehaving_without_namespaces"])
def test_no_child_outlives_a_caller_that_is_killed(tmp_path, module):
    caller = subprocess.Popen([sys.executable, "-c", _CALLER, module, str(tmp_path)])
    assert comes_true(lambda: all(is_held(each) for each in _children(tmp_path)))

    caller.kill()
    caller.wait()

    assert _end(tmp_path)


def test_it_looks_for_strays_until_none_is_left_however_long_they_take_to_die(monkeypatch):
    looks, killed = iter([{1_000_001}] * 150 + [{1_000_002}, set()]), []
    monkeypatch.setattr("ledgerflow.toolbox.isolation._children", lambda: next(looks))
    monkeypatch.setattr("ledgerflow.toolbox.isolation._kill", killed.append)

    Isolation(processes=None).end()

    assert killed[-1] == 1_000_002
    assert next(looks, None) is None


def test_calls_from_many_threads_it_keeps_apart(sandbox):
    answers = {}

    def call(number):
        answers[number] = _run(sandbox, "echo", b"%d\n" % number, limits=Limits())[0]

    threads = [threading.Thread(target=call, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {number: b"%d\n" % number for number in range(12)}


def test_a_slow_call_holds_up_no_other(sandbox):
    is_running, is_enough = threading.Event(), threading.Event()

    def look():
        is_running.set()
        if is_enough.is_set():
            raise _EnoughError

    def hang():
        with pytest.raises(_EnoughError):
            _run(sandbox, "sleep_for_ever", checkpoint=look, limits=_AMPLE)

    slow = threading.Thread(target=hang)
    slow.start()
    assert is_running.wait(60)

    assert _works(sandbox)
    assert slow.is_alive()
    is_enough.set()
    slow.join()


def test_a_dead_warm_process_it_replaces(sandbox):
    _works(sandbox)
    warm = sandbox._process
    warm.kill()
    warm.wait()

    assert _works(sandbox)
    assert sandbox._process.pid != warm.pid


def test_a_forked_process_starts_a_warm_process_of_its_own(sandbox):
    _works(sandbox)
    warm = sandbox._process.pid
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _works(sandbox)
            os.write(writer, b"%d" % sandbox._process.pid)
            sandbox.close()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        answer = answers.read()
    os.waitpid(pid, 0)

    assert answer.isdigit()
    assert int(answer) != warm
    assert _works(sandbox)
    assert sandbox._process.pid == warm


def test_the_warm_process_leaves_with_its_parent():
    sandbox = Sandbox("tests.toolbox.misbehaving_jobs")
    _works(sandbox)
    warm = sandbox._process.pid

    sandbox.close()

    with pytest.raises(ProcessLookupError):
        os.kill(warm, 0)


def test_a_call_costs_little_once_warm(sandbox):
    durations = []
    for _ in range(40):
        began = time.perf_counter()
        _works(sandbox)
        durations.append(time.perf_counter() - began)

    assert sorted(durations)[10] < 0.04  # a quarter of the calls: the machine may be busy with others


def test_no_descriptor_is_left_open(sandbox):
    _works(sandbox)
    before = len(list(Path("/proc/self/fd").iterdir()))

    for job in ("echo", "leave", "fail", "echo"):
        try:
            _run(sandbox, job)
        except SandboxError:
            continue

    assert len(list(Path("/proc/self/fd").iterdir())) == before
