"""A tool's settings: of the installation, and of a book, which go before them. Secrets stand elsewhere."""

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q, QuerySet

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action, NotAllowedError, require
from ledgerflow.core import redaction
from ledgerflow.toolbox.configuration_schemas import (
    check_values,
    defaults,
    secret_names,
    service_names,
)
from ledgerflow.toolbox.errors import ConfigurationError, SecretMissingError
from ledgerflow.toolbox.models import Tool, ToolConfiguration
from ledgerflow.toolbox.refusals import ValueRefusedError
from ledgerflow.toolbox.remote import BRIDGE
from ledgerflow.toolbox.services.consents import end_consents_of_others, with_consents
from ledgerflow.users.models import User

_LONGEST_SECRET = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How often a tool may be called for a book; ``None`` sets no limit of one's own."""

    calls_a_minute: int | None = None
    calls_a_day: int | None = None


class EffectiveLimits(NamedTuple):
    """The limits that hold."""

    calls_a_minute: int
    calls_a_day: int


_WORDS_FOR_LIMITS = MappingProxyType({"calls_a_minute": "calls a minute", "calls_a_day": "calls a day"})


@transaction.atomic
def configure_tool(
    *,
    tool: Tool,
    book: Book | None,
    values: Mapping[str, object],
    user: User,
    now: datetime,
    limits: Limits | None = None,
) -> ToolConfiguration:
    """Keep the settings of the tool, all of them, for the installation or for one book.

    Tools of one package have one schema of settings, and share what is saved for any of them. What was agreed to of an
    MCP server ends with its name or address in them. Limits are of each tool:
    ``limits`` replace those that are kept; without, these stay. They only narrow: the manifest's are what was agreed to
    when the tool was enabled, and a book's are within the installation's.

    A firm administrator sets everything. An owner sets what is of the book, but for tools that hold secrets and for
    addresses of the installation's services, which stay as they are: whoever says where a secret is sent, reads it.

    :raises NotAllowedError: the user may not.
    :raises ConfigurationError: a setting is unknown or does not fit the tool's schema, or is a secret in clear; or a
        limit is none, or above the one it narrows.
    """
    tool = Tool.objects.select_for_update(of=("self",)).get(pk=tool.pk)
    schema = _schema(tool)
    if not (user.is_active and user.is_firm_admin):
        _require_owner(tool, book, values, kept_settings(tool, book), user)
    try:
        check_values(schema, values, is_whole=False)
    except ValueRefusedError as error:
        raise ConfigurationError(f"{tool}: {error}") from None
    if limits is not None:
        _check_limits(tool, book, limits)
    kept, _ = ToolConfiguration.objects.select_for_update(of=("self",)).get_or_create(tool=tool, book=book)
    kept.values, kept.changed_by, kept.changed_at = dict(values), user, now
    if limits is not None:
        kept.calls_a_minute, kept.calls_a_day = limits.calls_a_minute, limits.calls_a_day
    kept.save(update_fields=["values", "calls_a_minute", "calls_a_day", "changed_by", "changed_at"])
    if tool.package == BRIDGE:
        end_consents_of_others(servers=kept.values.get("servers", []), book=book, user=user, now=now)
    return kept


def limits_for(tool: Tool, book: Book | None) -> EffectiveLimits:
    """Return how often the tool may be called for the book: the lowest of its limits; one query."""
    own = _rows(tool, book).aggregate(*map(Min, EffectiveLimits._fields))
    return narrowed(tool, own.values())


def narrowed(tool: Tool, own: Iterable[int | None]) -> EffectiveLimits:
    """Return the manifest's limits, or the lowest of the tool's settings (a minute, a day) where that is lower."""
    most = tool.manifest["permissions"]
    named = zip(EffectiveLimits._fields, own, strict=True)
    return EffectiveLimits(*(min(most[name], limit or most[name]) for name, limit in named))


def configuration_for(tool: Tool, book: Book | None) -> dict[str, Any]:
    """Return the settings that the tool runs with: defaults, the installation's, the book's; secrets in clear.

    A bridge finds in its servers what was agreed to of them. Neither keep nor print what this returns. One query; of a
    bridge, another.

    :raises ConfigurationError: a required setting is missing, or one no longer fits the schema of this version.
    :raises SecretMissingError: what a reference points at is not there.
    """
    by_level = _by_level(tool, book)
    schema = _schema(tool)
    try:
        check_values(schema, _together(tool, book, by_level), is_whole=True)
    except ValueRefusedError as error:
        raise ConfigurationError(f"{tool} is not set up: {error}") from None
    values = _with_consents(tool, book, by_level)
    return {
        name: _resolved(name, value) if name in secret_names(schema) else value
        for name, value in values.items()
    }


def stored_configuration(tool: Tool, book: Book | None) -> dict[str, Any]:
    """Return the settings with references in place of secrets, and without what was agreed to, for a form."""
    return _together(tool, book, _by_level(tool, book))


def answering_configuration(tool: Tool, book: Book | None) -> dict[str, Any]:
    """Return all settings that an answer hangs on, references in place of secrets, for the key of a cache."""
    return _with_consents(tool, book, _by_level(tool, book))


def kept_settings(tool: Tool, book: Book | None) -> dict[str, Any]:
    """Return what was saved for the installation, or for the book, and nothing else: neither defaults nor the other's.

    One query.
    """
    row = _saved(tool).filter(book=book).last()
    return dict(row.values) if row else {}


def _by_level(tool: Tool, book: Book | None) -> dict[int | None, Mapping[str, Any]]:
    """Return what was saved by the id of its book, ``None`` for the installation."""
    return {row.book_id: row.values for row in _saved(tool).filter(Q(book=None) | Q(book=book))}


def _together(
    tool: Tool, book: Book | None, by_level: Mapping[int | None, Mapping[str, Any]]
) -> dict[str, Any]:
    values: dict[str, Any] = {**defaults(_schema(tool)), **by_level.get(None, {})}
    return {**values, **(by_level.get(book.pk, {}) if book else {})}


def _with_consents(
    tool: Tool, book: Book | None, by_level: Mapping[int | None, Mapping[str, Any]]
) -> dict[str, Any]:
    values = _together(tool, book, by_level)
    if tool.package != BRIDGE:
        return values
    return with_consents(values, book if book and "servers" in by_level.get(book.pk, {}) else None)


def _saved(tool: Tool) -> QuerySet[ToolConfiguration]:
    """Return what was saved for the tools of the package; of each level the last holds."""
    of_package = ToolConfiguration.objects.filter(tool__module_path__startswith=f"tools.{tool.package}.")
    return of_package.order_by("changed_at", "pk")


def _rows(tool: Tool, book: Book | None) -> QuerySet[ToolConfiguration]:
    """Return what is kept for the installation, and for the book if there is one."""
    rows = ToolConfiguration.objects.filter(tool=tool, book=None)
    return rows if book is None else rows | ToolConfiguration.objects.filter(tool=tool, book=book)


def _check_limits(tool: Tool, book: Book | None, limits: Limits) -> None:
    most = tool.manifest["permissions"] if book is None else limits_for(tool, None)._asdict()
    whose = "were agreed to when it was enabled" if book is None else "are the installation's limit"
    for name, words in _WORDS_FOR_LIMITS.items():
        limit = getattr(limits, name)
        if limit is None:
            continue
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
            raise ConfigurationError(f"{tool}: a limit of {words} is a whole number from 1 on, or nothing.")
        if limit > most[name]:
            raise ConfigurationError(
                f"{tool}: {limit:,} {words} are too many; at most {most[name]:,} {whose}."
            )


def _require_owner(
    tool: Tool, book: Book | None, values: Mapping[str, object], before: Mapping[str, object], user: User
) -> None:
    if book is None:
        raise NotAllowedError(
            "You may not set up tools for the whole installation; ask a firm administrator."
        )
    require(user=user, book=book, action=Action.CONFIGURE_TOOLS)
    schema = _schema(tool)
    if secret_names(schema):
        raise NotAllowedError(f"{tool} works with secrets, so only a firm administrator sets it up.")
    addresses = ", ".join(
        sorted(
            name
            for name in service_names(schema) & (values.keys() | before.keys())
            if values.get(name) != before.get(name)
        )
    )
    if addresses:
        raise NotAllowedError(
            f"Only a firm administrator says where services of the installation are: {addresses}."
        )


def _schema(tool: Tool) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = tool.manifest["configuration"]
    return schema


def _resolved(name: str, reference: Mapping[str, str]) -> str:
    """Return the secret itself, and let no log show it."""
    secret = _of_variable(name, reference["env"]) if "env" in reference else _of_file(name, reference["file"])
    redaction.hide([secret])
    return secret


def _of_variable(name: str, variable: str) -> str:
    secret: str = settings.TOOL_SECRETS.get(variable, "")
    if not secret:
        raise SecretMissingError(
            f"The setting “{name}” refers to the environment variable {variable}, which is not set, or whose file "
            "cannot be read. Set it and start LedgerFlow anew."
        )
    return secret


def _of_file(name: str, file: str) -> str:
    """Return what stands in a file of the secrets folder; a way out of the folder, also by a link, is refused."""
    folder = Path(settings.TOOL_SECRETS_DIR).resolve()
    said = f"The setting “{name}” refers to the file {file!r}"
    try:
        path = (folder / file).resolve()
        if not path.is_relative_to(folder):
            raise SecretMissingError(f"{said}, which is outside the secrets folder (LEDGERFLOW_SECRETS_DIR).")
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LONGEST_SECRET:
            raise SecretMissingError(f"{said}, which is no file of at most {_LONGEST_SECRET // 1024} KB.")
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SecretMissingError(
            f"{said}, which cannot be read in the secrets folder (LEDGERFLOW_SECRETS_DIR): {reason}."
        ) from None
    if not secret:
        raise SecretMissingError(f"{said}, which is empty.")
    return secret
