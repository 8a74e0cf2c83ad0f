"""Customer statements (MT940, MT950) and interim reports (MT942) of SWIFT, as every bank writes them."""

import re

from tools.contract import Manifest, Reading
from tools.mt940_statement._reader import read

__all__ = ["claims", "read_statement"]

MANIFEST = Manifest(
    version="1.1",
    kind="statement_reader",
    summary="Reads MT940, MT942 and MT950 statements of SWIFT.",
)

_FIELD = re.compile(rb"(?:^|[\r\n])[ \t]{0,3}:(?:20|25P?|28C?|34F|60[FM]|61|62[FM]|64|90[CD]):")
_LOOKED_AT = 65_536


def claims(content: bytes, name: str) -> bool:  # noqa: ARG001 - content alone decides
    """Whether a line begins with a field of a SWIFT statement, such as ``:61:``; the name does not matter."""
    return _FIELD.search(content[:_LOOKED_AT].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")) is not None


def read_statement(content: bytes, name: str) -> Reading:  # noqa: ARG001 - content alone decides
    """Read every statement of the file; amounts and dates exactly as the bank states them.

    :raises StatementRefusedError: the file cannot be read completely.
    """
    return read(content)
