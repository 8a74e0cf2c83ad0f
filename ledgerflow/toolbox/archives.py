"""What the child process does with a ZIP archive. Runs inside :mod:`ledgerflow.toolbox.child` only."""

import json
from collections.abc import Iterator, Mapping

from tools._shared.archives import Archive, open_archive
from tools.contract import StatementRefusedError

_START = b"PK\x03\x04"
_DOCUMENTS = ("[Content_Types].xml", "mimetype")
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def unpack(content: bytes, request: Mapping[str, object]) -> Iterator[bytes]:  # noqa: ARG001 - the shape of every job
    """Yield what became of the archive as a line of JSON, then the bytes of its files one after the other.

    Outcomes: ``unpacked`` (with ``members``: names and sizes), ``document`` (a workbook, not an archive of files),
    ``refused`` (with ``message``).
    """
    try:
        archive = open_archive(content)
        if any(archive.holds(name) for name in _DOCUMENTS):
            yield _line({"outcome": "document"})
            return
        members = [(name, archive.member(name)) for name in archive.names if not _is_litter(name)]
        for name, member in members:
            _refuse_nested(name, member)
    except StatementRefusedError as refusal:
        yield _line({"outcome": "refused", "message": str(refusal)})
        return
    filled = [(name, member) for name, member in members if member]
    yield _line({"outcome": "unpacked", "members": [[name, len(member)] for name, member in filled]})
    for _, member in filled:
        yield member


def _is_litter(name: str) -> bool:
    return name.endswith("/") or name.startswith(_LITTER[0]) or name.rpartition("/")[2] in _LITTER[1:]


def _refuse_nested(name: str, member: bytes) -> None:
    if not member.startswith(_START):
        return
    inner: Archive = open_archive(member)
    if not any(inner.holds(each) for each in _DOCUMENTS):
        raise StatementRefusedError(
            f"“{name}” in the archive is an archive itself. Unpack it, and give the statements in it."
        )


def _line(answer: Mapping[str, object]) -> bytes:
    return json.dumps(answer).encode("ascii") + b"\n"
