"""Account statements of ISO 20022: camt.052, camt.053 and camt.054, every version."""

import re

from tools.camt_statement._reader import read
from tools.camt_statement._showing import show
from tools.contract import Manifest, Reading

__all__ = ["claims", "read_statement", "show"]

MANIFEST = Manifest(
    version="1.0",
    kind="statement_reader",
    summary="Reads camt.052, camt.053 and camt.054 statements of ISO 20022.",
)

_MESSAGE = re.compile(
    rb"<(?:[\w.-]+:)?BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)(?:V\d+)?[\s/>]|camt\.05[234]\.00"
)
_LOOKED_AT = 65_536


def claims(content: bytes, name: str) -> bool:  # noqa: ARG001 - content alone decides
    """Whether the bytes are XML with one of the three messages in it; the name does not matter."""
    head = content[:_LOOKED_AT].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return head.startswith(b"<") and _MESSAGE.search(head) is not None


def read_statement(content: bytes, name: str) -> Reading:  # noqa: ARG001 - content alone decides
    """Read every statement of the file; amounts and dates exactly as the bank states them.

    :raises StatementRefusedError: the file cannot be read completely.
    """
    return read(content)
