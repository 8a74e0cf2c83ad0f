"""GnuCash books in its XML, packed or not."""

import re
import zlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ledgerflow.exchange.foreign.books import (
    ForeignAccount,
    ForeignBook,
    ForeignBookError,
    ForeignEntry,
    ForeignLine,
)
from ledgerflow.ledger.models import AccountType

_ROOT = "ROOT"
_TYPES = {
    **dict.fromkeys(("ASSET", "BANK", "CASH", "RECEIVABLE", "STOCK", "MUTUAL"), AccountType.ASSET),
    **dict.fromkeys(("LIABILITY", "CREDIT", "PAYABLE"), AccountType.LIABILITY),
    **dict.fromkeys(("EQUITY", "TRADING"), AccountType.EQUITY),
    "INCOME": AccountType.INCOME,
    "EXPENSE": AccountType.EXPENSE,
}
_PACKED = b"\x1f\x8b"
#: The largest book, unpacked, in bytes.
_LARGEST = 200 * 1024 * 1024
_SPACES = {
    name: f"http://www.gnucash.org/XML/{name}" for name in ("gnc", "act", "trn", "split", "cmdty", "ts")
}
_FRACTION = re.compile(r"(-?\d+)/(\d+)")


def read_gnucash(content: bytes) -> ForeignBook:
    """Return what the book says. A transaction counts in its own currency, as GnuCash balances it.

    Raises:
        ForeignBookError: it is no GnuCash book in XML, or something in it cannot be read.
    """
    root = _root(content)
    found = root.find("gnc:book", _SPACES)
    if found is None:
        raise ForeignBookError("This is no GnuCash book in XML. Save it in GnuCash as “XML” and try again.")
    book = ForeignBook()
    by_id: dict[str, ForeignAccount] = {}
    currencies: dict[str, str] = {}
    for element in found.findall("gnc:account", _SPACES):
        _account(element, book, by_id, currencies)
    for element in found.findall("gnc:transaction", _SPACES):
        book.entries.append(_entry(element, by_id, currencies))
    return book


def _root(content: bytes) -> Element:
    if content.startswith(_PACKED):
        unpacking = zlib.decompressobj(wbits=31)
        try:
            content = unpacking.decompress(content, _LARGEST)
        except zlib.error as error:
            raise ForeignBookError(
                f"The book is packed and damaged ({error}). Save it again in GnuCash."
            ) from error
        if unpacking.unconsumed_tail:
            raise ForeignBookError(
                "The book is larger than 200 MB unpacked, which is more than LedgerFlow takes."
            )
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise ForeignBookError(
            f"The book cannot be read as XML ({error}). Save it in GnuCash as “XML”."
        ) from error
    return root


def _account(
    element: Element, book: ForeignBook, by_id: dict[str, ForeignAccount], currencies: dict[str, str]
) -> None:
    name, kind, key = (_said(element, f"act:{part}") for part in ("name", "type", "id"))
    parent = by_id.get(element.findtext("act:parent", "", _SPACES))
    if kind == _ROOT:
        return
    if kind not in _TYPES:
        raise ForeignBookError(f"The account {name} is of the type {kind}, which LedgerFlow does not know.")
    full = f"{parent.name}:{name}" if parent else f"{kind}:{name}"
    while full in book.accounts:
        full += "+"
    code = element.findtext("act:code", "", _SPACES).strip()
    by_id[key] = book.accounts[full] = ForeignAccount(full, _TYPES[kind], code, name if code else "")
    currencies[key] = element.findtext("act:commodity/cmdty:id", "", _SPACES)


def _entry(element: Element, by_id: dict[str, ForeignAccount], currencies: dict[str, str]) -> ForeignEntry:
    text = " ".join(element.findtext("trn:description", "", _SPACES).split())
    where = f"Transaction “{text[:40]}”"
    currency = element.findtext("trn:currency/cmdty:id", "", _SPACES)
    day = element.findtext("trn:date-posted/ts:date", "", _SPACES)[:10]
    try:
        posted = date.fromisoformat(day)
    except ValueError as error:
        raise ForeignBookError(f"{where}: {day!r} is no day.") from error
    lines = list(_lines(element, where, currency, by_id, currencies))
    return ForeignEntry(posted, text, lines, f"{where} of {posted}")


def _lines(
    element: Element, where: str, currency: str, by_id: dict[str, ForeignAccount], currencies: dict[str, str]
) -> Iterator[ForeignLine]:
    for split in element.findall("trn:splits/trn:split", _SPACES):
        key = split.findtext("split:account", "", _SPACES)
        if key not in by_id:
            raise ForeignBookError(f"{where}: a split is on an account that the book does not have.")
        yield ForeignLine(
            account=by_id[key].name,
            currency=currencies[key],
            amount=_fraction(split, where, "split:quantity"),
            weight=_fraction(split, where, "split:value"),
            weight_currency=currency,
        )


def _fraction(split: Element, where: str, name: str) -> Decimal:
    text = split.findtext(name, "", _SPACES)
    found = _FRACTION.fullmatch(text)
    if found is None or not int(found[2]):
        raise ForeignBookError(f"{where}: {text!r} is no amount.")
    return Decimal(found[1]) / Decimal(found[2])


def _said(element: Element, name: str) -> str:
    text = element.findtext(name, "", _SPACES).strip()
    if not text:
        raise ForeignBookError(f"An account of the book has no {name.removeprefix('act:')}.")
    return text
