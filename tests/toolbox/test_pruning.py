"""Old records go by the hand of the database's owner, whole families at a time, and nothing that is rested on."""

import datetime as dt
from contextlib import nullcontext

import pytest
from django.db import connections

from ledgerflow import cli
from ledgerflow.cli import tool_prune
from ledgerflow.payees.models import LineToolRun
from ledgerflow.toolbox.models import Asker, EgressRequest, Outcome, Tool, ToolRun
from ledgerflow.toolbox.services import pruning
from ledgerflow.toolbox.services.pruning import PruneRefusedError, prune_records
from tests.booked import BookedFile

NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
YEAR = dt.timedelta(days=365)


def _run(days: float, **facts) -> ToolRun:
    tool = Tool.objects.get(module_path="tools.search_tool.search_web")
    started = {"started_at": NOW - dt.timedelta(days=days), "duration_ms": 1, "outcome": Outcome.DONE}
    names = {"tool": tool, "module_path": tool.module_path, "version": tool.version}
    return ToolRun.objects.create(**{**names, "asked_through": Asker.PERSON, **started, **facts})


def _request(days: float, run: ToolRun | None = None) -> EgressRequest:
    return EgressRequest.objects.create(
        at=NOW - dt.timedelta(days=days), run=run, purpose="search", method="GET", host="example.org", url="/",
        redaction="strict", duration_ms=1,
    )  # fmt: skip


def _left() -> tuple[set[int], set[int]]:
    return (
        set(ToolRun.objects.values_list("pk", flat=True)), set(EgressRequest.objects.values_list("pk", flat=True)),
    )  # fmt: skip


@pytest.mark.parametrize("at_once", [1, 5_000])
def test_old_runs_go_with_what_they_asked_and_sent(committed_db, monkeypatch, at_once):
    monkeypatch.setattr(pruning, "_AT_ONCE", at_once)
    file = BookedFile(1)
    old, parent = _run(400), _run(365.00001, book=file.book)
    child = _run(364.99999, parent=parent)
    sent = [_request(400, old), _request(364, child), _request(400)]
    running, young = _run(500, outcome=Outcome.RUNNING), _run(1)
    from_cache = _run(10, outcome=Outcome.CACHED, cached_from=old)
    kept = [_request(1, young), _request(364), _request(500, running)]
    LineToolRun.objects.create(book=file.book, line_id=file.line_ids[0], run=parent)
    before = _left()

    counted = prune_records(older_than=YEAR, now=NOW, dry_run=True)
    unchanged = _left()
    done = prune_records(older_than=YEAR, now=NOW)

    assert unchanged == before
    assert counted == done
    assert (done.runs, done.requests, done.kept) == (3, len(sent), 1)
    assert _left() == ({running.pk, young.pk, from_cache.pk}, {each.pk for each in kept})
    from_cache.refresh_from_db()
    assert from_cache.cached_from_id is None
    assert not LineToolRun.objects.exists()
    assert prune_records(older_than=YEAR, now=NOW).runs == 0


def test_what_a_row_of_another_part_rests_on_stays_with_its_family(committed_db):
    parent, other = _run(400), _run(400)
    child, request = _run(400, parent=parent), _request(400, parent)
    alone = _request(400)
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE rests (run_id bigint REFERENCES toolbox_toolrun, request_id bigint "
                       "REFERENCES toolbox_egressrequest)")  # fmt: skip
        cursor.execute("INSERT INTO rests VALUES (%s, %s), (NULL, NULL)", [child.pk, alone.pk])

    done = prune_records(older_than=YEAR, now=NOW)

    assert (done.runs, done.requests, done.kept) == (1, 0, 2)
    assert _left() == ({parent.pk, child.pk}, {request.pk, alone.pk})
    assert other.pk not in _left()[0]


def test_who_does_not_own_the_database_takes_nothing_away(committed_db, monkeypatch):
    old = _run(400)
    monkeypatch.setattr(pruning, "_OWNER", "default")

    with pytest.raises(PruneRefusedError, match="DATABASE_OWNER_URL"):
        prune_records(older_than=YEAR, now=NOW)

    assert _left()[0] == {old.pk}


def test_runs_that_limits_count_stay(committed_db):
    _run(1.5)

    with pytest.raises(PruneRefusedError, match="2 days at least"):
        prune_records(older_than=dt.timedelta(days=1), now=NOW)


def test_the_command_prints_what_went(committed_db, monkeypatch, capsys):
    monkeypatch.setattr(tool_prune, "running", nullcontext)
    _run(20_000)

    assert cli.main(["tools", "prune", "--older-than", "400d", "--dry-run", "--format", "csv"]) == 0
    assert "runs,1,0" in capsys.readouterr().out
    assert cli.main(["tools", "prune", "--older-than", "400", "--format", "csv"]) == 0
    assert "runs,1,0" in capsys.readouterr().out
    assert ToolRun.objects.count() == 0
    for words in (["--older-than", "soon"], ["--older-than", "-4d"], ["--older-than", "99999d"], []):
        assert cli.main(["tools", "prune", *words]) == 2
    assert cli.main(["tools", "prune", "--older-than", "1d"]) == 1
