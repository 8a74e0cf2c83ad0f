"""The registry: what packages offer becomes rows, and people agree to what may run."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.toolbox.built_in import BUILT_IN
from ledgerflow.toolbox.consent import State, is_harmless
from ledgerflow.toolbox.descriptions import FoundPackage, FoundTool, find_tools
from ledgerflow.toolbox.errors import RegistryError
from ledgerflow.toolbox.loader import is_tool_path
from ledgerflow.toolbox.models import Tool
from ledgerflow.users.models import User

#: Any number that no other part of LedgerFlow locks.
_SYNC_LOCK = 7210
_FROM_PACKAGE = ("kind", "version", "summary", "manifest", "argument_schema", "result_schema", "problem")
_CONSENT = ("enabled", "enabled_by", "enabled_at", "consented")


@dataclass(slots=True)
class Sync:
    """What a look at the packages changed, as module paths; ``broken`` has a sentence for each package."""

    added: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)


def sync_tools(*, now: datetime, using: str = DEFAULT_DB_ALIAS) -> Sync:
    """Bring the registry up to what the packages say of themselves.

    A function that is new gets a row. Nothing is enabled by it, but for built-in tools that only compute (no network,
    no writes, no other tool): those are enabled when they appear, and their releases are their consent while they stay
    such. What asks for more than was agreed to waits; what is gone is marked, and keeps its history and its consent.
    """
    packages = find_tools()
    done = Sync(broken={package.name: package.problem for package in packages if package.problem})
    with transaction.atomic(using=using):
        _one_at_a_time(using)
        locked = Tool.objects.using(using).select_for_update(
            of=("self",), no_key=True
        )  # runs may begin meanwhile
        rows = {tool.module_path: tool for tool in locked}
        found = {each.path: (package, each) for package in packages for each in package.tools}
        for path, (package, each) in found.items():
            if path in rows:
                _update(rows[path], package, each, done, now)
            else:
                _add(package, each, now, using)
                done.added.append(path)
        for path in sorted(rows.keys() - found.keys()):
            _mark(rows[path], done, now)
    return done


def enable_tool(*, tool: Tool, user: User, now: datetime, seen: str = "") -> Tool:
    """Let the tool run as it says of itself now, which is what the user agrees to.

    ``seen`` is the ``offer_digest`` that was shown to the user; what changed since is not agreed to.

    :raises NotAllowedError: the user is no firm administrator.
    :raises RegistryError: the tool is missing, does not load, or is enabled already; or its offer changed meanwhile.
    """
    with _held(tool, user, "enable") as held:
        if held.state is State.ON:
            raise RegistryError(f"{held} is enabled already.")
        _agree(held, user, now, seen)
    return held


def consent_to(*, tool: Tool, user: User, now: datetime, seen: str = "") -> Tool:
    """Agree to what an enabled tool asks for beyond the consent it has.

    :raises NotAllowedError: the user is no firm administrator.
    :raises RegistryError: the tool does not wait for consent, or its offer changed meanwhile.
    """
    with _held(tool, user, "consent to") as held:
        if held.state is not State.WAITING:
            raise RegistryError(f"{held} does not wait for consent: it is in the state “{held.state}”.")
        _agree(held, user, now, seen)
    return held


def disable_tool(*, tool: Tool, user: User, now: datetime) -> Tool:  # noqa: ARG001 - the same shape as its siblings
    """Let the tool run no more; its history and settings stay. Nothing enables it again but a person.

    :raises NotAllowedError: the user is no firm administrator.
    :raises RegistryError: the tool is disabled.
    """
    with _held(tool, user, "disable") as held:
        if not held.enabled:
            raise RegistryError(f"{held} is disabled already.")
        held.enabled = False
        held.save(update_fields=["enabled"])
    return held


def remap_tool(*, tool: Tool, to_path: str, user: User, now: datetime) -> Tool:
    """Let a tool whose function was renamed or moved stand for the function at its new path.

    History, settings and consent stay with the tool; what the new function asks for beyond the consent waits.

    :raises NotAllowedError: the user is no firm administrator.
    :raises RegistryError: the tool is not missing, or the path is no tool of its kind without a history of its own.
    """
    with _held(tool, user, "remap") as held:
        if held.missing_since is None:
            raise RegistryError(f"{held} is not missing, so it keeps its path.")
        if not is_tool_path(to_path):
            raise RegistryError(
                f"“{to_path[:200]}” is no tool path: it must read tools.<package>.<function>."
            )
        other = Tool.objects.select_for_update(of=("self",)).filter(module_path=to_path).first()
        if other is None or other.missing_since is not None:
            raise RegistryError(
                f"There is no tool {to_path}; `ledgerflow tools sync` registers a new package first."
            )
        if other.kind != held.kind:
            raise RegistryError(
                f"{to_path} is of the kind {other.kind}, and {held} is of the kind {held.kind}."
            )
        if other.runs.exists() or other.configurations.exists() or other.former_paths:
            raise RegistryError(f"{to_path} has runs or settings of its own, so the two stay apart.")
        values = {name: getattr(other, name) for name in _FROM_PACKAGE}
        other.delete()
        former = [*held.former_paths, {"path": held.module_path, "until": now.isoformat(), "by": user.pk}]
        _set(held, {**values, "module_path": to_path, "former_paths": former, "missing_since": None})
    return held


@contextmanager
def _held(tool: Tool, user: User, act: str) -> Iterator[Tool]:
    """Give the tool's row, locked, to a firm administrator."""
    if not (user.is_active and user.is_firm_admin):
        raise NotAllowedError(f"You may not {act} tools; ask a firm administrator.")
    with transaction.atomic():
        yield Tool.objects.select_for_update(of=("self",)).get(pk=tool.pk)


def _agree(tool: Tool, user: User, now: datetime, seen: str) -> None:
    if tool.missing_since is not None:
        raise RegistryError(
            f"{tool} is missing: its package no longer offers it. Remap it, or install the package."
        )
    if tool.problem:
        raise RegistryError(f"{tool} does not load, so it cannot be enabled. {tool.problem}")
    if seen and seen != tool.offer_digest:
        raise RegistryError(f"{tool} changed since you looked at it; look again at what it asks for.")
    tool.enabled, tool.enabled_by, tool.enabled_at, tool.consented = True, user, now, tool.offer
    tool.save(update_fields=_CONSENT)


def _add(package: FoundPackage, each: FoundTool, now: datetime, using: str) -> None:
    tool = Tool(module_path=each.path, found_at=now, **_values(package, each))
    if _needs_nobody(tool):
        tool.enabled, tool.enabled_at, tool.consented = True, now, tool.offer
    tool.save(using=using)


def _update(tool: Tool, package: FoundPackage, each: FoundTool, done: Sync, now: datetime) -> None:
    if tool.missing_since is not None:
        done.returned.append(tool.module_path)
    values = {**_values(package, each), "missing_since": None}
    for name, value in values.items():
        setattr(tool, name, value)
    if _needs_nobody(tool) and (tool.enabled or tool.enabled_at is None):
        tool.enabled, tool.enabled_at, tool.consented = True, tool.enabled_at or now, tool.offer
    tool.save(update_fields=[*values, "enabled", "enabled_at", "consented"])
    if tool.state is State.WAITING:
        done.waiting.append(tool.module_path)


def _mark(tool: Tool, done: Sync, now: datetime) -> None:
    """Mark what was not found: its package does not load, or no longer offers it."""
    if tool.package in done.broken:
        tool.problem, tool.missing_since = done.broken[tool.package], None
    else:
        if tool.missing_since is None:
            done.missing.append(tool.module_path)
        tool.missing_since = tool.missing_since or now
    tool.save(update_fields=["problem", "missing_since"])


def _needs_nobody(tool: Tool) -> bool:
    """Whether whoever installed LedgerFlow agreed to it already: it is built in and only computes."""
    return tool.package in BUILT_IN and not tool.problem and is_harmless(tool.manifest)


def _values(package: FoundPackage, each: FoundTool) -> dict[str, Any]:
    manifest: Mapping[str, Any] = package.manifest or {}
    return {
        "kind": manifest["kind"],
        "version": manifest["version"],
        "summary": manifest["summary"],
        "manifest": manifest,
        "argument_schema": each.argument_schema,
        "result_schema": each.result_schema,
        "problem": each.problem,
    }


def _set(tool: Tool, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(tool, name, value)
    tool.save(update_fields=list(values))


def _one_at_a_time(using: str) -> None:
    """Wait for another process that looks at the same time, until this transaction ends."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SYNC_LOCK])
