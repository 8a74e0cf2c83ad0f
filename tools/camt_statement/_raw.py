"""The texts of an entry (``Ntry``) by what they mean, not yet interpreted.

A bank writes its entries alike: the same tags in the same order, again and again, with other texts between them. So
the tags of an entry are looked at once for each arrangement, and after that only the texts are picked out. What is
unusual in any way (comments, CDATA, another prefix, tags that do not fit) is left to the parser, element by element;
both ways give the same.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, fromstring

from tools.camt_statement._values import NAMES, children, find
from tools.camt_statement._xml import finished_elements

_OPENING = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?)Ntry>")
_TAG = re.compile(r"<[^>]*>")
_PREFIX = re.compile(r"(</?)[A-Za-z_][\w.-]*:")
_PREFIXED_ATTRIBUTE = re.compile(r"\s(?:xmlns|[A-Za-z_][\w.-]*:)")
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_IBAN = re.compile(r"[A-Z]{2}\d\d(?: ?[A-Z0-9]){11,30}")
_SLOT = "\ue000"
_MOST_ARRANGEMENTS, _MOST_TAGS = 300, 500
_EMPTY = -1
_UNUSUAL = (b"<!", b"\0", _SLOT.encode())

_REFERENCES = ("EndToEndId", "ChqNb", "InstrId", "TxId", "PmtInfId", "MsgId", "AcctSvcrRef")
_NUMBERS = (
    ("CdtrRefInf", "Ref"),
    ("CdtrRefInf", "CdtrRef"),
    ("RfrdDocInf", "Nb"),
    ("RfrdDocInf", "RfrdDocNb"),
)
_ACCOUNTS = (("IBAN",), ("Othr", "Id"), ("BBAN",), ("UPIC",), ("PrtryAcct", "Id"))
_NAMES = (("Nm",), ("Pty", "Nm"), ("Agt", "FinInstnId", "Nm"))


class Head(NamedTuple):
    """What the entry itself states, as texts; ``""`` where it does not."""

    amount: str
    direction: str
    reversal: str
    status: str
    booked: str
    valued: str
    reference: str
    bank_id: str
    information: str
    original: str


class Detail(NamedTuple):
    """What one of its transactions (``TxDtls``) states, as texts; ``references`` are seven, ``purposes`` any number."""

    end_to_end: str
    check: str
    instruction: str
    transaction: str
    batch: str
    message: str
    bank_id: str
    debtor: str
    creditor: str
    ultimate_debtor: str
    ultimate_creditor: str
    debtor_account: str
    creditor_account: str
    structured: str
    information: str
    done: str


class RawEntry(NamedTuple):
    """An entry's texts: ``details`` of each transaction with the lines of its purpose."""

    currency: str
    original_currency: str
    head: Head
    details: tuple[tuple[Detail, tuple[str, ...]], ...]


class UnusualError(Exception):
    """The document is written in a way that only the parser can follow."""


def raw_entry(entry: Element) -> RawEntry:
    """Return the texts of an entry that the parser has read."""
    parts = children(entry)
    amount, instructed = parts.get("Amt"), _instructed(entry, parts)
    head = Head(
        amount=_text(amount),
        direction=_text(parts.get("CdtDbtInd")),
        reversal=_text(parts.get("RvslInd")),
        status=_text(_inner(parts.get("Sts"))),
        booked=_text(_inner(parts.get("BookgDt"))),
        valued=_text(_inner(parts.get("ValDt"))),
        reference=_text(parts.get("NtryRef")),
        bank_id=_text(parts.get("AcctSvcrRef")),
        information=_text(parts.get("AddtlNtryInf")),
        original=_text(instructed),
    )
    original_currency = instructed.get("Ccy", "").strip() if instructed is not None else ""
    currency = amount.get("Ccy", "").strip() if amount is not None else ""
    return RawEntry(
        currency, original_currency, head, tuple(_raw_detail(children(each)) for each in _details_of(entry))
    )


def _instructed(entry: Element, parts: dict[str, Element]) -> Element | None:
    """Return the amount that was ordered (``InstdAmt``), where the entry is that movement and nothing else.

    An entry of several transactions has no one order, and one with charges is not what the order came to.
    """
    details = list(_details_of(entry))
    if len(details) > 1 or "Chrgs" in parts or any("Chrgs" in children(each) for each in details):
        return None
    for within in (parts, *map(children, details)):
        ordered = find(within.get("AmtDtls"), "InstdAmt", "Amt")
        if ordered is not None:
            return ordered
    return None


def _details_of(entry: Element) -> Iterator[Element]:
    """Yield the transaction details; version 1 has them directly in the entry."""
    for child in entry:
        name = NAMES[child.tag]
        if name == "NtryDtls":
            yield from (part for part in child if NAMES[part.tag] == "TxDtls")
        elif name == "TxDtls":
            yield child


def _raw_detail(parts: dict[str, Element]) -> tuple[Detail, tuple[str, ...]]:
    references, parties = children(parts.get("Refs")), children(parts.get("RltdPties"))
    purposes, structured = list[str](), ""
    for child in parts.get("RmtInf", ()):
        if NAMES[child.tag] == "Ustrd":
            purposes.append(_text(child))
        elif NAMES[child.tag] == "Strd":
            number = _first(child, _NUMBERS)
            structured = structured or number
            purposes += [number, *(_text(part) for part in child if NAMES[part.tag] == "AddtlRmtInf")]
    end_to_end, check, instruction, transaction, batch, message, bank_id = (
        _text(references.get(name)) for name in _REFERENCES
    )
    detail = Detail(
        end_to_end=end_to_end,
        check=check,
        instruction=instruction,
        transaction=transaction,
        batch=batch,
        message=message,
        bank_id=bank_id,
        debtor=_first(parties.get("Dbtr"), _NAMES),
        creditor=_first(parties.get("Cdtr"), _NAMES),
        ultimate_debtor=_first(parties.get("UltmtDbtr"), _NAMES),
        ultimate_creditor=_first(parties.get("UltmtCdtr"), _NAMES),
        debtor_account=_first(find(parties.get("DbtrAcct"), "Id"), _ACCOUNTS),
        creditor_account=_first(find(parties.get("CdtrAcct"), "Id"), _ACCOUNTS),
        structured=structured,
        information=_text(parts.get("AddtlTxInf")),
        done=_text(find(parts.get("RltdDts"), "TxDtTm")),
    )
    return detail, tuple(purposes)


def account_number(identification: Element | None) -> str:
    """Return the number under an account's ``Id``: IBAN, or whatever else the bank numbers it by."""
    return compact(_first(identification, _ACCOUNTS))


def compact(account: str) -> str:
    """Return the number as banks compare it: an IBAN without spaces, others as they are written."""
    if not account:
        return ""
    text = " ".join(account.split())
    return text.replace(" ", "") if _IBAN.fullmatch(text) else text


def _text(element: Element | None) -> str:
    return (element.text or "") if element is not None else ""


def _inner(element: Element | None) -> Element | None:
    """A date stands in ``Dt`` or ``DtTm``, a status in ``Cd`` from version 8 on, or directly in its element."""
    return element[0] if element is not None and len(element) else element


def _first(element: Element | None, paths: tuple[tuple[str, ...], ...]) -> str:
    """Return the text at the first of the paths that leads to an element."""
    found = (find(element, *path) for path in paths)
    return _text(next((each for each in found if each is not None), None))


def elements_and_entries(data: bytes) -> Iterator[Element | RawEntry]:
    """Yield the finished elements of a document, each entry as its texts.

    :raises UnusualError: the document is written in a way that needs :func:`finished_elements`.
    """
    first = _OPENING.search(data)
    if first is None or any(mark in data for mark in _UNUSUAL) or data.find(b"<?", 2) >= 0:
        raise UnusualError
    opening, closing = first[0], first[0].replace(b"<", b"</")
    placeholder = opening.replace(b">", b" slot=''/>")
    outside, blocks = list[bytes](), list[tuple[int, int]]()
    position = 0
    while (start := data.find(opening, position)) >= 0:
        end = data.find(closing, start)
        if end < 0:
            raise UnusualError
        outside += (data[position:start], placeholder)
        blocks.append((start + len(opening), end))
        position = end + len(closing)
    outside.append(data[position:])
    if any(b"Ntry " in each for each in outside if each is not placeholder):
        raise UnusualError
    waiting, plans = iter(blocks), Plans()
    for element in finished_elements(b"".join(outside)):
        if element.get("slot") is not None and NAMES[element.tag] == "Ntry":
            start, end = next(waiting, (0, 0))
            yield plans.entry(data[start:end])
        else:
            yield element


class _Plan(NamedTuple):
    """What an entry of one arrangement of tags looks like, and how its texts are put together."""

    pattern: re.Pattern[str]
    pick: Callable[[Sequence[str]], RawEntry]


class Plans:
    """Where, in each arrangement of tags that has been seen, which text stands."""

    def __init__(self) -> None:
        self._known: dict[str, _Plan] = {}
        self._seen: set[int] = set()
        self._last: _Plan | None = None

    def entry(self, block: bytes) -> RawEntry:
        """Return the texts of an entry whose inside this is.

        :raises UnusualError: its tags do not fit, or a text is not UTF-8 or has an entity that XML does not know.
        """
        try:
            text = block.decode()
        except UnicodeDecodeError:
            raise UnusualError from None
        match = self._last.pattern.fullmatch(text) if self._last is not None else None
        if match is None or self._last is None:
            plan = self._plan_of(_TAG.findall(text))
            if plan is None:
                return _parsed(text)
            self._last, match = plan, plan.pattern.fullmatch(text)
            if match is None:
                raise UnusualError
        texts = (*match.groups(), "")
        if "&" in text:
            texts = tuple([_unescaped(each) if "&" in each else each for each in texts])
        return self._last.pick(texts)

    def _plan_of(self, tags: list[str]) -> _Plan | None:
        """Return the plan of an arrangement from its second entry on; making one costs more than parsing an entry."""
        if len(tags) > _MOST_TAGS:
            return None
        arrangement = "".join(tags)
        plan = self._known.get(arrangement)
        if plan is None and hash(arrangement) in self._seen and len(self._known) < _MOST_ARRANGEMENTS:
            plan = self._known[arrangement] = _plan(tags)
        self._seen.add(hash(arrangement))
        return plan


def _parsed(text: str) -> RawEntry:
    """Return the texts of an entry of which there is no plan."""
    if any(_PREFIXED_ATTRIBUTE.search(tag) for tag in _TAG.findall(text)):
        raise UnusualError
    try:
        plain = _PREFIX.sub(r"\1", text)
        return raw_entry(fromstring(f"<Ntry>{plain}</Ntry>"))  # noqa: S314 - no document type reaches it
    except ParseError:
        raise UnusualError from None


def _unescaped(text: str) -> str:
    if len(_ENTITY.findall(text)) != text.count("&"):
        raise UnusualError
    return _ENTITY.sub(
        lambda match: _NAMED[match[1]] if match[1] else chr(int(match[2]) if match[2] else int(match[3], 16)),
        text,
    )


def _plan(tags: list[str]) -> _Plan:
    """Parse the tags with numbered places in place of the texts, and return what picks the texts out."""
    if any(_PREFIXED_ATTRIBUTE.search(tag) for tag in tags):
        raise UnusualError
    plain = [_PREFIX.sub(r"\1", tag) for tag in tags]
    numbered = "".join(f"{tag}{_SLOT}{number}" for number, tag in enumerate(plain, start=1))
    try:
        raw = raw_entry(fromstring(f"<Ntry>{_SLOT}0{numbered}</Ntry>"))  # noqa: S314 - no document type reaches it
    except ParseError:
        raise UnusualError from None
    places = {_slot(text) for detail, purposes in raw.details for text in (*detail, *purposes)}
    wanted = sorted((places | set(map(_slot, raw.head))) - {_EMPTY})
    group = {place: number for number, place in enumerate(wanted)} | {_EMPTY: len(wanted)}
    pick_head = itemgetter(*[group[_slot(text)] for text in raw.head])
    details = [
        (itemgetter(*[group[_slot(text)] for text in detail]), [group[_slot(text)] for text in purposes])
        for detail, purposes in raw.details
    ]
    currency, original_currency = raw.currency, raw.original_currency

    def pick(texts: Sequence[str]) -> RawEntry:
        return RawEntry(
            currency,
            original_currency,
            Head._make(pick_head(texts)),
            tuple([(Detail._make(get(texts)), tuple([texts[at] for at in ats])) for get, ats in details]),
        )

    between = ["([^<]*+)" if place in group else "[^<]*+" for place in range(len(tags) + 1)]
    pattern = "".join(f"{text}{re.escape(tag)}" for text, tag in zip(between, [*tags, ""], strict=True))
    return _Plan(re.compile(pattern), pick)


def _slot(text: str) -> int:
    """The place that a text is taken from."""
    return int(text.removeprefix(_SLOT)) if text else _EMPTY
