"""Who and what for: field 86 in the dialects that banks write.

German banks and many of central Europe: a code of three digits, then subfields behind ``?`` (elsewhere ``<``, ``>``,
``^`` or ``~``): 00 kind of posting, 20-29 and 60-63 purpose, 32 and 33 name. Inside the purpose the keywords of SEPA
(``EREF+``, ``SVWZ+``). Dutch banks and others: ``/NAME/…/REMI/…``. Everything else is text.
"""

import re
from typing import NamedTuple

_STRUCTURED = re.compile(r"\s*(?:\d{1,3}|[A-Z]{4})?\s*([?<>^~@|])(?=\d\d)")
_KEYWORD = re.compile(
    r"(?<![A-Za-z])(EREF|KREF|MREF|BREF|RREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|MDAT|RTRN|SQTP|PURP|IBAN|BIC)"
    r"(?:\+|: )"
)
_HIDDEN = frozenset(
    {"EREF", "KREF", "MREF", "BREF", "RREF", "CRED", "DEBT", "COAM", "OAMT", "ABWA", "ABWE"}
    | {"MDAT", "SQTP", "PURP", "IBAN", "BIC"}
)
_SLASHED = re.compile(
    r"/(TRTP|TRCD|IBAN|BIC|NAME|REMI|EREF|MARF|CSID|CNTP|ORDP|BENM|ADDR|ISDT|RTRN|PREF|SVCL|PURP|ULTC|ULTD|ULTB|ACCW|"
    r"CDTRREF|CDTRREFTP|EXCH|CHGS|ORDERID|ID)/"
)
_DUTCH_NAME = re.compile(r"/ ?NAAM: *(.+)$", re.DOTALL)
_WRAPPED_AT = 62
_FULL_PART = 27
_PARTIES = frozenset({"ABWA", "ABWE"})
_SUBFIELDS = {
    "00": "kind",
    **dict.fromkeys(("20", "21", "22", "23", "24", "25", "26", "27", "28", "29"), "purpose"),
    **dict.fromkeys(("60", "61", "62", "63", "64", "65"), "purpose"),
    "32": "name",
    "33": "name",
}
_NOTHING = frozenset({"", "NONREF", "NOTPROVIDED", "NOT PROVIDED", "NOREF"})


class Details(NamedTuple):
    """The texts of a movement; ``""`` where the bank states none."""

    counterparty: str
    purpose: str
    kind: str
    reference: str


def stated(text: str) -> str:
    """Return the reference, or ``""`` where it is one of the words for none."""
    text = _one_line(text)
    return "" if text in _NOTHING or text.upper() in _NOTHING else text


def read_details(lines: list[str]) -> Details:
    """Return the texts of the lines of one movement's fields 86."""
    text = _unwrapped(lines)
    structured = _STRUCTURED.match(text)
    if structured is not None:
        return _by_subfields(text[structured.start(1) :], structured[1])
    if _SLASHED.match(text):
        return _by_codes(text)
    name = _DUTCH_NAME.search(text)
    return Details(_one_line(name[1]) if name else "", _one_line(text), "", "")


def _unwrapped(lines: list[str]) -> str:
    """Join the lines: one that fills the width goes on in the middle of a word."""
    if len(lines) == 1:
        return lines[0]
    parts = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        is_full = len(line) >= _WRAPPED_AT or following[:1] in "?<>^~"
        parts.append(line if is_full else f"{line} ")
    return "".join(parts)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _by_subfields(text: str, mark: str) -> Details:
    """Subfields behind a mark; a part that is no subfield belongs to the one before.

    A subfield of the full 27 characters goes on in the middle of a word.
    """
    kind = purpose = name = meaning = ""
    for part in text.split(mark)[1:]:
        code = part[:2]
        if code in _SUBFIELDS:
            meaning, value = _SUBFIELDS[code], part[2:]
        elif code.isdigit():
            meaning = ""
            continue
        else:
            value = mark + part
        if len(value) < _FULL_PART:
            value += " "
        if meaning == "purpose":
            purpose += value
        elif meaning == "name":
            name += value
        elif meaning == "kind":
            kind += value
    words, reference, other = _by_keywords(purpose)
    return Details(_one_line(name) or other, words, _one_line(kind), reference)


def _by_keywords(text: str) -> tuple[str, str, str]:
    """Return the purpose without the references around it, the reference, and another party's name."""
    pieces = _KEYWORD.split(text)
    if len(pieces) == 1:
        return _one_line(text), "", ""
    words, reference, other = pieces[0], "", ""
    for keyword, value in zip(pieces[1::2], pieces[2::2], strict=True):
        if keyword not in _HIDDEN:
            words = f"{words} {value}" if words else value
        elif keyword == "EREF":
            reference = stated(value) or reference
        elif keyword == "KREF":
            reference = reference or stated(value)
        elif keyword in _PARTIES:
            other = other or _one_line(value)
    return _one_line(words), reference, other


def _by_codes(text: str) -> Details:
    """``/TRTP/SEPA OVERBOEKING/IBAN/…/NAME/…/REMI/…``; a value goes on until the next code that is known."""
    pieces = _SLASHED.split(text)[1:]
    found: dict[str, str] = {}
    for code, value in zip(pieces[::2], pieces[1::2], strict=True):
        found.setdefault(code, _one_line(value.strip("/ ")))
    name = found.get("NAME", "")
    if not name and found.get("CNTP"):
        name = [*found["CNTP"].split("/"), "", "", ""][2]
    purpose = found.get("REMI", "")
    for prefix in ("USTD//", "STRD/CUR/", "STRD/"):
        purpose = purpose.removeprefix(prefix)
    kind = found.get("TRTP", "")
    return Details(
        name, _one_line(purpose) or _one_line(found.get("CDTRREF", "")), kind, stated(found.get("EREF", ""))
    )
