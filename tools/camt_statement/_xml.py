"""From bytes to finished elements, one after the other, without keeping them.

The parser is the standard library's (expat). A document type is refused before it sees a byte, so there are no entities
to expand and nothing is fetched; that is also why the encoding is settled here and not by the parser.
"""

import codecs
import re
from collections.abc import Iterator
from typing import cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from tools.contract import StatementRefusedError

_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,400}\?>")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_READ_AS_THEY_ARE = frozenset({"utf-8", "ascii"})
_CHUNK = 1 << 18
_DOCUMENT_TYPE = (
    "The file declares a document type (<!DOCTYPE>), which no bank's statement has and which can do harm. Download the "
    "file again from the bank."
)


class LocalNames(dict[str, str]):
    """``names["{urn:…}Ntry"]`` is ``"Ntry"``."""

    def __missing__(self, tag: str) -> str:
        """Cut off the namespace and remember."""
        name = self[tag] = tag.rpartition("}")[2]
        return name


def finished_elements(data: bytes) -> Iterator[Element]:
    """Yield each element of a document in UTF-8 when it ends. The consumer empties what it does not need any more.

    :raises StatementRefusedError: the bytes are no well-formed XML.
    """
    parser: XMLPullParser[Element] = XMLPullParser(("end",))
    try:
        for start in range(0, len(data), _CHUNK):
            parser.feed(data[start : start + _CHUNK])
            yield from _ended(parser)
        parser.close()
    except ParseError as error:
        line, column = error.position
        message = (
            f"The file is no complete XML document (line {line}, column {column + 1}): it is cut off or damaged. "
            "Download it again from the bank."
        )
        raise StatementRefusedError(message) from None
    except (
        LookupError,
        ValueError,
    ):  # a declaration that in_utf8 could not make out, so that the parser saw it
        message = "The file declares an encoding that is not known. Download it again from the bank."
        raise StatementRefusedError(message) from None
    yield from _ended(parser)


def _ended(parser: "XMLPullParser[Element]") -> Iterator[Element]:
    for _kind, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
        yield element


def in_utf8(content: bytes) -> bytes:
    """Return the document in UTF-8 and without a document type.

    :raises StatementRefusedError: the document declares a document type, or an encoding that is unknown or wrong.
    """
    data = _utf8(content)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise StatementRefusedError(_DOCUMENT_TYPE)
    return data


def _utf8(content: bytes) -> bytes:
    """Return the document in UTF-8; what is UTF-8 already is not copied.

    :raises StatementRefusedError: the declared encoding is unknown or does not fit.
    """
    name = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if name is None:
        declared = _DECLARED.match(content[:600])
        name = _python_name(declared[1].decode("ascii")) if declared else _undeclared(content)
        if name in _READ_AS_THEY_ARE:
            return content
        if name == "utf-16":  # declared in ASCII, so it is not
            return content.replace(declared[0], b'<?xml version="1.0"', 1) if declared else content
    try:
        text = content.decode(name)
    except UnicodeDecodeError:
        message = f"The file is not written in the encoding that it declares ({name}). Download it again from the bank."
        raise StatementRefusedError(message) from None
    return _DECLARATION.sub("", text, count=1).encode()


def _python_name(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name
        is_text = "<a>é".encode(name).startswith(b"<a>")
    except (LookupError, UnicodeError, TypeError):
        is_text = declared.casefold().startswith("utf-16")
        name = "utf-16" if is_text else ""
    if name.startswith("utf-16"):
        return "utf-16"
    if not is_text:
        message = f"The file declares the encoding “{declared}”, which is not known. Download it again from the bank."
        raise StatementRefusedError(message)
    return name


def _undeclared(content: bytes) -> str:
    """UTF-8, or UTF-16 where every second byte of the beginning is zero."""
    head = content[:4]
    if head[1::2] == b"\0\0":
        return "utf-16-le"
    if head[0::2] == b"\0\0":
        return "utf-16-be"
    return "utf-8"
