"""Errors are kept whatever became of the transaction, grouped, without secrets, and harm nobody."""

import json
import logging
import os
import time
from types import SimpleNamespace

import psycopg
import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.core import jobs, redaction
from ledgerflow.core.doing import begun
from ledgerflow.ops.error_log import statements, writer
from ledgerflow.ops.error_log.handler import ErrorLogHandler
from ledgerflow.ops.error_log.occurrences import Occurrence
from ledgerflow.ops.models import ErrorEvent
from tests import databases
from tests.factories import BookFactory, UserFactory

logger = logging.getLogger("ledgerflow.somewhere")


class _OddError(Exception):
    pass


def _raise(sentence: str = "odd") -> None:
    raise _OddError(sentence)


@pytest.fixture(scope="module")
def own_database(django_db_setup, django_db_blocker):
    """A database in which these tests commit; it is made once, because cloning takes longest."""
    with django_db_blocker.unblock():
        before = connections["default"].settings_dict["NAME"]
        with databases.clone(f"lf_errors_{os.getpid()}") as name:
            databases.point_to(name)
            yield
        databases.point_to(before)


@pytest.fixture
def error_log(own_database, django_db_blocker, settings, tmp_path, monkeypatch):
    with django_db_blocker.unblock():
        yield from _switched_on(settings, tmp_path, monkeypatch)
        ErrorEvent.objects.all().delete()


def _switched_on(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    fresh = writer.Writer()
    monkeypatch.setattr("ledgerflow.ops.error_log.handler.WRITER", fresh)
    root = logging.getLogger()
    handler = ErrorLogHandler()
    root.addHandler(handler)
    yield fresh
    fresh.flush()
    root.removeHandler(handler)


def _fail(sentence: str = "odd") -> None:
    try:
        _raise(sentence)
    except _OddError:
        logger.exception("Unable to do it")


def _fail_elsewhere() -> None:
    _fail()


def _events() -> list[ErrorEvent]:
    return list(ErrorEvent.objects.order_by("pk"))


def test_an_error_stays_when_its_transaction_is_rolled_back(error_log):
    with transaction.atomic():
        BookFactory(slug="rolled-back")
        _fail()
        transaction.set_rollback(True)

    assert error_log.flush(10)
    assert not Book.objects.filter(slug="rolled-back").exists()
    (event,) = _events()
    assert event.kind.endswith("test_error_log._OddError")
    assert "in _raise" in event.traceback
    assert event.state == ErrorEvent.State.OPEN


def test_the_same_error_is_one_row_and_another_place_another(error_log):
    for number in range(5):
        _fail(f"number {number}")
    _fail_elsewhere()
    logger.error("Line %s is odd", 1)
    logger.error("Line %s is odd", 2)

    assert error_log.flush(10)

    assert sorted((event.count, event.message) for event in _events()) == [
        (2, "Line 2 is odd"),
        (6, "odd"),
    ]


def test_what_was_fixed_and_comes_again_is_open_and_what_is_ignored_stays_so(error_log):
    _fail()
    logger.error("Odd")
    error_log.flush(10)
    ErrorEvent.objects.filter(message="odd").update(state="fixed")
    ErrorEvent.objects.filter(message="Odd").update(state="ignored")

    _fail()
    logger.error("Odd")
    error_log.flush(10)

    assert {(event.message, event.state, event.count) for event in _events()} == {
        ("odd", "open", 2),
        ("Odd", "ignored", 2),
    }


def test_an_exception_that_two_log_is_kept_once(error_log):
    try:
        _raise("once")
    except _OddError:
        logger.exception("Unable to do it")
        logging.getLogger("django.request").exception("Again")

    error_log.flush(10)

    assert [event.count for event in _events()] == [1]


def test_it_says_which_request_book_user_and_job(error_log, monkeypatch):
    user, book = UserFactory(is_firm_admin=True), BookFactory()
    client = Client(raise_request_exception=False)
    client.force_login(user)

    monkeypatch.setattr("ledgerflow.pipeline.views.InboxView.get", lambda *_, **__: _raise())
    answer = client.get(
        reverse("pipeline:inbox", kwargs={"book": book.slug}) + "?tab=1",
        headers={"X-Request-ID": "from-the-proxy"},
    )
    with begun(job_id=7, job_name="pipeline.import_file", tool="tools.ofx_statement.read_statement"):
        logger.error("Odd job")
    error_log.flush(10)

    assert answer.status_code == 500
    assert answer["X-Request-ID"] == "from-the-proxy"
    request, job = _events()
    assert (request.book, request.book_slug, request.user) == (book.pk, book.slug, user)
    assert request.request_id == "from-the-proxy"
    assert request.request["view"] == "pipeline:inbox"
    assert request.request["query"] == {"tab": "1 characters"}
    assert request.request["headers"]["Cookie"] == "***"
    assert (job.job, job.job_name, job.tool) == (
        7,
        "pipeline.import_file",
        "tools.ofx_statement.read_statement",
    )


def test_while_the_database_is_away_errors_wait_in_a_file_and_are_taken_in(error_log, monkeypatch, tmp_path):
    real = writer.libpq_parameters("default")
    monkeypatch.setattr(
        writer, "libpq_parameters", lambda _: real | {"host": str(tmp_path), "dbname": "none"}
    )
    _fail()
    _fail()
    assert error_log.flush(10)
    assert _events() == []
    waiting = tmp_path / "errors.spool.jsonl"
    assert waiting.stat().st_mode & 0o777 == 0o600
    assert waiting.stat().st_size > 0
    with waiting.open("a") as file:
        file.write('{"cut')

    monkeypatch.setattr(writer, "libpq_parameters", lambda _: real)
    taken = writer.take_in_spool()

    assert taken >= 1
    assert [event.count for event in _events()] == [2]
    assert waiting.stat().st_size == 0
    assert writer.take_in_spool() == 0


def test_a_storm_of_errors_makes_nobody_wait_and_is_counted_within_bounds(error_log):
    one = Occurrence.of(logging.LogRecord("odd", logging.ERROR, "", 1, "Odd", (), None))
    started = time.perf_counter()
    for _ in range(20_000):
        error_log.take(one)
    seconds = time.perf_counter() - started

    assert error_log.flush(20)
    assert seconds < 5
    (event,) = _events()
    assert event.count + error_log.left_out == 20_000


def test_a_forked_child_writes_by_itself(error_log):
    _fail()
    assert error_log.flush(10)
    child = os.fork()
    if child == 0:
        logger.error("From the child")
        os._exit(0 if error_log.flush(10) else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert {event.message for event in _events()} == {"odd", "From the child"}


def test_old_errors_and_those_beyond_the_most_are_forgotten(error_log, monkeypatch):
    for number in range(4):
        logger.error(f"Kind {number}")  # noqa: G004 - each is a kind of its own
    error_log.flush(10)
    old = timezone.now() - statements.KEPT_FOR - statements.KEPT_FOR
    ErrorEvent.objects.filter(message="Kind 0").update(first_seen=old, last_seen=old)
    monkeypatch.setattr(statements, "MOST_KINDS", 2)

    gone = statements.forget(now=timezone.now())

    assert gone == 2
    assert ErrorEvent.objects.count() == 2


def test_an_error_of_the_database_is_told_by_its_shape_and_never_by_its_values(error_log, caplog):
    user = UserFactory(is_firm_admin=True)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    secret = "Wages of Mrs Canary"

    def broken(*_: object, **__: object) -> None:
        BookFactory(slug="only-once", name=secret)
        BookFactory(slug="only-once", name=secret)

    with caplog.at_level(logging.INFO), pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledgerflow.ops.views.examine", broken)
        client.get("/status/")
    error_log.flush(10)

    (event,) = _events()
    assert "INSERT books_book; parameters: " in event.traceback
    assert "SQLSTATE 23505" in event.traceback
    assert "str[19]" in event.traceback
    assert secret not in json.dumps([event.traceback, event.message, event.request]) + caplog.text
    assert "INSERT books_book" in caplog.text
    assert "Key (slug)" not in event.traceback + event.message
    assert IntegrityError.__name__ in event.kind


def test_a_job_that_fails_is_kept_once_with_its_number(error_log):
    def fail(**_: object) -> None:
        raise _OddError

    jobs.job(name="tests.odd", given_up=fail)(fail)
    with pytest.raises(_OddError):
        jobs.app.tasks["tests.odd"].func(SimpleNamespace(job=SimpleNamespace(id=7, attempts=0)))
    error_log.flush(10)

    (event,) = _events()
    assert (event.job_name, event.job, event.count) == ("tests.odd", 7, 1)


def test_the_administration_lists_them_and_calls_them_fixed_or_ignored(error_log):
    _fail("<script>odd</script>")
    error_log.flush(10)
    (event,) = _events()
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    listing, one = (
        reverse("admin:ops_errorevent_changelist"),
        reverse("admin:ops_errorevent_change", args=[event.pk]),
    )

    page = client.get(one).content.decode()
    client.post(listing, {"action": "call_fixed", "_selected_action": [event.pk]})
    event.refresh_from_db()
    fixed = event.state
    client.post(one, {"state": "ignored", "count": 900})
    event.refresh_from_db()

    assert "in _raise" in page
    assert "<script>odd" not in page
    assert fixed == "fixed"
    assert (event.state, event.count) == ("ignored", 1)
    assert client.get(reverse("admin:ops_errorevent_add")).status_code == 403


def test_the_database_refuses_a_state_that_does_not_exist(error_log):
    with pytest.raises(IntegrityError):
        ErrorEvent.objects.create(
            fingerprint="x", kind="x", place="x", message="", logger="x", state="lost",
            first_seen=timezone.now(), last_seen=timezone.now(),
        )  # fmt: skip


def test_secrets_reach_neither_the_rows_nor_the_file(error_log, monkeypatch, tmp_path):
    redaction.hide(["canary-of-the-settings"])
    secrets = ("canary-of-the-settings", "canary-pass", "DE89370400440532013000")

    _fail(f"{secrets[0]} postgresql://lf_app:{secrets[1]}@db/x {secrets[2]}")
    error_log.flush(10)
    monkeypatch.setattr(writer, "libpq_parameters", lambda _: {"host": str(tmp_path), "connect_timeout": 1})
    logger.error("Odd: password=%s", secrets[1])
    error_log.flush(10)

    (event,) = _events()
    kept = event.message + event.traceback + (tmp_path / "errors.spool.jsonl").read_text()
    assert [secret for secret in secrets if secret in kept] == []
    with pytest.raises(psycopg.OperationalError):
        writer.take_in_spool()
    assert (tmp_path / "errors.spool.jsonl").stat().st_size > 0
