"""Bank, cash and credit-card registers as QIF files (Quicken Interchange Format)."""

import re
from collections.abc import Sequence

from tools.contract import Layout, Manifest, Reading
from tools.qif_statement._reader import read

__all__ = ["claims", "read_statement"]

MANIFEST = Manifest(
    version="1.1",
    kind="statement_reader",
    summary="Reads QIF files of bank, cash and credit-card accounts.",
)

_HEADER = re.compile(
    rb"(?:^|[\r\n])[ \t]*!(?:Type[ \t]*:|Account\b|Option[ \t]*:|Clear[ \t]*:)", re.IGNORECASE
)
_RECORD = re.compile(
    rb"\s*(?:[A-Z$%][^\r\n]*[\r\n]+){0,3}?D *[0-9][^\r\n]*[\r\n]+(?:[A-Z$%][^\r\n]*[\r\n]+){0,40}?\^"
)
_LOOKED_AT = 65_536


def claims(content: bytes, name: str) -> bool:  # noqa: ARG001 - content alone decides
    """Whether the bytes hold a header of QIF, or begin with one of its records; the name does not matter."""
    head = content[:_LOOKED_AT].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    return _HEADER.search(head) is not None or _RECORD.match(head) is not None


def read_statement(content: bytes, name: str, layouts: Sequence[Layout] = ()) -> Reading:
    """Read every bank, cash or card register of the file; amounts and dates exactly as it states them.

    ``layouts`` are what people said, of which only the order of dates matters here.

    :raises OpenOrderError: a person has to say whether the day or the month comes first.
    :raises StatementRefusedError: the file cannot be read completely, or in more than one way.
    """
    return read(content, name, layouts)
