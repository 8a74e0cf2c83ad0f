"""Whatever an endpoint does, it is a clear outcome on record, and nothing is suggested by it."""

import gzip
import json

import pytest

from ledgerflow.agent.sending import LONGEST_REPLY
from tests.agent.server import Behavior, ModelServer, answers, calls, completion

HALF = json.dumps(completion(calls=[("answer", '{"account": "6530"}')])).encode()[:-40]
TOO_LONG = completion(content="x" * (LONGEST_REPLY + 1))
NO_CALL = Behavior(completion(content="I think it is fuel."))

FAILURES = {
    "malformed JSON": ([Behavior(HALF)], "malformed", "no chat completion"),
    "no JSON at all": ([Behavior(b"<html>Bad gateway</html>")], "malformed", "no chat completion"),
    "JSON of another kind": ([Behavior([1, 2])], "malformed", "no chat completion"),
    "no message in the choice": ([Behavior({"choices": [{"message": None}]})], "malformed", "no chat completion"),
    "empty choices": ([Behavior(completion() | {"choices": []})], "empty", "holds no choice"),
    "an error in a 200": ([Behavior({"error": {"message": "no"}})], "empty", "holds no choice"),
    "too long": ([Behavior(TOO_LONG)], "malformed", "longer than"),
    "a bomb": (
        [Behavior(gzip.compress(b" " * (LONGEST_REPLY + 1)), headers={"Content-Encoding": "gzip"})],
        "malformed",
        "longer than",
    ),
    "it does not answer": ([Behavior(completion(), wait=3)], "time", "within 1 seconds"),
    "a slow body": ([Behavior(completion(content="slow"), drip=0.05)], "time", "within 1 seconds"),
    "it hangs up": ([Behavior(hangs_up=True)], "unavailable", "cannot be reached"),
    "429 with Retry-After": (
        [Behavior({"error": {"message": "slow down"}}, status=429, headers={"Retry-After": "90"})],
        "limited",
        "wait 90 seconds",
    ),
    "429 without": ([Behavior({}, status=429)], "limited", "does not say for how long"),
    "429 until a date": (
        [Behavior({}, status=429, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})],
        "limited",
        "does not say for how long",
    ),
    "500": ([Behavior({"error": {"message": "boom"}}, status=500)], "unavailable", "HTTP 500"),
    "503 as text": ([Behavior(b"down", status=503)], "unavailable", "HTTP 503"),
    "401": ([Behavior({"error": {"message": "bad key"}}, status=401)], "refused", "LEDGERFLOW_AGENT_KEY"),
    "404": ([Behavior({"error": {"message": "no model"}}, status=404)], "refused", "LEDGERFLOW_AGENT_MODEL"),
    "400": ([Behavior({"error": {"message": "no tools"}}, status=400)], "refused", "HTTP 400"),
    "a redirect": (
        [Behavior({}, status=302, headers={"Location": "http://127.0.0.1:1/v1/elsewhere"})],
        "refused",
        "not followed",
    ),
    "truncated": (
        [Behavior(completion(calls=[("answer", '{"account": "65')], finish="length"))],
        "truncated",
        "cut off",
    ),
    "truncated text": ([Behavior(completion(content="Well, let", finish="length"))], "truncated", "cut off"),
    "text instead of an answer": ([NO_CALL], "wrong", "no JSON"),
    "an empty message": ([Behavior(completion(content=None))], "wrong", "no JSON"),
    "wrong schema": ([answers("6530", password="x")], "wrong", "fields that nobody asked for"),
    "an account as a number": ([Behavior(completion(calls=[("answer", '{"account": 6530}')]))], "wrong", "no text"),
    "no account": ([Behavior(completion(calls=[("answer", '{"reason": "x"}')]))], "wrong", "names no account"),
    "deep JSON": ([Behavior(completion(calls=[("answer", "[" * 9_000)]))], "wrong", "no JSON"),
    "a list": ([Behavior(completion(calls=[("answer", "[]")]))], "wrong", "no JSON object"),
    "a tax line of its own": ([answers("6530", tax_line="99z")], "wrong", "tax line"),
    "evidence of another kind": ([answers("6530", evidence=[{"a": 1}])], "wrong", "no list of texts"),
    "tools without end": ([calls(("send_money", "{}"))], "endless", "no answer within 4"),
    "refusal of the model": (
        [Behavior({**completion(), "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "refusal": "I cannot."}}
        ]})],
        "wrong",
        "no JSON",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_an_outcome_with_a_sentence(desk, settings, name):
    script, outcome, sentence = FAILURES[name]
    settings.AGENT_SECONDS = 1
    line = desk.open()
    desk.server.says(*script)

    asked = desk.ask()

    conversation = desk.conversation
    assert (conversation.outcome, desk.made(line).account, asked.suggested) == (outcome, None, 0)
    assert sentence in conversation.sentence
    assert conversation.finished_at is not None
    assert all(turn.state != "sent" for turn in desk.turns)
    assert set(desk.hosts) == {f"127.0.0.1:{desk.server.port}"}


def test_nobody_listens(desk, settings):
    with ModelServer().running() as gone:
        settings.AGENT_URL = gone.url
    desk.open()

    desk.ask()

    assert desk.conversation.outcome == "unavailable"
    assert "LEDGERFLOW_AGENT_URL" in desk.conversation.sentence


def test_a_short_wait_is_waited_out_once(desk):
    line = desk.open()
    desk.server.says(Behavior({}, status=429, headers={"Retry-After": "2"}), answers("6530"))

    desk.ask()

    assert desk.pauses == [2]
    assert desk.made(line).account == desk.fuel
    assert [turn.state for turn in desk.turns] == ["failed", "answered"]


def test_a_busy_endpoint_is_left_alone_and_the_run_tells_for_how_long(desk):
    for name in ("Alpha Works", "Beta Works", "Gamma Works"):
        desk.open(name)
    desk.server.says(Behavior({}, status=429, headers={"Retry-After": "120"}))

    asked = desk.ask()

    assert (asked.asked, asked.wait, desk.pauses) == (1, 120, [])
    assert len(desk.server.requests) == 1


def test_after_three_failures_the_others_are_not_tried(desk):
    for name in ("Alpha Works", "Beta Works", "Gamma Works", "Delta Works", "Epsilon Works"):
        desk.open(name)
    desk.server.says(Behavior({}, status=500))

    asked = desk.ask()

    assert asked.asked == 3
    assert "HTTP 500" in asked.stopped


def test_one_failure_does_not_stop_the_next_payee(desk):
    for name in ("Alpha Works", "Beta Works"):
        desk.open(name)
    desk.server.says(Behavior(HALF), answers("6530"))

    asked = desk.ask()

    assert (asked.asked, asked.suggested) == (2, 1)


def test_nothing_streams_and_the_key_is_sent_nowhere_else(desk, settings):
    settings.AGENT_KEY = "a-key-that-nobody-may-see"
    desk.open()
    desk.server.says(Behavior({"error": {"message": "a-key-that-nobody-may-see"}}, status=401))

    desk.ask()

    assert desk.server.requests[0]["stream"] is False
    assert desk.server.headers[0]["authorization"] == "Bearer a-key-that-nobody-may-see"
    assert "a-key-that" not in str([(turn.sent, turn.received, turn.sentence) for turn in desk.turns])
    assert "a-key-that" not in desk.conversation.sentence


def test_text_that_postgresql_cannot_keep_is_no_fault(desk):
    line = desk.open()
    desk.server.says(answers("6530", reason="a\x00b\ud800c", payee="\u202eevil"))

    desk.ask()

    assert desk.made(line).account == desk.fuel
    assert "\u202e" not in str(desk.conversation.answer)
