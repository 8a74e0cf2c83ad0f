"""Packages become rows; people agree to what may run."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.statements.reading import read_file
from ledgerflow.statements.sandboxed import SANDBOX
from ledgerflow.toolbox import descriptions
from ledgerflow.toolbox.built_in import BUILT_IN
from ledgerflow.toolbox.consent import State, is_harmless
from ledgerflow.toolbox.errors import RegistryError
from ledgerflow.toolbox.models import Asker, Outcome, Tool, ToolConfiguration, ToolRun
from ledgerflow.toolbox.sandbox import Limits, Sandbox
from ledgerflow.toolbox.selectors import enabled_readers
from ledgerflow.toolbox.services import registry
from ledgerflow.toolbox.services.registry import (
    consent_to,
    disable_tool,
    enable_tool,
    remap_tool,
    sync_tools,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
READERS = [
    "camt_statement",
    "csv_statement",
    "mt940_statement",
    "ofx_statement",
    "pdf_statement",
    "qif_statement",
    "xlsx_statement",
]
_OFX = b"""<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>42</BANKACCTFROM><BANKTRANLIST>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261001<TRNAMT>-3.10<FITID>1<NAME>TEA</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
_SERVICE = {"type": "string", "format": "own-service"}


@pytest.fixture
def admin():
    return UserFactory(is_firm_admin=True)


@pytest.fixture
def anew():
    """Readers whose warm process starts beside the packages of the test, and ends with them."""
    SANDBOX.close()
    yield
    SANDBOX.close()


def _tool(path: str) -> Tool:
    return Tool.objects.get(module_path=path)


def _enabled(packages, admin, **differs) -> Tool:
    path = packages.counter(**differs)
    sync_tools(now=NOW)
    return enable_tool(tool=_tool(path), user=admin, now=NOW)


def _run(tool: Tool, **values) -> ToolRun:
    return ToolRun.objects.create(
        **{
            "tool": tool,
            "module_path": tool.module_path,
            "version": tool.version,
            "asked_through": Asker.PERSON,
            "started_at": NOW,
            **values,
        }
    )


def test_after_migrations_every_reader_is_enabled_by_itself():
    assert enabled_readers() == READERS
    reader = _tool("tools.ofx_statement.read_statement")
    assert (reader.state, reader.enabled_by) == (State.ON, None)
    assert not Tool.objects.filter(module_path__endswith=".claims").exists()


def test_a_package_of_somebody_elses_it_registers_and_does_not_enable(packages):
    path = packages.counter()

    done = sync_tools(now=NOW)

    tool = _tool(path)
    assert done.added == [path]
    assert (tool.state, tool.consented, tool.version, tool.found_at) == (State.OFF, None, "1.0.0", NOW)
    assert tool.argument_schema["required"] == ["text"]
    assert tool.result_schema["properties"]["words"]["type"] == "integer"


@pytest.mark.parametrize(
    ("differs", "state"),
    [
        ({}, State.ON),
        ({"network": True}, State.OFF),
        ({"writes": True}, State.OFF),
        ({"needs": ("tools.ofx_statement.claims",)}, State.OFF),
    ],
)
def test_a_built_in_tool_it_enables_only_where_it_just_computes(packages, monkeypatch, differs, state):
    monkeypatch.setattr(registry, "BUILT_IN", {"word_counter"})
    path = packages.counter(**differs)

    sync_tools(now=NOW)

    assert _tool(path).state is state


def test_a_built_in_tool_goes_on_in_its_next_release_until_that_asks_for_the_network(packages, monkeypatch):
    monkeypatch.setattr(registry, "BUILT_IN", {"word_counter"})
    path = packages.counter()
    sync_tools(now=NOW)
    packages.counter(version="2.0.0", arguments=", tongue: str = 'en'")
    sync_tools(now=LATER)
    assert (_tool(path).state, _tool(path).consented["version"]) == (State.ON, "2.0.0")

    packages.counter(version="3.0.0", network=True)
    done = sync_tools(now=LATER)

    assert done.waiting == [path]
    assert _tool(path).state is State.WAITING


def test_a_built_in_tool_that_a_person_disabled_stays_disabled(admin):
    reader = _tool("tools.ofx_statement.read_statement")
    disable_tool(tool=reader, user=admin, now=NOW)
    sync_tools(now=LATER)

    assert _tool(reader.module_path).state is State.OFF
    assert enabled_readers() == [name for name in READERS if name != "ofx_statement"]


def test_who_agreed_and_to_what_is_kept(packages, admin):
    tool = _enabled(packages, admin, network=True)

    assert (tool.state, tool.enabled_by, tool.enabled_at) == (State.ON, admin, NOW)
    assert tool.consented["version"] == "1.0.0"
    assert tool.consented["permissions"]["network"] is True


@pytest.mark.parametrize(
    ("differs", "beyond"),
    [
        ({"version": "1.0.1"}, ("it is version 1.0.1, and 1.0.0 was agreed to",)),
        ({"version": "0.9.0"}, ("it is version 0.9.0, and 1.0.0 was agreed to",)),
        ({"network": True}, ("it asks for the network",)),
        ({"writes": True}, ("what it does can be seen elsewhere afterwards",)),
        ({"seconds": 60}, ("it asks for 60 seconds of time, and 15 were agreed to",)),
        ({"needs": ("tools.search_tool.search_web",)}, ("it needs tools.search_tool.search_web",)),
        ({"arguments": ", tongue: str = 'en'"}, ("its arguments changed",)),
        (
            {"configuration": {"type": "object", "properties": {"title": {"type": "string"}}}},
            ("its settings changed",),
        ),
        ({"seconds": 5}, ()),
        ({"words": "Count the words of a text."}, ()),
    ],
)
def test_what_goes_beyond_the_consent_waits_and_what_stays_within_runs_on(packages, admin, differs, beyond):
    tool = _enabled(packages, admin)
    packages.counter(**differs)

    done = sync_tools(now=LATER)

    tool.refresh_from_db()
    assert tool.beyond_consent == beyond
    assert tool.state is (State.WAITING if beyond else State.ON)
    assert done.waiting == ([tool.module_path] if beyond else [])


def test_a_shipped_tool_that_waits_at_an_upgrade_says_so_by_its_version():
    """Where this fails give the package another version, say in CHANGELOG.md what to do, and add the line."""
    known = json.loads((Path(__file__).parent / "offers.json").read_text())
    waiting = [
        tool for tool in Tool.objects.all() if tool.package in BUILT_IN and not is_harmless(tool.manifest)
    ]

    assert {str(tool): known.get(tool.module_path, {}).get(tool.version) for tool in waiting} == {
        str(tool): tool.offer_digest for tool in waiting
    }


def test_new_consent_lets_it_run_again(packages, admin):
    tool = _enabled(packages, admin)
    packages.counter(version="2.0.0", network=True)
    sync_tools(now=LATER)
    other = UserFactory(is_firm_admin=True)

    tool = consent_to(tool=tool, user=other, now=LATER, seen=_tool(tool.module_path).offer_digest)

    assert (tool.state, tool.enabled_by, tool.enabled_at) == (State.ON, other, LATER)
    with pytest.raises(RegistryError, match="does not wait for consent"):
        consent_to(tool=tool, user=other, now=LATER)


def test_what_changed_after_it_was_shown_nobody_agreed_to(packages, admin):
    path = packages.counter()
    sync_tools(now=NOW)
    seen = _tool(path).offer_digest
    packages.counter(network=True)
    sync_tools(now=NOW)

    with pytest.raises(RegistryError, match="changed since you looked"):
        enable_tool(tool=_tool(path), user=admin, now=NOW, seen=seen)

    assert _tool(path).state is State.OFF


@pytest.mark.parametrize("act", [enable_tool, disable_tool, consent_to])
def test_only_a_firm_administrator_decides(packages, act):
    path = packages.counter()
    sync_tools(now=NOW)

    for user in (UserFactory(), UserFactory(is_firm_admin=True, is_active=False)):
        with pytest.raises(NotAllowedError, match="ask a firm administrator"):
            act(tool=_tool(path), user=user, now=NOW)


def test_what_is_enabled_or_disabled_already_it_says(packages, admin):
    tool = _enabled(packages, admin)
    with pytest.raises(RegistryError, match="enabled already"):
        enable_tool(tool=tool, user=admin, now=NOW)
    disable_tool(tool=tool, user=admin, now=NOW)
    with pytest.raises(RegistryError, match="disabled already"):
        disable_tool(tool=tool, user=admin, now=NOW)


def test_a_tool_that_is_gone_is_marked_and_comes_back_as_it_was(packages, admin):
    tool = _enabled(packages, admin)
    packages.remove("word_counter")

    done = sync_tools(now=LATER)

    tool.refresh_from_db()
    assert done.missing == [tool.module_path]
    assert (tool.state, tool.missing_since) == (State.MISSING, LATER)
    with pytest.raises(RegistryError, match="is missing"):
        enable_tool(tool=tool, user=admin, now=LATER)

    packages.counter()
    done = sync_tools(now=LATER)

    assert done.returned == [tool.module_path]
    assert _tool(tool.module_path).state is State.ON


def test_a_renamed_tool_keeps_its_history_and_its_settings(packages, admin):
    tool = _enabled(packages, admin)
    run = _run(tool, outcome=Outcome.DONE)
    ToolConfiguration.objects.create(tool=tool)
    packages.remove("word_counter")
    to_path = packages.counter("counter_of_words")
    sync_tools(now=NOW)

    moved = remap_tool(tool=tool, to_path=to_path, user=admin, now=LATER)

    assert moved.pk == tool.pk
    assert Tool.objects.get(module_path=to_path) == tool
    assert moved.former_paths == [
        {"path": "tools.word_counter.count", "until": LATER.isoformat(), "by": admin.pk}
    ]
    assert moved.state is State.ON
    assert list(moved.runs.all()) == [run]
    run.refresh_from_db()
    assert run.module_path == "tools.word_counter.count"
    assert moved.configurations.count() == 1
    assert sync_tools(now=LATER).missing == []


def test_a_renamed_tool_that_asks_for_more_waits(packages, admin):
    tool = _enabled(packages, admin)
    packages.remove("word_counter")
    to_path = packages.counter("counter_of_words", network=True)
    sync_tools(now=NOW)

    assert remap_tool(tool=tool, to_path=to_path, user=admin, now=LATER).state is State.WAITING


def test_only_a_missing_tool_is_remapped_and_only_to_a_tool_of_its_kind(packages, admin):
    tool = _enabled(packages, admin)
    other = packages.counter("counter_of_words")
    sync_tools(now=NOW)
    with pytest.raises(RegistryError, match="is not missing"):
        remap_tool(tool=tool, to_path=other, user=admin, now=NOW)
    packages.remove("word_counter")
    sync_tools(now=NOW)

    for path, sentence in [
        ("os.system", "is no tool path"),
        ("tools.word_counter.count\n", "is no tool path"),
        ("tools.nowhere.count", "There is no tool"),
        ("tools.word_counter.count", "There is no tool"),
        ("tools.ofx_statement.read_statement", "is of the kind statement_reader"),
    ]:
        with pytest.raises(RegistryError, match=sentence):
            remap_tool(tool=tool, to_path=path, user=admin, now=NOW)
    _run(_tool(other))
    with pytest.raises(RegistryError, match="runs or settings of its own"):
        remap_tool(tool=tool, to_path=other, user=admin, now=NOW)
    with pytest.raises(NotAllowedError):
        remap_tool(tool=tool, to_path=other, user=UserFactory(), now=NOW)


_BREAKS = {
    "raises": "raise RuntimeError('broken on purpose')",
    "ends": "import os; os._exit(3)",
    "leaves": "import sys; sys.exit(0)",
    "kills": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "is_no_python": "def (",
    "needs_a_module": "import a_module_that_nobody_has",
    "has_no_manifest": "__all__ = ['count']",
    "hangs": "import time; time.sleep(600)",
    "computes_for_ever": "while True: pass",
    "takes_all_memory": "everything = bytearray(10**12)",
    "says_what_cannot_be_kept": "raise ValueError('a\\0b\\ud800')",
}


@pytest.mark.parametrize("how", _BREAKS)
def test_a_broken_package_stops_neither_the_others_nor_the_application(packages, admin, monkeypatch, how):
    monkeypatch.setattr(descriptions, "_LIMITS", Limits(4 * 1024**3, 3, 3, 1024**2))
    tool = _enabled(packages, admin)
    packages.counter("another_counter")
    packages.write("word_counter", _BREAKS[how])

    done = sync_tools(now=LATER)

    assert list(done.broken) == ["word_counter"]
    assert "tools.another_counter.count" in done.added
    tool.refresh_from_db()
    assert tool.state is State.BROKEN
    assert "word_counter" in tool.problem
    assert enabled_readers() == READERS
    with pytest.raises(RegistryError, match="does not load"):
        enable_tool(tool=tool, user=admin, now=LATER)

    packages.counter()
    sync_tools(now=LATER)
    assert _tool(tool.module_path).state is State.ON


@pytest.mark.usefixtures("anew")
def test_packages_that_nobody_enabled_and_that_break_stop_the_reading_of_no_file(packages):
    for how, source in _BREAKS.items():
        packages.write(f"{how}_at_import", source)

    assert read_file(content=_OFX, name="a.ofx", readers=READERS).status == "read"


_TOOL = {"path": "tools.word_counter.count", "arguments": {}, "result": {}, "problem": ""}
_PERMISSIONS = {"network": False, "writes": False}
_MANIFEST = {
    "version": "1",
    "kind": "other",
    "summary": "S.",
    "permissions": _PERMISSIONS,
    "configuration": {},
    "needs": [],
}


@pytest.mark.parametrize(
    "forged",
    [
        {"functions": [{**_TOOL, "path": "tools.ofx_statement.read_statement"}]},
        {"functions": [{**_TOOL, "path": "os.system"}]},
        {"functions": [{**_TOOL, "arguments": "none"}]},
        {"functions": [7]},
        {"functions": None},
        {"manifest": {**_MANIFEST, "kind": "made up"}},
        {"manifest": {**_MANIFEST, "permissions": {"network": "no"}}},
        {"manifest": {**_MANIFEST, "permissions": {"timeout_seconds": "long"}}},
        {"manifest": {**_MANIFEST, "summary": "a\0"}},
        {"manifest": {**_MANIFEST, "summary": "a" * 301}},
        {"manifest": []},
    ],
)
def test_what_a_package_forges_in_its_process_concerns_itself_alone(packages, monkeypatch, forged):
    answer = json.dumps({"problem": None, "manifest": _MANIFEST, "functions": [_TOOL], **forged}).encode()
    honest = Sandbox.run
    monkeypatch.setattr(
        Sandbox,
        "run",
        lambda self, job, *, request, **rest: (
            [answer] if request["name"] == "word_counter" else honest(self, job, request=request, **rest)
        ),
    )
    packages.counter()
    before = Tool.objects.get(module_path="tools.ofx_statement.read_statement").manifest

    assert list(sync_tools(now=NOW).broken) == ["word_counter"]
    assert Tool.objects.get(module_path="tools.ofx_statement.read_statement").manifest == before
    assert enabled_readers() == READERS


@pytest.mark.parametrize(
    ("differs", "sentence"),
    [
        ({"words": "a\\0"}, "NUL"),
        ({"version": "one"}, "version must be numbers"),
        ({"seconds": 0}, "too small a number: timeout_seconds"),
        ({"seconds": "'soon'"}, "MANIFEST holds a wrong value"),
        ({"needs": ("os.system",)}, "needs must name tools"),
        ({"configuration": {"type": "string"}}, "of an object with properties"),
        ({"configuration": {"type": 7}}, "no JSON schema"),
        (
            {"configuration": {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1/"}}}},
            "must not refer",
        ),
        (
            {
                "configuration": {
                    "type": "object",
                    "properties": {"a": {"type": "array", "items": {"format": "secret"}}},
                }
            },
            "only its own properties as secret",
        ),
        *(
            (
                {"configuration": {"type": "object", "properties": {"a": {}}, **hides}},
                "may mark as own-service only its own properties",
            )
            for hides in (
                {"properties": {"a": {"anyOf": [_SERVICE, {"type": "null"}]}}},
                {"properties": {"a": {"type": "object", "patternProperties": {"^x": _SERVICE}}}},
                {"properties": {"a": {"type": "array", "prefixItems": [_SERVICE]}}},
                {"properties": {"a": {"type": "array", "items": {"items": {"oneOf": [_SERVICE]}}}}},
                {"properties": {"a": {**_SERVICE, "items": _SERVICE}}},
                {"additionalProperties": _SERVICE},
                {"format": "own-service"},
            )
        ),
    ],
)
def test_a_manifest_that_breaks_the_contract_it_refuses_with_a_sentence(packages, differs, sentence):
    packages.counter(**differs)

    assert sentence in sync_tools(now=NOW).broken["word_counter"]
    assert not Tool.objects.filter(module_path__startswith="tools.word_counter.").exists()


def test_a_function_without_annotations_it_registers_with_its_problem(packages, admin):
    packages.counter(arguments=", tongue='en'")
    sync_tools(now=NOW)

    tool = _tool("tools.word_counter.count")
    assert tool.state is State.BROKEN
    assert "“tongue” is not" in tool.problem


@pytest.mark.parametrize(
    "values",
    [
        {"module_path": "os.system"},
        {"module_path": "tools.word_counter.count\n"},
        {"module_path": "tools.word_counter._count"},
        {"enabled": True},
        {"enabled": True, "enabled_at": NOW, "consented": {}},
        {"enabled": True, "enabled_at": NOW, "consented": []},
    ],
)
def test_the_database_itself_refuses(values):
    tool = {"module_path": "tools.word_counter.count", "kind": "other", "version": "1", "manifest": {}}
    with pytest.raises(IntegrityError), transaction.atomic():
        Tool.objects.create(**{**tool, **values})
