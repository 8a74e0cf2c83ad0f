"""Balances by their codes, and the totals that a statement prints about its entries."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from xml.etree.ElementTree import Element

from tools.camt_statement._values import children, find, parse_amount, parse_day, text_of
from tools.contract import StatementRefusedError

_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)
_INTERIM = "ITBD"
_DEBIT = "DBIT"


class Balance(NamedTuple):
    """A stated balance: from the owner's point of view, so a debit balance is negative."""

    code: str
    amount: Decimal
    currency: str
    day: date | None
    is_intermediate: bool


class Totals(NamedTuple):
    """What the statement prints about its entries."""

    number: int | None
    net: Decimal | None


def read_balance(element: Element, where: str) -> Balance | None:
    """Return the balance, or ``None`` where its kind is the bank's own.

    :raises StatementRefusedError: a booked balance states no amount that can be read.
    """
    parts = children(element)
    kind = parts.get("Tp")
    code = text_of(kind, "CdOrPrtry", "Cd") or text_of(kind, "Cd")
    if code not in (*_OPENING, *_CLOSING, _INTERIM):
        return None
    stated = parts.get("Amt")
    text = text_of(stated)
    try:
        amount = parse_amount(text)
    except ValueError:
        message = f"The balance {code} of {where} states “{text[:40]}” where an amount should be. "
        raise StatementRefusedError(message + "Ask the bank for a correct file.") from None
    if text_of(parts.get("CdtDbtInd")) == _DEBIT:
        amount = -amount
    subtype = text_of(kind, "SubTp", "Cd")
    currency = stated.get("Ccy", "").strip() if stated is not None else ""
    return Balance(code, amount, currency, _day_of(parts.get("Dt")), subtype == "INTM")


def _day_of(element: Element | None) -> date | None:
    if element is None:
        return None
    text = text_of(element, "Dt") or text_of(element, "DtTm") or text_of(element)
    try:
        return parse_day(text)
    except ValueError:
        return None


def opening_and_closing(balances: Sequence[Balance], moved: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """Return the booked balances before and after the entries.

    OPBD or the closing balance of the day before (PRCD), the earliest; CLBD, the latest. Interim balances (ITBD) are of
    some moment: they count only where they fit the booked entries, which ``moved`` is the sum of; where they do not,
    they show nothing.
    """
    opening = next(
        (found for code in _OPENING if (found := _end(balances, code, latest=False)) is not None), None
    )
    closing = _end(balances, "CLBD", latest=True)
    interim = [balance.amount for balance in balances if balance.code == _INTERIM]
    if closing is None and opening is not None and opening + moved in interim:
        closing = opening + moved
    elif opening is None and closing is None and len(interim) > 1 and interim[0] + moved == interim[-1]:
        opening, closing = interim[0], interim[-1]
    return opening, closing


def _end(balances: Sequence[Balance], code: str, *, latest: bool) -> Decimal | None:
    """Return the earliest or latest balance of a kind; ``None`` where two of one day differ."""
    found = [balance for balance in balances if balance.code == code]
    if not found:
        return None
    whole = [balance for balance in found if not balance.is_intermediate] or found
    days = [balance.day for balance in whole if balance.day is not None]
    if len(days) == len(whole):
        end = max(days) if latest else min(days)
        whole = [balance for balance in whole if balance.day == end]
    amounts = {balance.amount for balance in whole}
    return amounts.pop() if len(amounts) == 1 else None


def read_totals(summary: Element | None) -> Totals:
    """Return count and net sum of the entries as the statement prints them; ``None`` for what it does not."""
    entries = find(summary, "TtlNtries")
    count = text_of(entries, "NbOfNtries")
    return Totals(
        int(count) if count.isascii() and count.isdigit() and len(count) < 10 else None,
        _net(summary, entries),
    )


def _net(summary: Element | None, entries: Element | None) -> Decimal | None:
    debits, credits_ = text_of(summary, "TtlDbtNtries", "Sum"), text_of(summary, "TtlCdtNtries", "Sum")
    try:
        if debits and credits_:
            return parse_amount(credits_) - parse_amount(debits)
        for path, parent in (
            (("TtlNetNtry", "Amt"), find(entries, "TtlNetNtry")),
            (("TtlNetNtryAmt",), entries),
        ):
            text, direction = text_of(entries, *path), text_of(parent, "CdtDbtInd")
            if text and direction:
                return -parse_amount(text) if direction == _DEBIT else parse_amount(text)
    except ValueError:
        pass
    return None
