"""What a file is, from its bytes alone: its name says nothing that could be trusted."""

import re

from ledgerflow.documents.models import MediaType

_HEAD = 1024
#: Bytes at the beginning, and what begins so.
_SIGNATURES = (
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"GIF87a", MediaType.GIF),
    (b"GIF89a", MediaType.GIF),
)
_HEIC_BRANDS = {b"heic", b"heix", b"mif1", b"msf1"}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
#: Control characters that no text has: all but tab, line feed, form feed, carriage return and escape.
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def media_type_of(content: bytes) -> MediaType | None:
    """Return what the file is, nothing where it is none of what receipts come as."""
    for beginning, media_type in _SIGNATURES:
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return MediaType.WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return MediaType.HEIC
    if b"%PDF-" in content[:_HEAD]:  # readers of PDF take a little before it
        return MediaType.PDF
    return MediaType.TEXT if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        return False
    return _NOT_IN_TEXT.search(text) is None
