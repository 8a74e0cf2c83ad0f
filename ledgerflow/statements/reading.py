"""Choose the reader of a file by its content and read it in the sandbox. Pure: no Django, no database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ledgerflow.statements.looks import describe
from ledgerflow.toolbox.sandbox import Sandbox, SandboxError
from ledgerflow.toolbox.values import Statement
from ledgerflow.toolbox.wire import WireError, decode

_SANDBOX = Sandbox("ledgerflow.toolbox.readers")


@dataclass(frozen=True, slots=True)
class FileReading:
    """What became of one file.

    ``status`` is ``read``, ``empty`` (well-formed, no lines; ``error`` says so) or ``refused`` (``error``
    says why and what to do; no statements). ``reader`` is the tool package that read it.
    """

    name: str
    status: Literal["read", "empty", "refused"]
    reader: str | None = None
    format: str | None = None
    error: str | None = None
    warnings: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()


def read_file(
    *, content: bytes, name: str, readers: Sequence[str] | None = None, password: str | None = None
) -> FileReading:
    """Read a statement file with the one reader that claims its content.

    ``readers`` are names of tool packages (``ofx_statement``); ``None`` asks all. Never raises for what a
    file contains: whatever is wrong with it becomes a refusal.
    """
    if not content:
        return FileReading(
            name=name, status="refused", error="The file is empty. Download it again from the bank."
        )
    request = {"name": name, "readers": None if readers is None else list(readers), "password": password}
    try:
        lines = _SANDBOX.run("read", content=content, request=request)
        answer = json.loads(lines[0])
        reading = decode(lines[1:]) if answer["outcome"] == "read" else None
    except (SandboxError, WireError) as error:
        return FileReading(name=name, status="refused", error=str(error))
    if reading is None:
        return FileReading(name=name, status="refused", error=_refusal(answer, content))
    lines_found = any(statement.lines for statement in reading.statements)
    return FileReading(
        name=name,
        status="read" if lines_found else "empty",
        reader=answer["readers"][0],
        format=reading.format,
        error=None if lines_found else reading.notice or "The file holds no transactions.",
        warnings=reading.warnings,
        statements=reading.statements,
    )


def _refusal(answer: dict[str, object], content: bytes) -> str:
    """Return the sentence that says why the file was not read and what to do."""
    readers = answer["readers"]
    formats = ", ".join(_format_name(str(reader)) for reader in readers) if isinstance(readers, list) else ""
    if answer["outcome"] == "unclaimed":
        look = describe(content)
        return f"No reader takes this file: it looks like {look}. Formats that are read: {formats or 'none'}."
    if answer["outcome"] == "ambiguous":
        return f"The file could be read in more than one way ({formats}). Say which format it is."
    return str(answer["message"])


def _format_name(reader: str) -> str:
    """``ofx_statement`` is the reader of OFX."""
    return reader.removesuffix("_statement").replace("_", " ").upper()
