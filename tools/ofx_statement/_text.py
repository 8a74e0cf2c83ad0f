"""From bytes to text: encoding, comments, CDATA, and the case of tags."""

import codecs
import re
from html import unescape

_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_TAG_NAME = re.compile(r"</?[A-Za-z][A-Za-z0-9._]*\s*(?=/?>)")
_CHARSET = re.compile(
    rb"""CHARSET\s*:\s*([A-Za-z0-9._-]+)|<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)""", re.IGNORECASE
)
_ENCODING = re.compile(rb"ENCODING\s*:\s*([A-Za-z0-9._-]+)", re.IGNORECASE)
_HEADER_BYTES = 4096
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(content: bytes) -> str:
    """Return the text of the file.

    UTF-8 wins when every byte fits, whatever the header declares: banks declare US-ASCII or 1252 and send
    UTF-8. Else the declared character set, else Windows-1252, which OFX 1.x names as its usual one.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    head = content[:_HEADER_BYTES]
    if head[1::2].count(0) > len(head) // 4:
        return content.decode("utf-16-le", errors="replace")
    if head[::2].count(0) > len(head) // 4:
        return content.decode("utf-16-be", errors="replace")
    for encoding in ("utf-8", *_declared(head), "cp1252"):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("latin-1")


def _declared(head: bytes) -> list[str]:
    """The character sets that the header names, as Python knows them."""
    found = [name for pair in _CHARSET.findall(head) for name in pair if name] + _ENCODING.findall(head)
    names = [name.decode("ascii") for name in found]
    return [f"cp{name}" if name.isdigit() else name for name in names]


def simplify(text: str) -> str:
    """Remove comments and turn CDATA into plain text; every remaining character stays on its line."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    if "<![CDATA[" in text:
        text = _CDATA.sub(
            lambda match: match[1].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), text
        )
    if "<!--" in text:
        text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    return text


def with_plain_tags(text: str) -> str:
    """Return the text with every tag in capitals and without spaces: ``<StmtTrn >`` becomes ``<STMTTRN>``."""
    return _TAG_NAME.sub(lambda match: match[0].rstrip().upper(), text)


def clean(value: str) -> str:
    """Return the value without surrounding space, line breaks and entities."""
    value = value.strip()
    if "&" in value:
        value = _ENTITY.sub(lambda match: unescape(match[0]), value).strip()
    return " ".join(value.split()) if "\n" in value or "\r" in value else value
