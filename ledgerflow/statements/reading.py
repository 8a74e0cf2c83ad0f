"""Choose the reader of a file by its content and read it in the sandbox. Pure: no Django, no database."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ledgerflow.statements.archives import ArchiveRefusedError, unpack
from ledgerflow.statements.claiming import asked
from ledgerflow.statements.looks import describe
from ledgerflow.statements.sandboxed import SANDBOX
from ledgerflow.toolbox.layouts import decode_description, layout_as_json, open_order_of_json
from ledgerflow.toolbox.sandbox import Limits, SandboxError
from ledgerflow.toolbox.values import Description, Layout, OpenOrder, Statement
from ledgerflow.toolbox.wire import WireError, decode

#: What recognizing the text of pictures may use.
_RECOGNITION = Limits(memory_bytes=1536 * 1024 * 1024, cpu_seconds=60, wall_seconds=60)
#: That one file may ask about its dates, with one answer for all of them.
_MOST_QUESTIONS = 20


@dataclass(frozen=True, slots=True)
class FileReading:
    """What became of one file.

    ``status`` is ``read``, ``empty`` (well-formed, no lines; ``error`` says so) or ``refused`` (``error``
    says why and what to do; no statements). ``reader`` is the tool package that read or refused it; ``is_claimed`` says
    that one took it for a statement of its format, whether or not it could be read. ``is_table`` where people can
    choose what its columns are for; ``layouts`` are then the fingerprints of the tables that were read; ``dated_as``
    is that of the format's dates, where no columns can be chosen but the order of its dates can be said. Of these,
    ``orders_said`` are those by whose order dates were read that the file leaves open. ``asks`` is what a person has to
    say of that order first.
    """

    name: str
    status: Literal["read", "empty", "refused"]
    reader: str | None = None
    format: str | None = None
    error: str | None = None
    warnings: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    is_claimed: bool = True
    is_table: bool = False
    layouts: tuple[str, ...] = ()
    dated_as: str = ""
    orders_said: tuple[str, ...] = ()
    asks: OpenOrder | None = None

    @property
    def takes_layouts(self) -> bool:
        """Whether what people say of columns, or of the order of dates, can be about the file."""
        return self.is_table or bool(self.dated_as) or self.asks is not None


def read_file(
    *,
    content: bytes,
    name: str,
    readers: Sequence[str] | None = None,
    password: str | None = None,
    layouts: Sequence[Layout] = (),
) -> FileReading:
    """Read a statement file with the one reader that claims its content.

    ``readers`` are names of tool packages (``ofx_statement``); ``None`` asks all that come with LedgerFlow.
    ``layouts`` are how people say that tables are read; one that is about no table of the file is not used. Never
    raises for what a file contains: whatever is wrong with it becomes a refusal.
    """
    if not content:
        return FileReading(
            name=name, status="refused", error="The file is empty. Download it again from the bank."
        )
    to_ask = asked(content=content, name=name, readers=readers)
    request = {
        "name": name,
        "readers": to_ask.readers,
        "broken": to_ask.broken,
        "password": password,
        "layouts": list(map(layout_as_json, layouts)),
    }
    try:
        lines = SANDBOX.run("read", content=content, request=request)
        answer = json.loads(lines[0])
        if answer["outcome"] == "scanned":
            lines = SANDBOX.run(
                "read", content=content, request={**request, "recognize": True}, limits=_RECOGNITION
            )
            answer = json.loads(lines[0])
        reading = decode(lines[1:]) if answer["outcome"] == "read" else None
        asks = open_order_of_json(answer["asks"]) if answer["asks"] else None
    except (SandboxError, WireError) as error:
        return FileReading(name=name, status="refused", error=str(error))
    if reading is None:
        if not answer["is_claimed"]:
            return _read_archive(content, name, readers, password, layouts) or replace(
                _refused(name, _refusal(answer, content)), is_claimed=False
            )
        refused = replace(_refused(name, _refusal(answer, content)), is_table=answer["is_table"], asks=asks)
        return replace(refused, reader=answer["readers"][0]) if len(answer["readers"]) == 1 else refused
    lines_found = any(statement.lines for statement in reading.statements)
    return FileReading(
        name=name,
        status="read" if lines_found else "empty",
        reader=answer["readers"][0],
        format=reading.format,
        error=None if lines_found else reading.notice or "The file holds no transactions.",
        warnings=reading.warnings,
        statements=reading.statements,
        is_table=answer["is_table"],
        layouts=reading.layouts if answer["is_table"] else (),
        dated_as="" if answer["is_table"] else next(iter(reading.layouts), ""),
        orders_said=reading.orders_said,
    )


def read_in_order(
    *,
    content: bytes,
    name: str,
    readers: Sequence[str] | None = None,
    password: str | None = None,
    order: str | None = None,
) -> FileReading:
    """Read a statement file as :func:`read_file` does, its dates in ``order`` where they leave it open.

    A file of several tables may ask about each of them; after ``_MOST_QUESTIONS`` it is left at that.
    """
    layouts: list[Layout] = []
    reading = read_file(content=content, name=name, readers=readers, password=password)
    for _ in range(_MOST_QUESTIONS):
        asks = reading.asks
        if asks is None or order not in {way.order for way in asks.ways}:
            break
        said = replace(asks.layout, day_order=str(order))
        if said in layouts:
            break
        layouts.append(said)
        reading = read_file(content=content, name=name, readers=readers, password=password, layouts=layouts)
    return reading


def describe_file(
    *, content: bytes, name: str, readers: Sequence[str] | None = None, layouts: Sequence[Layout] = ()
) -> Description | None:
    """Return the tables of a file, how their columns are read, and what comes of it.

    ``None`` where no reader of tables takes the file. Never raises for what a file contains: whatever is wrong with it
    is the description's problem.
    """
    request = {
        "name": name,
        "readers": asked(content=content, name=name, readers=readers).readers,
        "layouts": list(map(layout_as_json, layouts)),
    }
    try:
        lines = SANDBOX.run("describe", content=content, request=request)
        return decode_description(lines) if lines else None
    except (SandboxError, WireError) as error:
        return Description((), problem=str(error))


def show_place(
    *, content: bytes, name: str, place: Mapping[str, Any], readers: Sequence[str] | None = None
) -> dict[str, Any] | None:
    """Return what stands at a place of a file as its reader shows it: ``numbers``, ``rows`` and ``marked``.

    ``readers`` are names of tool packages; ``None`` asks all that come with LedgerFlow. ``None`` where none of them
    can tell.
    """
    wanted = asked(content=content, name=name, readers=readers).readers
    try:
        lines = SANDBOX.run(
            "show", content=content, request={"name": name, "readers": wanted, "place": dict(place)}
        )
    except SandboxError:
        return None
    return dict(json.loads(lines[0])) if lines else None


def _refused(name: str, sentence: str) -> FileReading:
    return FileReading(name=name, status="refused", error=sentence)


def _read_archive(
    content: bytes,
    name: str,
    readers: Sequence[str] | None,
    password: str | None,
    layouts: Sequence[Layout],
) -> FileReading | None:
    """Read every file in a ZIP archive by itself, ``None`` when the content is no archive.

    A line says by ``member`` in which file it stands. Files that cannot be read become warnings; where none can be
    read, or one that is a statement cannot, nothing is.
    """
    try:
        members = unpack(content=content)
    except ArchiveRefusedError as refusal:
        return _refused(name, str(refusal))
    if members is None:
        return None
    read = [
        (member, read_file(content=inside, name=member, readers=readers, password=password, layouts=layouts))
        for member, inside in members
    ]
    said = tuple(
        f"{member}: {sentence}"
        for member, each in read
        for sentence in (*([each.error] if each.error else []), *each.warnings)
    )
    bad = [f"{member}: {each.error}" for member, each in read if each.status == "refused" and each.is_claimed]
    if bad or all(each.status == "refused" for _, each in read):
        asks = next((each.asks for _, each in read if each.asks), None)
        return replace(_refused(name, " ".join(bad or said)), asks=asks)
    statements = tuple(_within(statement, member) for member, each in read for statement in each.statements)
    found = any(each.status == "read" for _, each in read)
    return FileReading(
        name=name,
        status="read" if found else "empty",
        format="zip",
        error=None if found else " ".join(said),
        warnings=said if found else (),
        statements=statements,
    )


def _within(statement: Statement, member: str) -> Statement:
    lines = tuple(line._replace(place={**line.place, "member": member}) for line in statement.lines)
    return replace(statement, lines=lines)


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
