"""The door of MCP clients at /mcp: a token, no pages of other sites, one message a POST, no stream."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from ledgerflow.api.models import Scope
from ledgerflow.api.services import revoke_token, token_of
from tests.api.asking import secret_of
from tests.booked import BookedFile
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def file() -> BookedFile:
    return BookedFile(3)


def _send(secret, message, **headers):
    given = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
    given |= {"Authorization": f"Bearer {secret}"} if secret else {}
    body = message if isinstance(message, str | bytes) else json.dumps(message)
    return Client(raise_request_exception=False).post(
        "/mcp", body, content_type="application/json", headers=given | headers
    )


def _call(name, **arguments):
    return {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": {"name": name, "arguments": arguments},
    }


def test_one_message_is_answered_with_json(file):
    answer = _send(secret_of(file.owner), _call("list_books"))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    result = answer.json()["result"]
    assert result["structuredContent"]["books"][0]["slug"] == file.book.slug


@pytest.mark.parametrize("method", ["get", "delete", "put", "head", "options"])
def test_there_is_no_stream_and_no_session(file, method):
    ask = getattr(Client(), method)

    answer = ask("/mcp", headers={"Authorization": f"Bearer {secret_of(file.owner)}"})

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize("secret", ["", "lf_wrong", "lf_" + "x" * 43])
def test_whoever_has_no_token_is_told_nothing_more(secret):
    answer = _send(secret, _call("list_books"))

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert "detail" not in answer.json()


def test_a_revoked_token_opens_nothing(file):
    secret = secret_of(file.owner)
    revoke_token(token=token_of(secret=secret, now=timezone.now()), now=timezone.now())

    assert _send(secret, _call("list_books")).status_code == 401


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://testserver", 200),
        ("http://evil.example", 403),
        ("null", 403),
        ("", 403),
        ("https://testserver", 403),
        ("http://testserver.evil.example", 403),
        ("http://testserver:8000", 403),
    ],
)
def test_a_page_of_another_site_does_not_speak_here(file, origin, status):
    assert _send(secret_of(file.owner), _call("list_books"), Origin=origin).status_code == status


def test_a_host_that_is_not_ours_is_not_answered(file):
    assert _send(secret_of(file.owner), _call("list_books"), Host="evil.example").status_code == 400


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        '{"jsonrpc": "2.0"}',
        "[" * 2_000,
        {"jsonrpc": "1.0", "id": 1, "method": "x"},
    ],
)
def test_what_is_no_message_is_refused(file, message):
    answer = _send(secret_of(file.owner), message)

    assert answer.status_code in {400, 202}, answer.content


def test_a_message_that_is_too_long_is_refused(file):
    answer = _send(secret_of(file.owner), _call("search_lines", book="shop", text="x" * 4_500_000))

    assert answer.status_code == 413


def test_an_unknown_method_and_an_unknown_tool_are_errors(file):
    secret = secret_of(file.owner)

    method = _send(secret, {"jsonrpc": "2.0", "id": 1, "method": "books/delete"}).json()
    tool = _send(secret, _call("accept_proposal", book=file.book.slug)).json()

    assert method["error"]["code"] == -32601
    assert tool["result"]["isError"]
    assert "no tool" in tool["result"]["content"][0]["text"]


def test_the_secret_does_not_come_back(file):
    secret = secret_of(file.owner, Scope.READ)

    answer = _send(secret, _call("propose_rule", book=file.book.slug, text=secret))

    assert secret not in answer.content.decode()


def test_an_unexpected_error_is_a_sentence_and_is_logged(file, monkeypatch, caplog):
    monkeypatch.setattr("ledgerflow.api.questions.books.trial_balance", lambda **_: 1 / 0)

    result = _send(secret_of(file.owner), _call("account_balance", book=file.book.slug)).json()["result"]

    assert result["isError"]
    assert "error log" in result["content"][0]["text"]
    assert "ZeroDivisionError" in caplog.text
