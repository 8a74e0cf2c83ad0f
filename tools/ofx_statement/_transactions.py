"""Runs of ``<STMTTRN>`` blocks, fast.

One regular expression reads a block that holds the standard's elements in the standard's order; that is
nearly every block of nearly every bank. Any other block is taken apart tag by tag and gives the same line.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from itertools import accumulate, repeat
from typing import NamedTuple

from tools.contract import BOOKED, PENDING, StatementLine, StatementRefusedError
from tools.ofx_statement._text import clean
from tools.ofx_statement._values import (
    AmbiguousAmountError,
    DayCache,
    decimal_mark_of,
    is_one_group,
    parse_amount,
    parse_rate,
)

OPENING = "<STMTTRN>"
CLOSING = "</STMTTRN>"
_PENDING_MARK = "PENDING."  # no bank's element ends in a period
_CHUNK = 100_000  # characters, some 500 blocks: small enough to stay in the processor's cache

_FAST = re.compile(
    r"\s*+<TRNTYPE>([A-Za-z]*+)\s*+(?:</TRNTYPE>\s*+)?+"
    r"<DTPOSTED>([^<]*+)(?:</DTPOSTED>\s*+)?+"
    r"(?:<DTUSER>([^<]*+)(?:</DTUSER>\s*+)?+)?+"
    r"(?:<DTAVAIL>([^<]*+)(?:</DTAVAIL>\s*+)?+)?+"
    r"<TRNAMT>\s*+([+-]?[0-9]{1,15}+(?:\.[0-9]++)?+)\s*+(?:</TRNAMT>\s*+)?+"
    r"<FITID>([^<&\r\n]*+)\s*+(?:</FITID>\s*+)?+"
    r"(?:<CHECKNUM>([^<&\r\n]*+)\s*+(?:</CHECKNUM>\s*+)?+)?+"
    r"(?:<REFNUM>([^<&\r\n]*+)\s*+(?:</REFNUM>\s*+)?+)?+"
    r"(?:<SIC>[^<]*+(?:</SIC>\s*+)?+)?+"
    r"(?:<NAME>([^<&\r\n]*+)\s*+(?:</NAME>\s*+)?+)?+"
    r"(?:<MEMO>([^<&\r\n]*+)\s*+(?:</MEMO>\s*+)?+)?+"
    r"</STMTTRN>\s*+"
)
_BLOCK = re.compile(f"({OPENING}{_FAST.pattern})")
_ELEMENT = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9._]*)\s*(/?)>((?:[^<]++|<(?!/?[A-Za-z][A-Za-z0-9._]*\s*/?>))*+)"
)
_NESTED = {
    "CURRENCY": {"CURRATE", "CURSYM"},
    "ORIGCURRENCY": {"CURRATE", "CURSYM"},
    "PAYEE": {"NAME", "ADDR1", "ADDR2", "ADDR3", "CITY", "STATE", "POSTALCODE", "COUNTRY", "PHONE"},
    "BANKACCTTO": {"BANKID", "BRANCHID", "ACCTID", "ACCTTYPE", "ACCTKEY"},
    "CCACCTTO": {"ACCTID", "ACCTKEY"},
}
_ONCE = frozenset({"TRNAMT", "DTPOSTED", "DTTRAN", "FITID"})
_OUTSIDE = frozenset(
    {"OFX", "STMTRS", "CCSTMTRS", "INVSTMTRS", "BANKTRANLIST", "INVTRANLIST", "LEDGERBAL", "STMTTRN"}
)
_STATED_AMOUNT = re.compile(r"<(?:TRNAMT|BALAMT)>([^<]*)")
_MAYBE_OPEN = re.compile(r"\.[0-9]{3}[<\s-]")  # found three times as fast; nearly every file ends here
_OPEN_POINT = re.compile(r"<(?:TRN|BAL)AMT>\s*+([+-]? ?[1-9][0-9]{0,2}\.[0-9]{3}(?![0-9.,])-?)", re.ASCII)
_FILE_CURRENCY = re.compile(r"<CURDEF>\s*+([A-Za-z]{3})")
_DEBITS = frozenset({"DEBIT", "debit", "Debit"})
_CURRENCY_CODE = re.compile(r"[A-Z]{3}")

_new_line = partial(tuple.__new__, StatementLine)  # a third of the time of StatementLine(*values)

Fields = dict[str, str]


class _Original(NamedTuple):
    amount: Decimal | None
    currency: str | None
    rate: Decimal | None


_NO_ORIGINAL = _Original(None, None, None)


def with_marked_pending(text: str) -> str:
    """Return the text with pending blocks (``STMTTRNP``) as transaction blocks that say so, on the same lines."""
    if "<STMTTRNP>" not in text:
        return text
    marked = text.replace("<STMTTRNP>", f"{OPENING}<{_PENDING_MARK}>1")
    return marked.replace("</STMTTRNP>", CLOSING)


class TransactionReader:
    """Reads the transaction blocks of one file; remembers days, warnings and how the file writes decimals.

    ``unsigned_debits`` are the places of the lines that are marked DEBIT without a minus, ``no_value_dates`` the
    numbers of the lines whose value date is no day.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._days = DayCache()
        self.warnings: list[str] = []
        self.no_value_dates: list[object] = []
        self.unsigned_debits: list[dict[str, object]] = []
        example = _OPEN_POINT.search(text) if _MAYBE_OPEN.search(text) else None
        # A point is a decimal mark, as the standard says, unless some amounts look grouped by it.
        self._is_standard = example is None or self._decimal_mark == "."
        if example and self._decimal_mark == ",":
            self.warnings.append(f"Amounts such as {example[1]} were read with a thousands mark.")

    @cached_property
    def _decimal_mark(self) -> str | None:
        """How all amounts of the file together write decimals, ``None`` where they leave it open."""
        currencies = {code.upper() for code in _FILE_CURRENCY.findall(self._text)}
        return decimal_mark_of(_STATED_AMOUNT.findall(self._text), currencies)

    def read_run(self, position: int, line: int, currency: str) -> tuple[list[StatementLine], int, int]:
        """Read the blocks that follow each other from ``position``.

        Returns the lines, the position behind the last block, and the number of the line that it stands on.

        :raises StatementRefusedError: a block is not closed, or its date or amount cannot be read.
        """
        text, lines = self._text, list[StatementLine]()
        while text.startswith(OPENING, position):
            end = text.find(OPENING, position + _CHUNK)
            is_long = end >= 0 and self._is_standard
            chunk = self._read_chunk(position, end, line, currency) if is_long else None
            if chunk is None:
                chunk, end = self._read_block(position, line, currency)
            lines += chunk
            line += text.count("\n", position, end)
            position = end
        return lines, position, line

    def _read_chunk(self, position: int, end: int, line: int, currency: str) -> list[StatementLine] | None:
        """Read the blocks up to ``end`` all at once, or return ``None`` where one of them is not of the usual kind."""
        rows = _BLOCK.findall(self._text, position, end)
        if sum([len(row[0]) for row in rows]) != end - position:
            return None
        blocks, *columns = zip(*rows, strict=True)
        numbers = accumulate(map(str.count, blocks, repeat("\n")), initial=line)
        return self._typed(
            columns, [{"line": number} for number, _block in zip(numbers, blocks, strict=False)], currency
        )

    def _read_block(self, position: int, line: int, currency: str) -> tuple[list[StatementLine], int]:
        """Read one block; return its line and the position behind it."""
        match = _FAST.match(self._text, position + len(OPENING)) if self._is_standard else None
        if match is not None:
            return self._typed([[text] for text in match.groups("")], [{"line": line}], currency), match.end()
        block, end = self._block(position, line)
        return [self.line_of(self.fields_of(block, line), line, currency)], end

    def _block(self, position: int, line: int) -> tuple[str, int]:
        """The inside of the block at ``position`` and the position behind it and the space that follows."""
        inside = position + len(OPENING)
        end = self._text.find(CLOSING, inside)
        following = self._text.find(OPENING, inside, end if end >= 0 else len(self._text))
        if end < 0 or following >= 0:
            message = (
                f"The transaction that begins on line {line} is not closed: the file is cut off or damaged there. "
                "Download it again from the bank."
            )
            raise StatementRefusedError(message)
        behind = end + len(CLOSING)
        while behind < len(self._text) and self._text[behind].isspace():
            behind += 1
        return self._text[inside:end], behind

    def _typed(
        self, raw: Sequence[Sequence[str]], places: list[dict[str, object]], currency: str
    ) -> list[StatementLine]:
        """Turn the raw texts of standard blocks into lines, column by column."""
        kinds, posted, done, available, amounts, ids, checks, references, *texts = raw
        self.unsigned_debits += [
            place
            for kind, amount, place in zip(kinds, amounts, places, strict=True)
            if kind in _DEBITS and amount[0] != "-"
        ]
        names, memos = ([text.strip() for text in column] for column in texts)
        dates = self._days_of(posted, places)
        columns = (
            dates,
            map(Decimal, amounts),
            repeat(currency),
            [
                memo if memo.startswith(name) else f"{name} {memo}" if memo and memo not in name else name
                for name, memo in zip(names, memos, strict=True)
            ],
            places,
            self._value_dates_of(available, places) if any(available) else repeat(None),
            [name or None for name in names],
            [
                check.strip() or number.strip() or None
                for check, number in zip(checks, references, strict=True)
            ]
            if any(checks) or any(references)
            else repeat(None),
            [number.strip() or None for number in ids],
            repeat(None),
            repeat(BOOKED),
            repeat(None),
            repeat(None),
            repeat(None),
            repeat(None),
            [self._another_day(text, day) for text, day in zip(done, dates, strict=True)]
            if done != posted and any(done)
            else repeat(None),
        )
        return list(map(_new_line, zip(*columns, strict=False)))

    def _days_of(self, texts: Sequence[str], places: list[dict[str, object]]) -> list[date | None]:
        days = self._days
        try:
            return [days[text] if text else None for text in texts]
        except ValueError:
            return [self._day(text, place["line"]) for text, place in zip(texts, places, strict=True)]

    def _value_dates_of(self, texts: Sequence[str], places: list[dict[str, object]]) -> list[date | None]:
        return [self._value_date(text, place["line"]) for text, place in zip(texts, places, strict=True)]

    def _value_date(self, text: str, line: object) -> date | None:
        """Return the day of DTAVAIL, which a bank may leave out: ``None`` where it is no day."""
        try:
            return self._days[text] if text.strip() else None
        except ValueError:
            self.no_value_dates.append(line)
            return None

    def _another_day(self, text: str, posted: date | None) -> date | None:
        """Return the day of DTUSER; ``None`` where it is left out, no day, or the day of posting."""
        try:
            day = self._days[text] if text.strip() else None
        except ValueError:
            return None
        return None if day == posted else day

    def _day(self, text: str, line: object) -> date | None:
        if not text.strip():
            return None
        try:
            return self._days[text]
        except ValueError:
            message = (
                f"The transaction on line {line} states the date “{clean(text)}”, which is no day of the calendar. "
                "Download the file again, or ask the bank for a correct one."
            )
            raise StatementRefusedError(message) from None

    def fields_of(self, block: str, line: int) -> Fields:
        """Return the elements of a block; those of a nested aggregate as ``PAYEE.NAME``.

        :raises StatementRefusedError: the block holds another part of the file, or states a date or amount
        twice.
        """
        fields, inside = Fields(), ""
        for closing, tag, empty, data in _ELEMENT.findall(block):
            name, value = tag.upper(), clean(data)
            if name in _OUTSIDE:
                message = (
                    f"The transaction that begins on line {line} is not closed before <{name}>: the file "
                    "is damaged."
                )
                raise StatementRefusedError(f"{message} Download it again from the bank.")
            if closing:
                inside = "" if name == inside else inside
                continue
            if inside and name not in _NESTED[inside]:
                inside = ""
            if name in _NESTED and not value and not empty:
                inside = name
                continue
            key = f"{inside}.{name}" if inside else name
            known = fields.get(key)
            if known and value and known != value:
                if name in _ONCE:
                    message = f"The transaction on line {line} states {name} twice: “{known}” and “{value}”."
                    raise StatementRefusedError(f"{message} Ask the bank for a correct file.")
                value = f"{known} {value}"
            fields[key] = value or known or ""
        return fields

    def line_of(self, fields: Fields, line: int, currency: str) -> StatementLine:
        """Return the line that the elements of a block state.

        :raises StatementRefusedError: the date or the amount is missing or cannot be read.
        """
        pending = _PENDING_MARK in fields
        posted = self._day(fields.get("DTPOSTED") or (fields.get("DTTRAN", "") if pending else ""), line)
        if posted is None:
            message = (
                f"The transaction on line {line} states no date (DTPOSTED), so the file cannot be booked. "
            )
            raise StatementRefusedError(message + "Ask the bank for a complete file.")
        amount = self._amount(fields.get("TRNAMT", ""), line)
        place: dict[str, object] = {"line": line}
        if fields.get("TRNTYPE", "").upper() == "DEBIT" and amount > 0:
            self.unsigned_debits.append(place)
        if fields.get("CORRECTFITID", fields.get("FITID")) != fields.get("FITID"):
            self.warnings.append(
                f"The transaction on line {line} corrects an earlier one (bank id {fields['CORRECTFITID']}, "
                f"{fields.get('CORRECTACTION') or 'REPLACE'}): check that the earlier one is not booked as well."
            )
        original = self._original(fields, amount, currency, line)
        name = fields.get("PAYEE.NAME") or fields.get("EXTDNAME") or fields.get("NAME", "")
        return StatementLine(
            date=posted,
            amount=amount,
            currency=_code(fields, "CURRENCY") or currency,
            description=_describe(name, fields.get("MEMO", "")),
            place=place,
            value_date=self._value_date(fields.get("DTAVAIL", ""), line),
            counterparty=name or None,
            reference=fields.get("CHECKNUM") or fields.get("REFNUM") or None,
            bank_id=fields.get("FITID") or None,
            status=PENDING if pending else BOOKED,
            original_amount=original.amount,
            original_currency=original.currency,
            rate=original.rate,
            transaction_date=self._another_day(fields.get("DTUSER", ""), posted),
        )

    def _original(self, fields: Fields, amount: Decimal, currency: str, line: int) -> _Original:
        """Return what the block says of another currency than the account's.

        OFX 2.2, section 5.2: CURRENCY says that the amount is in CURSYM and has not been converted; ORIGCURRENCY that
        it has been converted *from* CURSYM, so that it is in the account's currency. CURRATE is the ratio of the
        account's currency to CURSYM: what one unit of CURSYM is worth.
        """
        named = "CURRENCY" if _code(fields, "CURRENCY") else "ORIGCURRENCY"
        code = _code(fields, named)
        if not code or code == currency:
            return _NO_ORIGINAL
        text = fields.get(f"{named}.CURRATE", "")
        rate = parse_rate(text)
        if text and rate is None:
            self.warnings.append(
                f"The transaction on line {line} states the exchange rate “{text[:40]}”, which is none; it is left out."
            )
        return _Original(amount if named == "CURRENCY" else None, code, rate)

    def amount(self, text: str) -> Decimal:
        """Return the amount as this file writes amounts.

        :raises AmbiguousAmountError: nothing in the file settles what a mark before three digits means.
        :raises ValueError: the text is no amount.
        """
        if is_one_group(text) and not (self._is_standard and "." in text):
            if self._decimal_mark is None:
                raise AmbiguousAmountError(text)
            return parse_amount(text, self._decimal_mark)
        return parse_amount(text)

    def _amount(self, text: str, line: int) -> Decimal:
        try:
            return self.amount(text)
        except AmbiguousAmountError:
            problem = f"the amount “{text}”, which can be read in two ways, and no other amount settles it"
        except ValueError:
            problem = f"“{text}” where an amount should be" if text else "no amount (TRNAMT)"
        message = f"The transaction on line {line} states {problem}. Ask the bank for a correct file."
        raise StatementRefusedError(message)


def _code(fields: Fields, name: str) -> str:
    """The currency that the block names as ``name``, or ``""``."""
    code = (fields.get(f"{name}.CURSYM") or fields.get(name, "")).upper()
    return code if _CURRENCY_CODE.fullmatch(code) else ""


def _describe(name: str, memo: str) -> str:
    """Name and memo in one text, without saying the same twice: many banks repeat the cut-off name in the memo."""
    if memo.startswith(name):
        return memo
    return f"{name} {memo}" if memo and memo not in name else name
