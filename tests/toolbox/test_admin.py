"""The registry in Django's administration."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from ledgerflow.toolbox.consent import State
from ledgerflow.toolbox.models import Asker, EgressRequest, Outcome, Tool, ToolConfiguration, ToolRun
from ledgerflow.toolbox.services.registry import enable_tool, sync_tools
from tests.factories import BookFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
LIST = "admin:toolbox_tool_changelist"


@pytest.fixture
def user():
    return UserFactory(is_firm_admin=True, is_staff=True, is_superuser=True)


@pytest.fixture
def client(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def tool(packages):
    path = packages.counter(network=True)
    sync_tools(now=NOW)
    return Tool.objects.get(module_path=path)


def _act(client, action, tool) -> str:
    response = client.post(reverse(LIST), {"action": action, "_selected_action": [tool.pk]}, follow=True)
    tool.refresh_from_db()
    return response.content.decode()


def test_it_disables_in_the_name_of_who_did(client, user, tool, packages):
    enable_tool(tool=tool, user=user, now=NOW)
    packages.counter(network=True, version="2.0.0")
    sync_tools(now=NOW)
    assert "it is version 2.0.0, and 1.0.0 was agreed to" in client.get(reverse(LIST)).content.decode()

    assert "Disabled: tools.word_counter.count." in _act(client, "disable", tool)
    assert tool.state is State.OFF
    assert "disabled already" in _act(client, "disable", tool)


def test_nobody_agrees_to_what_is_not_shown(client, user, tool, packages):
    for action in ("enable", "agree", "consent_to"):
        _act(client, action, tool)
        assert tool.state is State.OFF

    page = client.get(reverse("admin:toolbox_tool_change", args=[tool.pk])).content.decode()

    assert f'href="{reverse("toolbox:tool", kwargs={"tool": tool.pk})}"' in page


def test_it_remaps_a_missing_tool_and_says_why_where_it_cannot(client, tool, packages):
    address = reverse("admin:toolbox_tool_change", args=[tool.pk])
    packages.remove("word_counter")
    to_path = packages.counter("counter_of_words")
    sync_tools(now=NOW)

    page = client.post(address, {"to_path": "tools.nowhere.count"}, follow=True).content.decode()
    assert "There is no tool tools.nowhere.count" in page
    client.post(address, {"to_path": to_path})

    tool.refresh_from_db()
    assert (tool.module_path, tool.former_paths[0]["path"]) == (to_path, "tools.word_counter.count")


def test_of_a_tool_that_is_there_the_path_cannot_be_written(client, tool):
    address = reverse("admin:toolbox_tool_change", args=[tool.pk])

    assert 'name="to_path"' not in client.get(address).content.decode()
    client.post(address, {"to_path": "tools.ofx_statement.read_statement", "module_path": "tools.a.b"})

    tool.refresh_from_db()
    assert tool.module_path == "tools.word_counter.count"


def test_everything_else_is_only_read(client, user, tool):
    book = BookFactory()
    configuration = ToolConfiguration.objects.create(
        tool=tool, values={"key": {"env": "LEDGERFLOW_TOOL_KEY"}}
    )
    run = ToolRun.objects.create(
        tool=tool, module_path=tool.module_path, version="1.0.0", book=book, asked_through=Asker.PERSON,
        asked_by=user, arguments={"text": "<script>"}, started_at=NOW, outcome=Outcome.ERROR,
        error_class="ValueError", error_message="no words", traceback="Traceback <b>",
    )  # fmt: skip
    request = EgressRequest.objects.create(
        at=NOW, run=run, purpose="search", method="GET", host="example.org", url="https://example.org/?q=***",
        redaction="strict", refusal="a private address",
    )  # fmt: skip

    for row, seen in [
        (configuration, "LEDGERFLOW_TOOL_KEY"),
        (run, "Traceback &lt;b&gt;"),
        (request, "https://example.org/?q=***"),
    ]:
        name = f"admin:toolbox_{row._meta.model_name}"
        address = reverse(f"{name}_change", args=[row.pk])
        assert client.get(reverse(f"{name}_changelist")).status_code == 200
        page = client.get(address).content.decode()
        assert seen in page
        assert "&lt;script&gt;" in page or row is not run
        assert client.post(address, {}).status_code == 403
        assert client.get(reverse(f"{name}_add")).status_code == 403
        assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert (
        client.get(
            reverse("admin:toolbox_toolrun_changelist"), {"outcome": "error", "q": "words"}
        ).status_code
        == 200
    )
    assert (
        client.post(reverse("admin:toolbox_tool_delete", args=[tool.pk]), {"post": "yes"}).status_code == 403
    )


def test_only_firm_administrators_see_it(tool):
    enable_tool(tool=tool, user=UserFactory(is_firm_admin=True), now=NOW)
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    for name in ("tool", "toolconfiguration", "toolrun", "egressrequest"):
        assert client.get(reverse(f"admin:toolbox_{name}_changelist")).status_code == 403
    client.post(reverse(LIST), {"action": "disable", "_selected_action": [tool.pk]})
    tool.refresh_from_db()
    assert tool.state is State.ON


def test_lists_ask_as_often_for_many_rows_as_for_few(client, tool, django_assert_max_num_queries):
    ToolRun.objects.bulk_create(
        ToolRun(tool=tool, module_path=tool.module_path, version="1", asked_through="job", started_at=NOW)
        for _ in range(50)
    )

    for name in ("tool", "toolrun"):
        with django_assert_max_num_queries(12):
            client.get(reverse(f"admin:toolbox_{name}_changelist"))
