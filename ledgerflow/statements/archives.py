"""A ZIP of statements is as many files: unpacked in the sandbox and never stored. Pure: no Django."""

import json
from collections.abc import Sequence

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.statements.sandboxed import SANDBOX
from ledgerflow.toolbox.sandbox import SandboxError

_START = b"PK\x03\x04"

Member = tuple[str, bytes]


class ArchiveRefusedError(LedgerFlowError):
    """The archive cannot be unpacked safely; the message says why and what to do."""


def unpack(*, content: bytes) -> Sequence[Member] | None:
    """Return name and bytes of each file in a ZIP archive, ``None`` when the content is none (or is a workbook).

    Raises:
        ArchiveRefusedError: the archive is damaged, encrypted or nested, would become too large, or a name leads
            out of it.
    """
    if not content.startswith(_START):
        return None
    try:
        lines = SANDBOX.run("unpack", content=content, request={})
    except SandboxError as error:
        raise ArchiveRefusedError(str(error)) from error
    answer = json.loads(lines[0])
    if answer["outcome"] == "document":
        return None
    if answer["outcome"] == "refused":
        raise ArchiveRefusedError(answer["message"])
    rest = b"".join(lines[1:])
    members: list[Member] = []
    start = 0
    for name, size in answer["members"]:
        members.append((name, rest[start : start + size]))
        start += size
    if not members:
        raise ArchiveRefusedError("The archive holds no files. Pack the statements again.")
    return members
