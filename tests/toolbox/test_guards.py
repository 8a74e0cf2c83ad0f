"""What PostgreSQL itself keeps: consent, finished runs, and what left the machine."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import DatabaseError, ProgrammingError, connections, transaction
from django.db.models import ProtectedError

from ledgerflow.ops.services import purge_book
from ledgerflow.toolbox.models import (
    Asker,
    EgressRequest,
    Outcome,
    RemoteConsent,
    Tool,
    ToolConfiguration,
    ToolRun,
)
from ledgerflow.toolbox.services.registry import sync_tools
from tests.conftest import database_settings
from tests.factories import BookFactory, UserFactory

NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)


def _run(**values) -> ToolRun:
    tool = Tool.objects.get(module_path="tools.ofx_statement.read_statement")
    return ToolRun.objects.create(
        **{
            "tool": tool,
            "module_path": tool.module_path,
            "version": tool.version,
            "asked_through": Asker.JOB,
            "arguments": {"query": "coffee"},
            "started_at": NOW,
            **values,
        }
    )


def _request(**values) -> EgressRequest:
    return EgressRequest.objects.create(
        at=NOW, purpose="search", method="GET", host="example.org", url="/", redaction="strict", **values
    )


@pytest.mark.django_db
def test_a_run_is_finished_once():
    run = _run()
    ToolRun.objects.filter(pk=run.pk).update(outcome=Outcome.DONE, duration_ms=1.5, result={"words": 1})

    for change in ({"outcome": Outcome.ERROR}, {"result": {}}, {"outcome": Outcome.RUNNING}):
        with (
            pytest.raises(DatabaseError, match="A finished run of a tool does not change"),
            transaction.atomic(),
        ):
            ToolRun.objects.filter(pk=run.pk).update(**change)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"arguments": {}},
        {"module_path": "tools.a.b"},
        {"version": "9"},
        {"subject": "line 9"},
        {"started_at": NOW.replace(day=1)},
    ],
)
def test_what_a_run_was_asked_stays_also_while_it_runs(change):
    run = _run()

    with pytest.raises(DatabaseError, match="was asked does not change"), transaction.atomic():
        ToolRun.objects.filter(pk=run.pk).update(outcome=Outcome.DONE, **change)


@pytest.mark.django_db
@pytest.mark.parametrize("outcome", [Outcome.RUNNING, Outcome.DONE])
def test_the_application_deletes_no_run(outcome):
    run = _run(outcome=outcome)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        run.delete()


@pytest.mark.django_db
def test_the_application_neither_changes_nor_deletes_what_left_the_machine():
    request = _request()

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        EgressRequest.objects.update(url="/elsewhere")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        request.delete()


@pytest.mark.django_db
def test_how_a_request_ended_is_added_once_and_to_nothing_else():
    open_row, ended = _request(), _request(duration_ms=1.5, status=200)
    rows = EgressRequest.objects

    for change in ({"status": 200}, {"duration_ms": None}):
        with pytest.raises(DatabaseError, match="stays as it was written"), transaction.atomic():
            rows.filter(pk=open_row.pk).update(**change)
    rows.filter(pk=open_row.pk).update(status=200, bytes_sent=3, duration_ms=2.5)
    for row in (open_row, ended):
        with pytest.raises(DatabaseError, match="stays as it was written"), transaction.atomic():
            rows.filter(pk=row.pk).update(status=404, duration_ms=9)


@pytest.mark.django_db
def test_a_tool_with_runs_is_not_deleted_and_a_path_not_just_changed():
    run = _run()

    with pytest.raises(ProtectedError):
        run.tool.delete()
    with pytest.raises(DatabaseError, match="Only a missing tool"), transaction.atomic():
        Tool.objects.filter(pk=run.tool_id).update(module_path="tools.ofx_statement.other")


def test_retention_as_the_owner_deletes_runs_and_clears_links_to_them(committed_db):
    first = _run(outcome=Outcome.DONE)
    later = _run(outcome=Outcome.CACHED, cached_from=first)
    _request(run=first)

    with psycopg.connect(**database_settings("default")) as session, pytest.raises(psycopg.DatabaseError):
        session.execute("UPDATE toolbox_toolrun SET cached_from_id = NULL WHERE id = %s", [later.pk])
    with psycopg.connect(**database_settings("owner")) as session:
        with pytest.raises(psycopg.DatabaseError, match="stays as it was written"), session.transaction():
            session.execute("UPDATE toolbox_egressrequest SET url = ''")
        with pytest.raises(psycopg.DatabaseError, match="does not change"), session.transaction():
            session.execute(
                "UPDATE toolbox_toolrun SET cached_from_id = NULL, result = '1' WHERE id = %s", [later.pk]
            )
        session.execute("UPDATE toolbox_toolrun SET cached_from_id = NULL WHERE id = %s", [later.pk])
        session.execute("DELETE FROM toolbox_egressrequest WHERE run_id = %s", [first.pk])
        session.execute("DELETE FROM toolbox_toolrun WHERE id = %s", [first.pk])

    assert list(ToolRun.objects.values_list("pk", "cached_from")) == [(later.pk, None)]


def _offer(**facts):
    least = {"version": "1.0.0", "needs": [], "configuration": {}, "arguments": {}, "result": {}}
    return least | {"permissions": {"network": False, "writes": False}} | facts


@pytest.mark.django_db
@pytest.mark.parametrize(
    "more",
    [
        {"permissions": {"network": True, "writes": False}},
        {"permissions": {"network": False, "writes": True}},
        {"permissions": {}},
        {"needs": ["tools.search_tool.search_web"]},
    ],
)
def test_only_what_computes_is_enabled_without_a_person(more):
    tool = Tool.objects.filter(module_path="tools.exchange_rates.rate_on")
    agreed = {"enabled": True, "enabled_at": NOW, "enabled_by": None}

    with pytest.raises(DatabaseError, match="toolbox_somebody_agreed"), transaction.atomic():
        tool.update(**agreed, consented=_offer(**more))

    assert tool.update(**agreed, consented=_offer()) == 1
    assert tool.update(**agreed | {"enabled_by": UserFactory()}, consented=_offer(**more)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kept",
    [
        "sk-the-secret-itself",
        {"env": "SECRET_KEY"},
        {"env": "LEDGERFLOW_TOOL_KEY", "value": "sk-the-secret-itself"},
        {"env": ["LEDGERFLOW_TOOL_KEY"]},
        {"file": ""},
        {},
        None,
    ],
)
def test_of_a_secret_only_a_reference_is_kept(kept):
    tool = Tool.objects.get(module_path="tools.mcp_bridge.list_tools")

    with pytest.raises(DatabaseError, match="only a reference is kept"), transaction.atomic():
        ToolConfiguration.objects.create(tool=tool, values={"secret_1": kept})
    with pytest.raises(DatabaseError, match="settings_are_named"), transaction.atomic():
        ToolConfiguration.objects.create(tool=tool, values=["sk-the-secret-itself"])

    row = ToolConfiguration.objects.create(tool=tool, values={"secret_1": {"env": "LEDGERFLOW_TOOL_KEY"}})
    ToolConfiguration.objects.filter(pk=row.pk).update(values={"secret_1": {"file": "key"}, "servers": []})
    with pytest.raises(DatabaseError, match="only a reference is kept"), transaction.atomic():
        ToolConfiguration.objects.filter(pk=row.pk).update(values={"secret_1": kept})


def test_two_processes_that_look_at_the_same_time_register_a_package_once(committed_db, packages):
    path = packages.counter()

    def look(_):
        try:
            return sync_tools(now=NOW).added
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        added = list(threads.map(look, range(4)))

    assert sorted(added) == [[], [], [], [path]]


def test_with_a_book_goes_what_tools_did_for_it(committed_db):
    book, other, user = BookFactory(is_demo=True), BookFactory(), UserFactory()
    ToolConfiguration.objects.create(tool=Tool.objects.all()[0], book=book)
    first = _run(outcome=Outcome.DONE, book=book)
    second = _run(outcome=Outcome.CACHED, book=book, parent=first, cached_from=first)
    _request(run=second, book=book)
    kept = [_run(outcome=Outcome.DONE, book=other), _run()]

    purge_book(book=book, typed_name=book.name, archive=None, user=user, now=NOW)

    assert list(ToolRun.objects.order_by("pk")) == kept
    assert not EgressRequest.objects.exists()
    assert not ToolConfiguration.objects.exists()


@pytest.mark.django_db
def test_consent_to_a_tool_of_a_server_is_a_firm_administrator_s_and_ends_once():
    admin, other = UserFactory(is_firm_admin=True), UserFactory()
    facts = {"server": "shop", "url": "https://shop.example/mcp", "name": "price", "fingerprint": "a" * 64}
    given = RemoteConsent.objects.create(**facts, agreed_by=admin, agreed_at=NOW)

    def refused(match, *, of=given, **change):
        with pytest.raises(DatabaseError, match=match), transaction.atomic():
            RemoteConsent.objects.filter(pk=of.pk).update(**change)

    for by in (other, None):
        with pytest.raises(DatabaseError, match="A firm administrator agrees"), transaction.atomic():
            RemoteConsent.objects.create(**facts | {"name": "note"}, agreed_by=by, agreed_at=NOW)
    with pytest.raises(DatabaseError, match="toolbox_one_remote_consent"), transaction.atomic():
        RemoteConsent.objects.create(**facts, agreed_by=admin, agreed_at=NOW)
    stays = "What somebody agreed to stays as it was given"
    refused("permission denied", fingerprint="b" * 64)
    refused("permission denied", agreed_by=other)
    refused("toolbox_remote_withdrawn_by", withdrawn_at=NOW)
    refused("A firm administrator ends", withdrawn_at=NOW, withdrawn_by=other)
    refused("toolbox_remote_ends_later", withdrawn_at=NOW - dt.timedelta(days=1), withdrawn_by=admin)
    RemoteConsent.objects.filter(pk=given.pk).update(withdrawn_at=NOW, withdrawn_by=admin)
    refused(stays, withdrawn_at=None, withdrawn_by=None)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        given.delete()
