"""Recorded conversations come to the same decisions without a network; `golden/` holds some, one of each ending.

Run with ``REGENERATE=1`` to write the files anew from conversations with the scripted server; the diff is the review.
"""

import json
import os
import socket
from copy import deepcopy
from pathlib import Path

import pytest

from ledgerflow.agent.services.replay import ReplayError, recorded, replay
from tests.agent.desk import PAYEE, SEARCH
from tests.agent.server import Behavior, answers, calls, completion

GOLDEN = Path(__file__).parent / "golden"
WISH = [calls(("search_payee", '{"topic": "company"}'), ("send_email", "{}"), ("identify_payee", "{}"))]
SCRIPTS = {
    "proposed": [answers("6530", reason="It sells fuel.", evidence=["Its name."])],
    "unsure": [answers(None)],
    "put_right": [answers("Fuel"), answers("6530")],
    "wrong": [answers("9999")],
    "looked_up": [*WISH, answers("6530")],
    "endless": WISH,
    "truncated": [Behavior(completion(content="Well", finish="length"))],
    "limited": [Behavior({}, status=429, headers={"Retry-After": "90"})],
    "waited": [Behavior({}, status=429, headers={"Retry-After": "1"}), answers("6640")],
    "failed_after_a_look_up": [*WISH, Behavior({}, status=500)],
    "empty": [Behavior({"choices": []})],
    "budget": [*WISH, answers("6530")],
}


def _held(desk, name):
    desk.tools.results = {
        SEARCH: {"results": [{"title": "Blue Heron", "url": "https://example.org", "snippet": "Fuel."}]}
    }
    desk.allow(tools=(SEARCH, PAYEE), **({"calls_a_day": 1} if name == "budget" else {}))
    desk.open("Blue Heron Supply")
    desk.open("BLUE HERON SUPPLY 4711 TX", "-80.00")
    desk.server.says(*SCRIPTS[name])
    desk.ask()
    return recorded(desk.conversation)


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a replay opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_was_just_said_replays_to_the_same(desk, name):
    record = _held(desk, name)
    if os.environ.get("REGENERATE"):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / f"{name}.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")

    # As JSON, the way it stands in the database.
    replayed = replay(json.loads(json.dumps(record)))

    assert replayed.is_same
    assert replayed.verdict.outcome == desk.conversation.outcome


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_golden_conversation_replays_with_the_network_off(no_network, path):
    record = json.loads(path.read_text())

    replayed = replay(record)

    assert replayed.is_same
    assert replayed.verdict.sentence == record["sentence"]


def test_there_is_a_golden_conversation_of_each_script():
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(SCRIPTS)


def _golden(name):
    return json.loads((GOLDEN / f"{name}.json").read_text())


def test_another_reply_comes_to_another_decision():
    record = _golden("proposed")
    record["turns"][0]["received"]["calls"][0]["arguments"] = '{"account": "6640"}'

    assert not replay(record).is_same


def test_a_record_that_would_be_said_otherwise_today_is_told():
    record = _golden("proposed")
    record["question"]["vendor"] = "Red Kite"
    with pytest.raises(ReplayError, match="would not be said so today"):
        replay(record)

    longer = deepcopy(_golden("looked_up"))
    longer["turns"].append(longer["turns"][-1])
    with pytest.raises(ReplayError, match="goes on"):
        replay(longer)

    shorter = _golden("looked_up")
    shorter["turns"].pop()
    with pytest.raises(ReplayError, match="ends here"):
        replay(shorter)
