"""Redis that dies, freezes, flaps and returns, for real: requests go on, and pay no more than 300 ms in 15 s."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
import redis

from ledgerflow.core import cache
from ledgerflow.core.cache import FailoverCache

pytestmark = pytest.mark.redis
_MOST_EXTRA_SECONDS = 0.3


class _Server:
    """A redis-server on a port of its own that is ended with the test."""

    def __init__(self) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program
        self.process = subprocess.Popen(
            [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(redis.RedisError):
                if redis.Redis(port=self.port, socket_timeout=1).ping():
                    return
            time.sleep(0.05)
        pytest.fail("redis-server does not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def server() -> Iterator[_Server]:
    running = _Server()
    yield running
    running.kill()


@pytest.fixture
def cached(server: _Server) -> FailoverCache:
    made = FailoverCache(server.address, {})
    made.set("warm", 1)
    return made


def _work(cached: FailoverCache, seconds: float = 0.0, times: int = 200) -> float:
    """Set and get like requests do, which must always find what they have set; return the seconds it took too long."""
    began, extra, number = time.monotonic(), 0.0, 0
    while number < times or time.monotonic() - began < seconds:
        started = time.perf_counter()
        cached.set(f"key-{number}", number)
        found = cached.get(f"key-{number}", default=number)
        took = time.perf_counter() - started
        assert found == number
        extra += took if took > 0.05 else 0.0
        number += 1
        time.sleep(0.001)
    return extra


def _used_again_within(cached: FailoverCache, server: _Server, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while cached.is_away:
        assert time.monotonic() < deadline, "Redis answers but is not used"
        time.sleep(0.05)
    cached.set("back", 7)
    assert redis.Redis(port=server.port).exists(":1:back")


def test_a_redis_that_is_killed_costs_next_to_nothing_and_is_used_again_when_it_returns(server, cached):
    assert not cached.is_away
    server.kill()

    extra = _work(cached)

    assert extra <= _MOST_EXTRA_SECONDS
    assert cached.is_away
    server.start()
    _used_again_within(cached, server, 10)


def test_a_redis_that_freezes_in_flight_costs_one_short_wait(server, cached):
    server.freeze()

    extra = _work(cached)

    assert cached.is_away
    assert extra <= _MOST_EXTRA_SECONDS
    server.thaw()
    _used_again_within(cached, server, 10)


def test_a_redis_that_comes_and_goes_is_left_alone(server, cached):
    extra = 0.0
    for _ in range(3):
        server.freeze()
        extra += _work(cached, seconds=1.5)
        server.thaw()
        extra += _work(cached, seconds=1.5)

    assert cached.is_away
    assert extra <= _MOST_EXTRA_SECONDS


def test_what_memory_held_meanwhile_is_not_there_after_the_return(server, cached, monkeypatch):
    monkeypatch.setattr(cache, "_STEADY_SECONDS", 0.2)
    cached.set("kept", "before")
    server.freeze()
    cached.set("kept", "in flight")  # Redis may still do it when it goes on
    cached.set("kept", "meanwhile")
    assert cached.get("kept") == "meanwhile"

    server.thaw()
    _used_again_within(cached, server, 10)

    assert cached.get("kept") in {"before", "in flight"}


def test_every_call_has_its_place_in_memory(server, cached):
    server.kill()

    cached.set("one", 1)
    assert cached.add("two", 2)
    assert not cached.add("two", 3)
    assert cached.incr("one") == 2
    assert cached.touch("one", 60)
    assert cached.has_key("one")
    assert cached.set_many({"three": 3}) == []
    assert cached.get_many(["one", "two", "three"]) == {"one": 2, "two": 2, "three": 3}
    cached.delete_many(["three"])
    assert cached.delete("two")
    cached.clear()
    assert cached.get("one") is None
    cached.close()
