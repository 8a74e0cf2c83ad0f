"""The agent's pages say in plain words what a book allows and what leaves, by role; and why a line is proposed so."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from ledgerflow.agent.models import AgentConversation, AgentSettings
from ledgerflow.agent.privacy import LEAVES, STAYS
from ledgerflow.books.models import Role
from ledgerflow.toolbox.models import Tool
from ledgerflow.toolbox.services.registry import enable_tool, sync_tools
from tests.agent.desk import PRICE, SEARCH
from tests.agent.samples import a_conversation
from tests.factories import MembershipFactory, UserFactory
from tests.made import made_once

ASK_JOB = "agent.ask_about"


def _client(client, desk, role=Role.OWNER):
    user = desk.user if role == Role.OWNER else MembershipFactory(book=desk.book, role=role).user
    client.force_login(user)
    return client


def _at(desk, rest=""):
    return f"/books/{desk.book.slug}/agent/{rest}"


def _jobs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s", [ASK_JOB])
        return [json.loads(args) for (args,) in cursor.fetchall()]


@made_once
def given() -> dict:
    return {"privacy": "strict", "calls_a_day": "10", "tokens_a_day": "5000"}


def test_the_page_says_what_leaves_and_what_never_does(client, desk):
    desk.open("Blue Heron Supply")

    page = _client(client, desk).get(_at(desk)).content.decode()

    for sentence in (*LEAVES, *STAYS):
        assert escape(sentence) in page
    assert "replaced by [name]" in page
    assert f"127.0.0.1:{desk.server.port}" in page
    assert "bank text: Blue Heron Supply" in page, "the very question that would be asked"


def test_an_owner_switches_it_on_and_off(client, desk, given):
    AgentSettings.objects.all().delete()

    client = _client(client, desk)
    client.post(_at(desk), given | {"is_enabled": "on", "privacy": "names", "asks_after_imports": "on"})

    kept = AgentSettings.objects.get(book=desk.book)
    assert (kept.is_enabled, kept.enabled_by, kept.privacy, kept.calls_a_day) == (
        True,
        desk.user,
        "names",
        10,
    )
    assert kept.asks_after_imports
    assert "People&#x27;s names leave" in client.get(_at(desk)).content.decode()

    client.post(_at(desk), given)
    kept.refresh_from_db()
    assert not kept.is_enabled


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BOOKKEEPER, Role.REVIEWER])
def test_nobody_else_does(client, desk, given, role):
    client = _client(client, desk, role)

    assert client.get(_at(desk)).status_code == 200
    assert "What this book allows" not in client.get(_at(desk)).content.decode()
    assert client.post(_at(desk), given).status_code == 403


def test_a_viewer_sees_no_button_and_may_not_ask(client, desk):
    desk.open()
    client = _client(client, desk, Role.VIEWER)

    assert "Ask the agent" not in client.get(_at(desk)).content.decode()
    assert client.post(_at(desk, "ask/")).status_code == 403
    assert _jobs() == []


def test_a_bookkeeper_asks_and_one_job_waits(client, desk):
    desk.open()
    client = _client(client, desk, Role.BOOKKEEPER)

    assert "Ask the agent about the 1 open line<" in client.get(_at(desk)).content.decode()
    client.post(_at(desk, "ask/"))
    client.post(_at(desk, "ask/"))

    (args,) = _jobs()
    assert args["book_id"] == desk.book.pk


def test_without_an_endpoint_the_page_says_how_to_name_one(client, desk, settings, given):
    settings.AGENT_URL = ""
    desk.open()
    client = _client(client, desk)

    page = client.get(_at(desk)).content.decode()
    assert "LEDGERFLOW_AGENT_URL" in page
    assert "Ask the agent" not in page
    assert "No endpoint is set" in client.post(_at(desk), given | {"is_enabled": "on"}).content.decode()
    assert "No endpoint is set" in client.post(_at(desk, "ask/"), follow=True).content.decode()


def test_without_the_extra_the_page_says_how_to_install_it(client, desk, monkeypatch, given):
    monkeypatch.setattr("ledgerflow.agent.reaching.find_spec", lambda _name: None)
    client = _client(client, desk)

    assert "ledgerflow[ai]" in client.get(_at(desk)).content.decode()
    AgentSettings.objects.update(is_enabled=False)
    assert "ledgerflow[ai]" in client.post(_at(desk), given | {"is_enabled": "on"}).content.decode()


def test_only_tools_that_are_enabled_can_be_allowed(client, desk, given):
    client = _client(client, desk)
    refused = client.post(_at(desk), given | {"is_enabled": "on", "tools": [SEARCH]})
    assert SEARCH not in str(AgentSettings.objects.get().tools)
    assert refused.status_code == 302, "no tool is offered, so none can be chosen"

    sync_tools(now=desk.moment)
    administrator = UserFactory(is_firm_admin=True)
    enable_tool(tool=Tool.objects.get(module_path=SEARCH), user=administrator, now=desk.moment)
    client.post(_at(desk), given | {"is_enabled": "on", "tools": [SEARCH]})
    assert AgentSettings.objects.get().tools == [SEARCH]


def test_money_is_limited_where_a_price_is_set(client, desk, settings, given):
    settings.AGENT_PRICE = PRICE
    client = _client(client, desk)

    client.post(_at(desk), given | {"is_enabled": "on", "money_a_day": "0.50"})

    kept = AgentSettings.objects.get()
    assert (str(kept.money_a_day), kept.money_currency) == ("0.5000", "USD")
    assert "0 USD of 0.5 USD" in client.get(_at(desk)).content.decode().replace("0E-8", "0")


def test_a_conversation_is_shown_word_by_word_and_escaped(client, desk):
    line = desk.open()
    said = a_conversation(book=desk.book, user=desk.user, account=desk.fuel, line_id=line.pk)
    client = _client(client, desk, Role.VIEWER)

    page = client.get(_at(desk, f"conversations/{said.pk}/")).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    for shown in (
        "It sells nets.",
        "send_email",
        "There is no such function here.",
        "812 + 31 tokens",
        "qwen3:8b",
    ):
        assert shown in page


def test_the_line_says_under_why_what_the_agent_said(client, desk):
    line = desk.open()
    said = a_conversation(book=desk.book, user=desk.user, account=desk.fuel, line_id=line.pk)
    client = _client(client, desk)
    link = _at(desk, f"conversations/{said.pk}/")

    for address in (f"review/line/{line.pk}/evidence/", f"journal/line/{line.pk}/"):
        page = client.get(f"/books/{desk.book.slug}/{address}").content.decode()
        assert "The agent proposed 6530 Fuel" in page, address
        assert link in page
        assert "It cost 0.0325 USD." in page, address
    history = page.partition('id="history"')[2]
    assert "Asked the agent" in history
    assert "Proposed an account." in history
    assert link in history

    other = desk.open()
    a_conversation(book=desk.book, user=desk.user, account=desk.fuel, line_id=other.pk, last_currency="EUR")
    page = client.get(f"/books/{desk.book.slug}/journal/line/{other.pk}/").content.decode()
    assert "The agent proposed" in page
    assert "It cost" not in page  # neither a sum of two currencies nor the part in one of them


def test_another_books_conversation_is_not_there(client, desk, server, settings):
    line = desk.open()
    said = a_conversation(book=desk.book, user=desk.user, account=desk.fuel, line_id=line.pk)
    other = MembershipFactory()
    client.force_login(other.user)

    assert client.get(f"/books/{other.book.slug}/agent/conversations/{said.pk}/").status_code == 404


def test_the_list_takes_the_same_queries_for_one_and_for_many(client, desk):
    desk.allow(calls_a_day=1_000, tokens_a_day=10_000_000)
    client = _client(client, desk)
    counts = []
    for count in (1, 60):
        for _ in range(count):
            line = desk.open()
            a_conversation(book=desk.book, user=desk.user, account=desk.fuel, line_id=line.pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get(_at(desk, "conversations/")).content.decode()
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert "Earlier conversations" in page
    last = AgentConversation.objects.order_by("-pk")[49]
    assert (
        client.get(_at(desk, f"conversations/?before={last.pk}"))
        .content.decode()
        .count("agent/conversations/")
        >= 11
    )
    assert client.get(_at(desk, "conversations/?before=x")).status_code == 200
