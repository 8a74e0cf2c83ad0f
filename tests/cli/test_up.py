"""`ledgerflow up` for real: a folder of its own, the embedded server, web and worker, all of it ended afterwards."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Self

import pytest

from tests.embedded import processes

_NOT_INHERITED = {
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_BACKUP_URL",
    "REDIS_URL",
    "LEDGERFLOW_URL",
    "DEBUG",
    "PORT",
}


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _of(data_dir: Path) -> dict[int, str]:
    """The living processes that were started for the folder, with their command lines."""
    wanted, found = f"LEDGERFLOW_DATA_DIR={data_dir}".encode(), {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found


class Up:
    """A running `ledgerflow up`, and the five lines it has said."""

    def __init__(self, data_dir: Path, port: int, *options: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        started = time.monotonic()
        self.data_dir = data_dir
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ledgerflow.cli", "up", "--port", str(port), *options],
            env={**environment, "LEDGERFLOW_DATA_DIR": str(data_dir), "WEB_CONCURRENCY": "1"},
            cwd=processes.ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.lines = [self.process.stdout.readline().rstrip("\n") for _ in range(5)]
        self.seconds = time.monotonic() - started

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(30)
        self._stream.close()

    @property
    def _stream(self):
        assert self.process.stdout is not None
        return self.process.stdout

    @property
    def address(self) -> str:
        return self.lines[1].split()[1]

    @property
    def link(self) -> str:
        return self.lines[2].split()[2]

    def workers(self) -> list[int]:
        return [pid for pid, command in _of(self.data_dir).items() if "ledgerflow.cli worker" in command]


class Browser:
    """Keeps its cookies and sends forms as they stand on the page."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, address: str) -> str:
        return self._opener.open(address, timeout=20).read().decode()

    def press(self, address: str) -> tuple[str, str]:
        """Send the form of the page; return where it led and what stands there."""
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', self.get(address))
        assert token is not None
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1]}).encode()
        with self._opener.open(address, data=form, timeout=20) as answer:
            return answer.url, answer.read().decode()


def _is_ready(up: Up) -> bool:
    """Whether it says that it can serve: a worker takes a moment to register."""
    try:
        return json.loads(Browser().get(f"{up.address}/readyz"))["status"] == "ready"
    except urllib.error.HTTPError:
        return False


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """The first start in a new folder; it runs until the last test of this module stops it."""
    with Up(tmp_path_factory.mktemp("up"), _free_port()) as up:
        yield up


def test_it_says_five_lines_once_the_page_answers(first):
    data, address, sign_in, workers, ending = first.lines

    assert data == f"Data     {first.data_dir}"
    assert re.fullmatch(r"Address  http://localhost:\d+", address)
    assert re.fullmatch(r"Sign in  http://localhost:\d+/link/[\w-]+/  \(once, within a day\)", sign_in)
    assert workers == "Workers  1"
    assert ending == "Ctrl-C stops; data stays."
    assert Browser().get(f"{first.address}/healthz") == "ok\n"
    processes.wait_for(lambda: _is_ready(first), seconds=30)


def test_its_link_signs_in_once(first):
    led_to, _ = Browser().press(first.link)
    with pytest.raises(urllib.error.HTTPError) as second:
        Browser().press(first.link)

    assert led_to == f"{first.address}/welcome/"
    assert second.value.code == 410


def test_pages_have_their_style_sheets_and_scripts(first):
    browser = Browser()
    page = browser.get(f"{first.address}/sign-in/")
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)

    assert len(files) > 3
    assert all(browser.get(first.address + file) for file in files)


def test_a_worker_that_is_killed_is_started_again(first):
    processes.wait_for(lambda: len(first.workers()) == 1)
    (killed,) = first.workers()

    os.kill(killed, signal.SIGKILL)

    processes.wait_for(lambda: first.workers() not in ([], [killed]), seconds=30)
    processes.wait_for(lambda: _is_ready(first), seconds=30)


def test_a_second_start_is_quicker_takes_the_next_port_and_shares_the_database(first):
    taken = int(first.address.rpartition(":")[2])

    with Up(first.data_dir, taken, "--web-only") as second:
        assert second.seconds < first.seconds
        assert int(second.address.rpartition(":")[2]) > taken
        assert second.lines[1].endswith(f"(port {taken} is busy)")
        assert second.lines[3] == "Workers  none: --web-only"
        assert _is_ready(second)
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(60) == 0

    processes.wait_for(lambda: _is_ready(first), seconds=30)


def test_asked_to_stop_it_leaves_no_process_behind(first):
    first.process.send_signal(signal.SIGTERM)
    status = first.process.wait(60)

    assert status == 0
    processes.wait_for(lambda: _of(first.data_dir) == {}, seconds=30)
    processes.wait_until_stopped(first.data_dir)
