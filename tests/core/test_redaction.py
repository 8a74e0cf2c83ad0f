"""Canary secrets through every way text leaves the program: none of them gets out."""

import json
import logging
import sys
import time

import pytest

from ledgerflow.core import database_errors, redaction, sentry
from ledgerflow.core.doing import begun
from ledgerflow.core.logs import JsonFormatter, LineFormatter

_KEY = "-----BEGIN PRIVATE KEY-----\nMIIcanaryRSA\n-----END PRIVATE KEY-----"
#: What is written, and what of it must not be readable.
CANARIES = {
    "a value of the settings": ("it is known-canary-0001 here", "known-canary-0001"),
    "a password in an address": ("postgresql://lf_app:canary0002@db:5432/x", "canary0002"),
    "a redis password": ("redis://:canary0003@cache:6379/0", "canary0003"),
    "a password after another address": ("http://a/b,http://u:canary0016@c,d", "canary0016"),
    "a secret of a long name": (f"token_{'of_the_other_place' * 5} = canary0017", "canary0017"),
    "a bearer token": ("Authorization: Bearer canary0004abc", "canary0004"),
    "a form field": ("{'password': 'canary0005 with spaces'}", "canary0005"),
    "a cookie": ("Cookie: sessionid=canary0006; csrftoken=canary0006", "canary0006"),
    "an API key": ("api_key=canary0007", "canary0007"),
    "a key by its beginning": ("used sk-canary0008abcdefghij", "canary0008"),
    "a sign-in link": ("GET /link/canary0009-abcdef/ HTTP/1.1", "canary0009"),
    "a link to a question": ("GET /answer/canary0014-abcdef/ HTTP/1.1", "canary0014"),
    "a private key": (_KEY, "canaryRSA"),
    "a bank account": ("from DE89 3704 0044 0532 0130 00 today", "0440 0532"),
    "a card": ("paid with 4111 1111 1111 1111.", "1111 1111"),
    "a row that PostgreSQL repeats": (
        "duplicate key\nDETAIL:  Key (name)=(canary0013) exists.",
        "canary0013",
    ),
}
each = pytest.mark.parametrize(("text", "secret"), CANARIES.values(), ids=CANARIES)


@pytest.fixture(autouse=True)
def _known():
    redaction.hide(["known-canary-0001", None, ""])


def _record(text: str, *, as_error: bool) -> logging.LogRecord:
    if not as_error:
        return logging.LogRecord("odd", logging.ERROR, __file__, 1, "%s", (text,), None)
    try:
        int(text)
    except ValueError:
        return logging.LogRecord("odd", logging.ERROR, __file__, 1, "Unable", (), sys.exc_info())


@each
@pytest.mark.parametrize("formatter", [LineFormatter(), JsonFormatter()], ids=["lines", "json"])
@pytest.mark.parametrize("as_error", [True, False], ids=["traceback", "message"])
def test_no_secret_is_in_a_log_line(text, secret, formatter, as_error):
    shown = formatter.format(_record(text, as_error=as_error))

    assert secret not in shown
    assert "***" in shown


@each
def test_no_secret_goes_to_sentry(text, secret):
    event = {
        "message": text,
        "exception": {"values": [{"value": text, "stack": [text]}]},
        "request": {"data": text},
    }

    assert secret not in json.dumps(sentry._without_secrets(event, {}))


@pytest.mark.parametrize(
    "address",
    [f"postgresql://lf_app:{'long://x/' * 200}canary@db/x", f"amqp://{'user' * 100}:canary@mq/x"],
    ids=["password", "user"],
)
def test_no_password_is_too_long_to_be_hidden(address):
    shown = redaction.redacted(f"Unable to reach {address} today")

    assert "canary" not in shown
    assert ":***@" in shown


@pytest.mark.parametrize(
    "text",
    [
        "Unable to import document 4111",
        "2026-11-26 20:45:21 took 1234567890123 ns",
        "/books/office/statements/",
        "GET https://books.example.org/books/office/ 500",
        "The secret key cannot be kept in /var/lib/ledgerflow",
    ],
)
def test_ordinary_words_stay(text):
    assert redaction.redacted(text) == text


def test_a_message_cannot_begin_a_line_of_its_own():
    record = _record("nothing\r\n2026-11-26 ERROR forged", as_error=False)

    assert "\n" not in LineFormatter().format(record)
    assert "\n" not in JsonFormatter().format(record)


def test_a_line_says_which_request_and_job_it_is_about():
    with begun(request_id="abc", job_id=7, book_slug="office", user_id=3):
        line = LineFormatter().format(_record("odd", as_error=False))
        fields = json.loads(JsonFormatter().format(_record("odd", as_error=True)))

    assert line.endswith("ERROR odd odd request=abc job=7 book=office user=3")
    assert (fields["request"], fields["job"], fields["book"], fields["user"]) == ("abc", 7, "office", 3)
    assert "ValueError: " in fields["traceback"]


def test_a_statement_is_described_without_its_values():
    assert (
        database_errors.described(" select a from books_book join x on true where b = 'canary'")
        == "SELECT books_book, x"
    )
    assert database_errors.shape_of(["canary", 7, None, [1, 2]]) == "str[6], int, NoneType, list[2]"
    assert database_errors.shape_of({"book": 7}) == "book int"
    assert database_errors.shape_of([(1,), (2,)], many=True) == "2 sets of (int)"
    assert database_errors.shape_of(None) == "none"


@pytest.mark.parametrize(
    "text", ["x", "a-", "http://", "http://a:b", "a://b:c@", "secret-", "token", "1 ", "AB12"]
)
def test_no_long_text_makes_it_slow(text: str) -> None:
    began = time.thread_time()

    redaction.redacted(text * (100_000 // len(text)))

    assert time.thread_time() - began < 20
