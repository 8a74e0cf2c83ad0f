"""What a file that no reader takes looks like, in words for the person who dropped it."""

_STARTS = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\0", "an image"),
    (b"MM\0*", "an image"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (XLS or DOC)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf", "a compressed file (7z)"),
    (b"Rar!", "a compressed file (RAR)"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_WORDS = (
    (b"<!doctype html", "a web page (HTML); the bank may have answered with its sign-in page"),
    (b"<html", "a web page (HTML); the bank may have answered with its sign-in page"),
    (b"urn:iso:std:iso:20022:tech:xsd:camt.", "a CAMT statement (XML)"),
    (b"<bktocstmrstmt", "a CAMT statement (XML)"),
    (b"!type:", "a QIF file"),
    (b"!account", "a QIF file"),
    (b"{1:f01", "an MT940 statement (SWIFT)"),
    (b"\n:60f:", "an MT940 statement (SWIFT)"),
    (b"<?xml", "an XML file of another kind"),
    (b'{"', "a JSON file"),
)
_ZIP_START = b"PK\x03\x04"
_LOOKED_AT = 8192
_CONTROL_SHARE = 20


def describe(content: bytes) -> str:
    """Return what the content looks like: ``"a PDF document"``."""
    if not content.strip(b"\0 \t\r\n\x1a\xef\xbb\xbf"):
        return "an empty file"
    if content.startswith(_ZIP_START):
        return _describe_zip(content)
    for start, words in _STARTS:
        if content.startswith(start):
            return words
    head = content[:_LOOKED_AT].replace(b"\0", b"").lower()
    for word, words in _WORDS:
        if word in head:
            return words
    control = sum(byte < 9 or 13 < byte < 27 for byte in content[:_LOOKED_AT])
    return "binary data" if control * _CONTROL_SHARE > len(content[:_LOOKED_AT]) else "plain text"


def _describe_zip(content: bytes) -> str:
    head = content[:_LOOKED_AT]
    if b"xl/" in head or b"xl/workbook" in content[-_LOOKED_AT:]:
        return "a spreadsheet (XLSX)"
    if b"opendocument.spreadsheet" in head:
        return "a spreadsheet (ODS)"
    if b"word/" in head or b"opendocument.text" in head:
        return "a text document"
    return "a ZIP archive"
