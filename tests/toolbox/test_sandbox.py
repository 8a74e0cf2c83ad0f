import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from ledgerflow.toolbox.sandbox import (
    ChildDiedError,
    Limits,
    OutOfMemoryError,
    OutOfTimeError,
    Sandbox,
    SandboxError,
    ToolFailedError,
)

_SHORT = Limits(cpu_seconds=1, wall_seconds=10)


@pytest.fixture(scope="module")
def sandbox():
    sandbox = Sandbox("tests.toolbox.misbehaving_jobs")
    yield sandbox
    sandbox.close()


def _run(sandbox, job, content=b"", limits=_SHORT, **request):
    return sandbox.run(job, content=content, request=request, limits=limits)


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

    assert time.monotonic() - began < 10
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


def test_the_child_reaches_no_network_where_the_kernel_allows_to_leave_it(sandbox):
    pid = os.fork()  # whether an ordinary process may leave the network is the kernel's choice
    if pid == 0:
        from ledgerflow.toolbox.child import _leave_network

        os._exit(0 if _leave_network() else 1)
    allowed = os.waitpid(pid, 0)[1] == 0
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        answer = _run(sandbox, "reach_out", host=host, port=port)

    assert answer == [b"unreachable" if allowed else b"reached"]


def test_each_call_has_a_process_of_its_own(sandbox):
    first, second = _run(sandbox, "tell_process"), _run(sandbox, "tell_process")

    assert first[0] != second[0]
    assert first[1] == second[1] != b"%d\n" % os.getpid()


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
    def use_processor():
        with pytest.raises(OutOfTimeError):
            _run(sandbox, "use_processor")

    slow = threading.Thread(target=use_processor)
    slow.start()
    time.sleep(0.2)

    assert _works(sandbox)
    assert slow.is_alive()
    slow.join()


def test_a_dead_warm_process_it_replaces(sandbox):
    warm = int(_run(sandbox, "tell_process")[1])
    os.kill(warm, signal.SIGKILL)
    time.sleep(0.1)

    assert _works(sandbox)
    assert int(_run(sandbox, "tell_process")[1]) != warm


def test_a_forked_process_starts_a_warm_process_of_its_own(sandbox):
    warm = _run(sandbox, "tell_process")[1]
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writer, _run(sandbox, "tell_process")[1])
            sandbox.close()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        answer = answers.read()
    os.waitpid(pid, 0)

    assert answer.strip().isdigit()
    assert answer != warm
    assert _run(sandbox, "tell_process")[1] == warm


def test_the_warm_process_leaves_with_its_parent():
    sandbox = Sandbox("tests.toolbox.misbehaving_jobs")
    warm = int(_run(sandbox, "tell_process")[1])

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
