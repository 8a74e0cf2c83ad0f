"""The whole file: messages, their statements, and the entries in them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from tools.camt_statement._balances import Balance, Totals, opening_and_closing, read_balance, read_totals
from tools.camt_statement._entries import Entry, EntryReader
from tools.camt_statement._pages import Page, is_whole, page_of, statement_number, with_missing_pages
from tools.camt_statement._raw import RawEntry, UnusualError, account_number, elements_and_entries, raw_entry
from tools.camt_statement._values import NAMES, children, find, parse_day, text_of, whole_days
from tools.camt_statement._xml import finished_elements, in_utf8
from tools.contract import BOOKED, PENDING, Reading, Statement, StatementLine, StatementRefusedError

_MESSAGE = re.compile(r"(BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn))(?:V\d+)?")
_STATEMENT_OF = {"BkToCstmrStmt": "Stmt", "BkToCstmrAcctRpt": "Rpt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}
_FORMATS = {"Stmt": "camt.053", "Rpt": "camt.052", "Ntfctn": "camt.054"}
_NAMESPACE = re.compile(r"camt\.05[234]")
_NAMES = frozenset(_FORMATS)
_ENTRY = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?Ntry[\s>/]")


@dataclass(slots=True)
class _Draft:
    """A statement while its parts arrive."""

    entries: list[Entry] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    totals: Totals | None = None
    account: Element | None = None


def read(content: bytes) -> Reading:
    """Read every statement of the file.

    :raises StatementRefusedError: the file is no complete XML, no such message, or states an entry that cannot be read.
    """
    data = in_utf8(content)
    try:
        return _read(data, elements_and_entries(data))
    except UnusualError:
        return _read(data, finished_elements(data))


def _read(data: bytes, elements: Iterator[Element | RawEntry]) -> Reading:
    reader = _Reader(_entry_lines(data))
    for element in elements:
        if isinstance(element, RawEntry):
            reader.entry(element)
        else:
            reader.end(element)
    return reader.finish()


def _entry_lines(data: bytes) -> Iterator[int]:
    """Yield the number of the line that each entry begins on; none where comments could hold what looks like one."""
    first = _ENTRY.search(data)
    if first is None or b"<!" in data:
        return
    are_alike = data.count(b"Ntry>") == 2 * data.count(first[0])
    line, before = 1, 0
    for match in (re.compile(re.escape(first[0])) if are_alike else _ENTRY).finditer(data):
        line += data.count(b"\n", before, match.start())
        before = match.start()
        yield line


class _Reader:
    """Takes elements in the order of their ends."""

    def __init__(self, entry_lines: Iterator[int]) -> None:
        self._entry_lines = entry_lines
        self._entries = EntryReader()
        self._draft = _Draft()
        self._made_at = ""
        self._warnings: list[str] = []
        self._new: list[str] = []
        self._statements: list[Statement] = []
        self._formats: list[str] = []
        self._numbers = dict.fromkeys(_NAMES, 0)
        self._pages: list[Page] = []

    def entry(self, raw: RawEntry) -> None:
        """Take over what an entry states.

        :raises StatementRefusedError: it cannot be read.
        """
        self._draft.entries.append(self._entries.read(raw, self._where_entry))

    def end(self, element: Element) -> None:
        """Take over what an element states.

        :raises StatementRefusedError: it cannot be read, or stands where it belongs to nothing.
        """
        name = NAMES[element.tag]
        if name == "Ntry":
            self.entry(raw_entry(element))
            element.clear()
        elif name == "Bal":
            balance = read_balance(element, self._where())
            if balance is not None:
                self._draft.balances.append(balance)
            element.clear()
        elif name == "Acct" and not self._draft.entries and self._draft.account is None:
            self._draft.account = element
            self._entries.own_account = account_number(find(element, "Id"))
        elif name == "TxsSummry":
            self._draft.totals = read_totals(element)
        elif name in _NAMES:
            draft, self._draft = self._draft, _Draft()
            self._numbers[name] += 1
            self._new.append(name)
            self._statements.append(self._statement(name, element, draft))
            element.clear()
        elif name == "GrpHdr":
            self._made_at = text_of(element, "CreDtTm")
            self._page(element, "MsgPgntn", "message")
        elif (message := _MESSAGE.fullmatch(name)) is not None:
            self._end_message(message[1], element)

    def finish(self) -> Reading:
        """Return what was read.

        :raises StatementRefusedError: the file holds no statement, or parts of one outside of any message.
        """
        if self._new or self._draft.entries or self._draft.balances:
            message = "The file holds parts of a statement that belong to none of the messages camt.052, 053 and 054. "
            raise StatementRefusedError(message + "Use the whole file as the bank gives it.")
        if not self._statements:
            message = "The file is XML but holds no statement of a camt.052, camt.053 or camt.054 message. "
            raise StatementRefusedError(message + "Download the account's statement from the bank again.")
        has_lines = any(statement.lines for statement in self._statements)
        return Reading(
            format=self._formats[0],
            statements=with_missing_pages(self._statements, self._pages),
            warnings=tuple(self._warnings),
            notice=None if has_lines else "The file states the account but no entries for its period.",
        )

    def _where(self) -> str:
        return f"statement {sum(self._numbers.values()) + 1}"

    def _where_entry(self) -> str:
        return f"Entry {len(self._draft.entries) + 1} of {self._where()}"

    def _end_message(self, name: str, element: Element) -> None:
        """Check that the message is one of the three and its statements are of its own kind.

        :raises StatementRefusedError: it is not.
        """
        namespace = element.tag.rpartition("}")[0].lstrip("{")
        if namespace and _NAMESPACE.search(namespace) is None:
            message = f"The file is a message of another kind ({namespace[:80]}), not camt.052, camt.053 or camt.054. "
            raise StatementRefusedError(message + "Ask the bank for one of these.")
        if set(self._new) - {_STATEMENT_OF[name]}:
            message = f"The message {name} holds statements of another message ({', '.join(sorted(set(self._new)))}). "
            raise StatementRefusedError(message + "Ask the bank for a correct file.")
        self._new.clear()
        self._formats.append(_FORMATS[_STATEMENT_OF[name]])
        element.clear()

    def _page(self, element: Element, name: str, of: str) -> bool:
        """Warn where the file is one page of several; return whether it is."""
        pages = children(find(element, name))
        number, last = text_of(pages.get("PgNb")), text_of(pages.get("LastPgInd")).casefold()
        is_part = number.lstrip("0") not in ("", "1") or last in ("false", "0")
        if is_part:
            self._warnings.append(
                f"The file is page {number or 'unknown'} of a {of}"
                + (", and not the last one" if last in ("false", "0") else "")
                + ": import the other pages as well."
            )
        return is_part

    def _statement(self, name: str, element: Element, draft: _Draft) -> Statement:
        number, parts = self._numbers[name], children(element)
        if sum(NAMES[child.tag] == "Ntry" for child in element) != len(draft.entries):
            message = f"Entries (Ntry) stand outside of statement {number}, so they belong to no account. "
            raise StatementRefusedError(message + "Ask the bank for a correct file.")
        account = children(draft.account)
        currency = _currency(text_of(account.get("Ccy")), draft)
        is_page = self._page(element, f"{name}Pgntn", "statement")
        day = self._missing_day(parts, draft, number)
        lines = tuple(self._lines(name, number, draft.entries, currency, day))
        booked = [line for line in lines if line.status == BOOKED]
        moved = sum((line.amount for line in booked), Decimal(0))
        balances = [balance for balance in draft.balances if balance.currency in ("", currency)]
        opening, closing = opening_and_closing(balances, moved)
        counts = len(booked) == len(lines) and all(line.currency == currency for line in lines)
        period, made_at = parts.get("FrToDt"), text_of(parts.get("CreDtTm")) or self._made_at
        if is_page and name == "Stmt" and not is_whole(balances, opening, closing, moved):
            named = str(statement_number(parts) or text_of(parts.get("Id")))
            of = (account_number(account.get("Id")), currency, named)
            page = page_of(element, at=len(self._statements), of=of)
            self._pages += [page] if page else []
        complete = (
            whole_days(text_of(period, "FrDtTm"), text_of(period, "ToDtTm"), made_at)
            if name == "Stmt" and not is_page
            else (None, None)
        )
        return Statement(
            account=account_number(account.get("Id")) or None,
            bank=_bank(find(account.get("Svcr"), "FinInstnId")),
            currency=currency,
            lines=lines,
            opening_balance=opening,
            closing_balance=closing,
            complete_from=complete[0],
            complete_to=complete[1],
            stated_count=draft.totals.number if counts and draft.totals else None,
            stated_total=draft.totals.net if counts and draft.totals else None,
            number=statement_number(parts) if name == "Stmt" else None,
        )

    def _lines(
        self, name: str, number: int, entries: Sequence[Entry], currency: str, day: date | None
    ) -> Iterator[StatementLine]:
        unsaid = sum(not entry.is_said for entry in entries)
        if unsaid and (
            name != "Stmt" or any(entry.status == PENDING and not entry.is_said for entry in entries)
        ):
            self._warnings.append(
                f"Whether they are booked (Sts) is not said in the standard's words by {unsaid} of the {len(entries)} "
                f"entries of statement {number}."
            )
        for at, entry in enumerate(entries, start=1):
            booked = entry.day or day
            if booked is None:
                message = f"Entry {at} of statement {number} states no date, and neither does its statement. "
                raise StatementRefusedError(message + "Ask the bank for a complete file.")
            place: dict[str, object] = {"xpath": f"(//{name})[{number}]/Ntry[{at}]"}
            line = next(self._entry_lines, None)
            if line is not None:
                place["line"] = line
            yield StatementLine(
                date=booked,
                amount=entry.amount,
                currency=entry.currency or currency,
                description=entry.description,
                place=place,
                value_date=entry.value_date,
                counterparty=entry.counterparty or None,
                reference=entry.reference or None,
                bank_id=entry.bank_id or None,
                status=entry.status,
                original_amount=entry.original_amount,
                original_currency=entry.original_currency,
                transaction_date=entry.transaction_date,
            )

    def _missing_day(self, parts: dict[str, Element], draft: _Draft, number: int) -> date | None:
        """Return the day for entries without one: of the closing balance, else when the statement was made."""
        without = sum(entry.day is None for entry in draft.entries)
        if not without:
            return None
        closing = [balance.day for balance in draft.balances if balance.code == "CLBD" and balance.day]
        said = "of its closing balance" if closing else "on which it was made"
        try:
            day = max(closing) if closing else parse_day(text_of(parts.get("CreDtTm")) or self._made_at)
        except ValueError:
            return None
        self._warnings.append(
            f"No date is stated by {without} of the {len(draft.entries)} entries of statement {number}; the day {said} "
            f"({day.isoformat()}) is used. Check it."
        )
        return day


def _currency(stated: str, draft: _Draft) -> str:
    """The account's currency: stated, or the only one of its balances, else of its entries."""
    if stated:
        return stated
    for currencies in (
        {balance.currency for balance in draft.balances} - {""},
        {entry.currency for entry in draft.entries} - {""},
    ):
        if len(currencies) == 1:
            return currencies.pop()
    return ""


def _bank(institution: Element | None) -> str | None:
    parts = children(institution)
    return (
        text_of(parts.get("BICFI"))
        or text_of(parts.get("BIC"))
        or text_of(parts.get("ClrSysMmbId"), "MmbId")
        or text_of(parts.get("Nm"))
        or None
    )
