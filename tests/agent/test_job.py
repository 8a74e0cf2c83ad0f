"""The agent is asked by a job: after imports where the book allows it, and when somebody presses the button."""

import json
import logging
import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from ledgerflow.agent.jobs import ask_about
from ledgerflow.agent.models import AgentConversation, AgentSettings
from ledgerflow.agent.services import ask, wake
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive_file, run_import
from tests.agent.desk import Desk
from tests.agent.server import Behavior, answers
from tests.classification.rows import NOW
from tests.lives import comes_true
from tests.workers import start_worker

CSV = b"Date,Description,Amount\n2026-03-02,Blue Heron Supply,-40.00\n2026-03-03,Red Kite Garage,-12.00\n"


def _jobs():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args, scheduled_at IS NOT NULL FROM procrastinate_jobs WHERE task_name = 'agent.ask_about'"
        )
        return [(json.loads(args), is_later) for args, is_later in cursor.fetchall()]


def _import(desk):
    received = receive_file(
        book=desk.book, name="march.csv", content=CSV, user=desk.user, now=NOW, bank_account=desk.bank
    )
    run_import(run_id=received.run.pk, now=NOW)
    received.run.refresh_from_db()
    assert (received.run.state, received.run.lines_new) == ("ready", 2)


def test_an_import_wakes_the_agent_where_the_book_allows_it(desk):
    desk.allow(asks_after_imports=True)

    _import(desk)

    ((args, _),) = _jobs()
    assert args == {"book_id": desk.book.pk, "user_id": None, "waited": 0}


def test_an_import_leaves_it_alone_where_not(desk):
    _import(desk)

    assert _jobs() == []


def test_an_import_goes_on_without_an_endpoint(desk, settings):
    desk.allow(asks_after_imports=True)
    settings.AGENT_URL = ""

    _import(desk)

    assert _jobs() == []


def test_nothing_open_is_nothing_to_ask(desk):
    desk.allow(asks_after_imports=True)

    assert not wake(book=desk.book, user=None, by_import=True)


def test_a_job_of_a_book_that_was_purged_or_switched_off_does_nothing(desk):
    desk.open()
    ask_about(book_id=0, user_id=None, waited=0)
    AgentSettings.objects.update(is_enabled=False)
    ask_about(book_id=desk.book.pk, user_id=None, waited=0)

    assert desk.server.requests == []


@pytest.fixture
def committed_desk(committed_db, server, settings):
    return Desk(server, settings)


def test_a_slow_endpoint_keeps_no_import_waiting(committed_db, server, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "documents"
    desk, is_asked, may_answer = Desk(server, settings), threading.Event(), threading.Event()
    monkeypatch.setenv("LEDGERFLOW_AGENT_URL", server.url)
    monkeypatch.setenv("LEDGERFLOW_AGENT_MODEL", "scripted")

    def answer_late(_asked):
        is_asked.set()
        assert may_answer.wait(300)
        return answers("6530")

    server.says(answer_late)
    desk.open()
    wake(book=desk.book, user=desk.user)
    worker = start_worker(str(tmp_path))
    try:
        assert is_asked.wait(120)
        run = receive_file(
            book=desk.book, name="march.csv", content=CSV, user=desk.user, now=NOW, bank_account=desk.bank
        ).run

        assert comes_true(lambda: ImportRun.objects.get(pk=run.pk).state == "ready", 120)
        assert not AgentConversation.objects.exclude(outcome="running").exists()
    finally:
        may_answer.set()
        worker.terminate()
        worker.wait(120)


def test_a_busy_endpoint_is_asked_again_later_and_not_for_ever(committed_desk):
    desk = committed_desk
    desk.open()
    desk.server.says(Behavior({}, status=429, headers={"Retry-After": "120"}))

    ask_about(book_id=desk.book.pk, user_id=desk.user.pk, waited=0)
    ((args, is_later),) = _jobs()
    assert (args["waited"], is_later) == (1, True)

    ask_about(book_id=desk.book.pk, user_id=desk.user.pk, waited=3)
    assert len(_jobs()) == 1


def test_more_payees_than_one_run_asks_about_are_left_to_a_further_job(committed_desk, monkeypatch):
    desk = committed_desk
    monkeypatch.setattr(ask, "MOST_QUESTIONS", 2)
    lines = [desk.open(name) for name in ("Alpha Works", "Beta Works", "Gamma Works")]
    desk.server.says(answers("6530"))

    ask_about(book_id=desk.book.pk, user_id=desk.user.pk, waited=0)
    ((args, is_later),) = _jobs()
    kept = AgentSettings.objects.get()
    assert (args, is_later) == ({"book_id": desk.book.pk, "user_id": desk.user.pk, "waited": 0}, False)
    assert kept.stopped == "2 payees were asked about; the others follow."

    ask_about(**args)

    kept.refresh_from_db()
    assert {desk.made(line).account for line in lines} == {desk.fuel}
    assert len(_jobs()) == 1
    assert (kept.stopped, kept.stopped_at) == ("", None)


def test_why_a_run_ended_early_is_kept_logged_and_shown(committed_desk, caplog):
    desk = committed_desk
    desk.allow(calls_a_day=1)
    desk.open("Alpha Works")
    desk.open("Beta Works")
    client = Client()
    client.force_login(desk.user)

    with caplog.at_level(logging.INFO):
        ask_about(book_id=desk.book.pk, user_id=None, waited=0)

    assert AgentSettings.objects.get().stopped == "The budget of the day is used up."
    assert "The budget of the day is used up." in caplog.text
    page = client.get(reverse("agent:home", kwargs={"book": desk.book.slug})).content.decode()
    assert "The budget of the day is used up." in page.split('id="stopped"')[1].split("</dd>")[0]
    assert _jobs() == []


def test_through_the_guards_a_private_endpoint_that_the_settings_name_is_reached_and_recorded(committed_desk):
    desk = committed_desk
    line = desk.open()
    desk.server.says(answers("6530"))

    ask_about(book_id=desk.book.pk, user_id=desk.user.pk, waited=0)

    assert desk.made(line).account == desk.fuel
    with connection.cursor() as cursor:
        cursor.execute("SELECT purpose, url, status, refusal, sent, book_id FROM toolbox_egressrequest")
        ((purpose, url, status, refusal, sent, book_id),) = cursor.fetchall()
    assert (purpose, status, refusal, book_id) == ("the agent asks scripted", 200, "", desk.book.pk)
    assert url == f"{desk.server.url}/chat/completions"
    assert "Blue Heron Supply" in sent


def test_what_left_does_not_show_the_key(committed_desk, settings):
    settings.AGENT_KEY = "a-key-that-nobody-may-see"
    committed_desk.open()

    ask_about(book_id=committed_desk.book.pk, user_id=None, waited=0)

    with connection.cursor() as cursor:
        cursor.execute("SELECT sent FROM toolbox_egressrequest")
        ((sent,),) = cursor.fetchall()
    assert "a-key-that" not in sent
    assert committed_desk.server.headers[0]["authorization"] == "Bearer a-key-that-nobody-may-see"


def test_a_broken_off_conversation_does_not_keep_the_book_from_asking(committed_desk):
    desk = committed_desk
    desk.open()
    desk.server.says(Behavior(hangs_up=True), answers("6530"))

    ask_about(book_id=desk.book.pk, user_id=None, waited=0)
    ask_about(book_id=desk.book.pk, user_id=None, waited=0)

    assert sorted(AgentConversation.objects.values_list("outcome", flat=True)) == ["proposed", "unavailable"]
