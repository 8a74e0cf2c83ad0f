"""A tool's settings: of the installation, and of a book, which go before them. Secrets stand elsewhere."""

import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

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
from ledgerflow.toolbox.schemas import ValueRefusedError
from ledgerflow.users.models import User

_LONGEST_SECRET = 64 * 1024


@transaction.atomic
def configure_tool(
    *, tool: Tool, book: Book | None, values: Mapping[str, object], user: User, now: datetime
) -> ToolConfiguration:
    """Keep the settings of the tool, all of them, for the installation or for one book.

    A firm administrator sets everything. An owner sets what is of the book, but for tools that hold secrets and for
    addresses of the installation's services, which stay as they are: whoever says where a secret is sent, reads it.

    :raises NotAllowedError: the user may not.
    :raises ConfigurationError: a setting is unknown or does not fit the tool's schema, or is a secret in clear.
    """
    tool = Tool.objects.select_for_update(of=("self",)).get(pk=tool.pk)
    schema = _schema(tool)
    if not (user.is_active and user.is_firm_admin):
        before = ToolConfiguration.objects.filter(tool=tool, book=book).first()
        _require_owner(tool, book, values, before.values if before else {}, user)
    try:
        check_values(schema, values, is_whole=False)
    except ValueRefusedError as error:
        raise ConfigurationError(f"{tool}: {error}") from None
    kept, _ = ToolConfiguration.objects.select_for_update(of=("self",)).get_or_create(tool=tool, book=book)
    kept.values, kept.changed_by, kept.changed_at = dict(values), user, now
    kept.save(update_fields=["values", "changed_by", "changed_at"])
    return kept


def configuration_for(tool: Tool, book: Book | None) -> dict[str, Any]:
    """Return the settings that the tool runs with: defaults, the installation's, the book's; secrets in clear.

    Neither keep nor print what this returns. One query.

    :raises ConfigurationError: a required setting is missing, or one no longer fits the schema of this version.
    :raises SecretMissingError: what a reference points at is not there.
    """
    values = stored_configuration(tool, book)
    schema = _schema(tool)
    try:
        check_values(schema, values, is_whole=True)
    except ValueRefusedError as error:
        raise ConfigurationError(f"{tool} is not set up: {error}") from None
    return {
        name: _resolved(name, value) if name in secret_names(schema) else value
        for name, value in values.items()
    }


def stored_configuration(tool: Tool, book: Book | None) -> dict[str, Any]:
    """Return the same settings with references in place of secrets, for a form, and for the key of a cache."""
    rows = ToolConfiguration.objects.filter(tool=tool, book=None)
    if book is not None:
        rows = rows | ToolConfiguration.objects.filter(tool=tool, book=book)
    values = defaults(_schema(tool))
    for row in sorted(rows, key=lambda each: each.book_id is not None):
        values |= row.values
    return values


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
