"""One entry: what moved, and what its details say about who and what for.

The entry is the line: it is what the account was booked with and what the balances prove. Its details (``TxDtls``)
say who was behind it; the charges and amounts inside are parts or origins of the entry's amount and never movements of
their own.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from tools.camt_statement._raw import Detail, RawEntry, compact
from tools.camt_statement._values import DayCache, parse_amount
from tools.contract import BOOKED, PENDING, StatementRefusedError

_SIGNS = {"CRDT": 1, "DBIT": -1}
_TRUE = frozenset({"true", "1"})
_NOT_BOOKED = frozenset({"PDNG", "INFO", "FUTR"})
_NOTHING = frozenset({"", "NONREF", "NOTPROVIDED", "NOT PROVIDED", "NOTAVAILABLE", "NOREF", "N/A"})
_LONGEST_NOTHING = max(map(len, _NOTHING))
_MOST_DETAILS = 8
_CURRENCY = re.compile(r"[A-Z]{3}")
_ASK = "Ask the bank for a correct file."


class Entry(NamedTuple):
    """What an entry states; ``day`` is ``None`` where it states neither a booking nor a value date."""

    day: date | None
    value_date: date | None
    amount: Decimal
    currency: str
    status: Literal["booked", "pending"]
    is_said: bool
    description: str
    counterparty: str
    reference: str
    bank_id: str
    original_amount: Decimal | None
    original_currency: str | None
    transaction_date: date | None


class _Words(NamedTuple):
    """Who and what for."""

    counterparty: str
    reference: str
    bank_id: str
    purposes: list[str]


class EntryReader:
    """Reads entries; ``own_account`` is the account of the statement, which tells the parties apart."""

    def __init__(self) -> None:
        self._days = DayCache()
        self.own_account = ""

    def read(self, raw: RawEntry, where: Callable[[], str]) -> Entry:
        """Return what the entry states.

        :raises StatementRefusedError: the amount, its direction or a date is missing or cannot be read.
        """
        head = raw.head
        sign = _SIGNS.get(head.direction) or _SIGNS.get(head.direction.strip())
        if sign is None:
            said = f"“{one_line(head.direction)[:20]}”" if head.direction.strip() else "nothing"
            message = (
                f"{where()} states {said} about its direction (CdtDbtInd), which is CRDT or DBIT. {_ASK}"
            )
            raise StatementRefusedError(message)
        try:
            amount = parse_amount(head.amount)
        except ValueError:
            problem = (
                f"“{one_line(head.amount)[:40]}” where an amount should be"
                if head.amount.strip()
                else "no amount"
            )
            raise StatementRefusedError(f"{where()} states {problem} (Amt). {_ASK}") from None
        is_credit = (sign > 0) != (head.reversal.strip().casefold() in _TRUE)
        words = self._words(raw, is_credit=is_credit)
        reference = words.reference or stated(head.reference)
        information = one_line(head.information)
        status = head.status.strip()
        valued = self._day(head.valued, where)
        original = _original(raw)
        day = self._day(head.booked, where) or valued
        return Entry(
            day=day,
            value_date=valued,
            amount=amount if sign > 0 else -amount,
            currency=raw.currency,
            status=BOOKED if status in ("BOOK", "") else PENDING,
            is_said=status == "BOOK" or status in _NOT_BOOKED,
            description=_joined((words.counterparty, *words.purposes, information)) or reference,
            counterparty=words.counterparty,
            reference=reference,
            bank_id=stated(head.bank_id) or words.bank_id,
            original_amount=original if original is None or sign > 0 else -original,
            original_currency=None if original is None else raw.original_currency,
            transaction_date=self._done(raw, day),
        )

    def _done(self, raw: RawEntry, day: date | None) -> date | None:
        """Return when the entry's one transaction was done (``TxDtTm``), where that is another day than the entry's."""
        text = raw.details[0][0].done if len(raw.details) == 1 else ""
        try:
            done = self._days[text] if text else None
        except ValueError:
            return None
        return None if done == day else done

    def _day(self, text: str, where: Callable[[], str]) -> date | None:
        try:
            return self._days[text] if text else None
        except ValueError:
            if not text.strip():
                return None
            said = one_line(text)[:40]
            message = f"{where()} states the date “{said}”, which is no day of the calendar. {_ASK}"
            raise StatementRefusedError(message) from None

    def _words(self, raw: RawEntry, *, is_credit: bool) -> _Words:
        """Return the words of the details: of one, all; of a batch, what its transactions have in common."""
        details = [
            self._detail_words(detail, purposes, is_credit=is_credit)
            for detail, purposes in raw.details[:_MOST_DETAILS]
        ]
        if len(details) == 1:
            return details[0]
        if not details:
            return _Words("", "", "", [])
        names = {each.counterparty for each in details}
        batches = {stated(detail.batch) for detail, _ in raw.details}
        return _Words(
            counterparty=names.pop() if len(names) == 1 and len(raw.details) <= _MOST_DETAILS else "",
            reference=batches.pop() if len(batches) == 1 else "",
            bank_id="",
            purposes=[text for each in details for text in (each.counterparty, *each.purposes)],
        )

    def _detail_words(self, detail: Detail, purposes: tuple[str, ...], *, is_credit: bool) -> _Words:
        counterparty, ultimate = self._parties(detail, is_credit=is_credit)
        purpose = one_line(" ".join(purposes)) if len(purposes) != 1 else one_line(purposes[0])
        reference = stated(detail.end_to_end) or stated(detail.structured)
        if not reference:
            others = (detail.check, detail.instruction, detail.transaction, detail.batch, detail.message)
            reference = next((text for each in others if (text := stated(each))), "")
        return _Words(
            counterparty=counterparty,
            reference=reference,
            bank_id=stated(detail.bank_id),
            purposes=[ultimate, stated(purpose), stated(detail.information)],
        )

    def _parties(self, detail: Detail, *, is_credit: bool) -> tuple[str, str]:
        """Return the other party and the one behind it.

        The direction says which side that is; where a party's account is the statement's own, that settles it instead
        (returns of payments keep the parties of the payment that they return).
        """
        debtor, creditor = compact(detail.debtor_account), compact(detail.creditor_account)
        if self.own_account and debtor != creditor and self.own_account in (debtor, creditor):
            is_credit = creditor == self.own_account
        if is_credit:
            name, ultimate = one_line(detail.debtor), one_line(detail.ultimate_debtor)
        else:
            name, ultimate = one_line(detail.creditor), one_line(detail.ultimate_creditor)
        return (name, "" if ultimate in name else ultimate) if name else (ultimate, "")


def _original(raw: RawEntry) -> Decimal | None:
    """Return the amount that was ordered in another currency, without a sign; ``None`` where there is none to read."""
    stated_in = raw.original_currency
    if not stated_in or stated_in == raw.currency or not _CURRENCY.fullmatch(stated_in):
        return None
    try:
        return abs(parse_amount(raw.head.original))
    except ValueError:
        return None


def one_line(text: str) -> str:
    """Return the text with single spaces and none around it."""
    return text if not text or text.isalnum() else " ".join(text.split())


def stated(text: str) -> str:
    """Return the reference, or ``""`` where it is one of the words for none."""
    text = one_line(text)
    return "" if len(text) <= _LONGEST_NOTHING and text.upper() in _NOTHING else text


def _joined(texts: Iterable[str]) -> str:
    """Put texts behind each other without saying the same twice."""
    words = ""
    for text in texts:
        if not text or text in words:
            continue
        words = text if not words or text.startswith(words) else f"{words} {text}"
    return words
