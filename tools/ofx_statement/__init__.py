"""Bank, card and cash movements from OFX 1.x (SGML), OFX 2.x (XML), QFX and QBO files."""

import re

from tools.contract import Manifest, Reading
from tools.ofx_statement._reader import read

__all__ = ["claims", "read_statement"]

MANIFEST = Manifest(
    version="1.1",
    kind="statement_reader",
    summary="Reads OFX, QFX and QBO statements of bank, card and investment accounts.",
)

_MARK = re.compile(
    rb"OFXHEADER\s*[:=<]|<\?OFX\s|<OF[XC](?:\s[^<>]{0,500})?>|<(?:CC)?STMTRS\s*>|<BANKTRANLIST\s*>|<STMTTRN\s*>",
    re.IGNORECASE,
)
_LOOKED_AT = 65_536


def claims(content: bytes, name: str) -> bool:  # noqa: ARG001 - content alone decides
    """Whether the bytes are OFX or a piece of it; the name does not matter."""
    return _MARK.search(content[:_LOOKED_AT].replace(b"\0", b"")) is not None


def read_statement(content: bytes, name: str) -> Reading:  # noqa: ARG001 - content alone decides
    """Read every statement of the file; amounts and dates exactly as the bank states them.

    :raises StatementRefusedError: the file cannot be read completely.
    """
    return read(content)
