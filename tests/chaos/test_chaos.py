"""The short form of `make chaos`, and a database that restarts under a running LedgerFlow."""

import json
import os
import random
import signal
import threading
import time

import pytest

from tests.chaos.killing import of
from tests.chaos.person import Person
from tests.chaos.run import chaos, started
from tests.embedded import processes


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with started(tmp_path_factory.mktemp("up") / "data") as up_and_person:
        yield up_and_person


def test_killed_processes_lose_nothing_that_was_promised(running):
    seed = int(os.environ.get("SEED", random.randrange(10**6)))

    figures = chaos(*running, kills=2, seed=seed, pause=0.3)

    assert figures["kills"] == {"web": 2, "worker": 2, "postgres": 2}
    assert figures["entries by hand"]
    assert figures["files"]


def test_requests_wait_for_a_database_that_restarts(running):
    (up, person), answers = running, []
    ask = threading.Thread(target=lambda: answers.extend(person.get("/books/chaos/") for _ in range(6)))

    ask.start()
    processes.kill(*processes.servers(up.data_dir))
    ask.join(60)

    assert {answer.status for answer in answers} <= {200, 503}
    assert answers[-1].status == 200
    assert all(answer.retry_after for answer in answers if answer.status == 503)


def test_while_the_database_is_gone_the_answer_is_a_clean_503_and_comes_back_by_itself(running):
    up, _ = running
    stranger = Person(up.address)
    stranger.get("/sign-in/")
    supervisors = processes.supervisors(up.data_dir)
    for each in supervisors:
        os.kill(each, signal.SIGSTOP)  # nobody starts it again meanwhile
    started_at = time.monotonic()
    os.kill(up.process.pid, signal.SIGSTOP)
    try:
        processes.kill(*processes.servers(up.data_dir))
        page = stranger.get("/invitation/no-such-invitation/")
        as_json = stranger.get("/invitation/no-such-invitation/", Accept="application/json")
        quick = time.monotonic()
        again = stranger.get("/invitation/no-such-invitation/")
        ready, alive = stranger.get("/readyz"), stranger.get("/healthz")
        took = time.monotonic() - quick
    finally:
        os.kill(up.process.pid, signal.SIGCONT)
        for each in supervisors:
            os.kill(each, signal.SIGCONT)

    assert time.monotonic() - started_at < 60
    assert (page.status, page.retry_after) == (503, "5")
    assert "The database does not answer just now" in page.text
    assert "</html>" in page.text
    assert (as_json.status, json.loads(as_json.text)["retry_after"]) == (503, 5)
    assert again.status == 503
    assert (ready.status, json.loads(ready.text)["checks"]) == (503, {"Database": "bad"})
    assert alive.status == 200
    assert took < 30
    processes.wait_for(
        lambda: stranger.get("/invitation/no-such-invitation/").status not in {0, 503}, seconds=30
    )
    processes.wait_for(lambda: stranger.get("/readyz").status == 200, seconds=60)
    assert of(up.process.pid, "ledgerflow.cli worker")
