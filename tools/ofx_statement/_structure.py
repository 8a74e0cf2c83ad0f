"""The parts of an OFX file around its transactions: accounts, periods, balances, answers of the bank.

SGML leaves out the end tags of elements, XML does not, and banks mix both. An element is therefore what has
text; an aggregate is one of the names below. A missing end tag inside a statement is forgiven with a
warning, because the end tag that follows proves that nothing was cut off; everything else that does not fit
refuses the file.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from tools.contract import Statement, StatementLine, StatementRefusedError
from tools.ofx_statement._text import clean
from tools.ofx_statement._transactions import TransactionReader
from tools.ofx_statement._values import AmbiguousAmountError, whole_days

_TOKEN = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._]*)(?:\s[^<>]*?)?(/?)>([^<]*)")
_CURRENCY_CODE = re.compile(r"[A-Z]{3}")
_STATEMENTS: dict[str, Literal["bank", "card", "investment"]] = {
    "STMTRS": "bank",
    "CCSTMTRS": "card",
    "INVSTMTRS": "investment",
}
_ACCOUNTS = frozenset({"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"})
_LISTS = frozenset({"BANKTRANLIST", "INVTRANLIST"})
_AGGREGATES = (
    frozenset(
        {
            "OFX",
            "SONRS",
            "FI",
            "STATUS",
            "STMTTRNRS",
            "CCSTMTTRNRS",
            "INVSTMTTRNRS",
            "BANKTRANLISTP",
            "STMTTRN",
            "STMTTRNP",
            "INVBANKTRAN",
            "INVTRAN",
            "LEDGERBAL",
            "AVAILBAL",
            "BALLIST",
            "BAL",
            "SIGNONMSGSRSV1",
            "BANKMSGSRSV1",
            "CREDITCARDMSGSRSV1",
            "INVSTMTMSGSRSV1",
        }
    )
    | _STATEMENTS.keys()
    | _ACCOUNTS
    | _LISTS
)
_DAMAGED = "The file is cut off or damaged. Download it again from the bank."


class PlainTagsNeededError(Exception):
    """The tags are not written as ``<STMTTRN>``: normalize them and read again."""


@dataclass(slots=True)
class _Open:
    name: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Draft:
    """A statement while its parts arrive."""

    kind: Literal["bank", "card", "investment"]
    line: int
    currency: str = ""
    account: str | None = None
    bank: str | None = None
    closing_balance: Decimal | None = None
    lines: list[StatementLine] = field(default_factory=list)
    periods: set[tuple[date | None, date | None]] = field(default_factory=set)
    has_part: bool = False
    trades: int = 0


class StructureReader:
    """Follows the tags of a file outside its transaction blocks and collects the statements."""

    def __init__(self, transactions: TransactionReader) -> None:
        self._transactions = transactions
        self._stack: list[_Open] = []
        self._elements: dict[str, int] = {}
        self._draft: _Draft | None = None
        self._made_at = ""
        self._organization: str | None = None
        self._rooted = False
        self.statements: list[Statement] = []
        self.warnings: list[str] = []
        self.answers: list[str] = []

    @property
    def currency(self) -> str:
        """The currency of the statement that is open."""
        draft = self._draft
        if draft is not None and not draft.currency:
            for part in self._stack:
                if part.name in _STATEMENTS:
                    draft.currency = _currency(part.fields.get("CURDEF", ""))
        return draft.currency if draft is not None else ""

    def feed(self, text: str, line: int) -> None:
        """Follow the tags of ``text``, whose first character stands on ``line``.

        :raises StatementRefusedError: an end tag has no beginning, or a statement is cut off.
        :raises PlainTagsNeededError: a transaction begins in an unusual spelling.
        """
        counted = 0
        for match in _TOKEN.finditer(text):
            line += text.count("\n", counted, match.start())
            counted = match.start()
            closing, name, empty, data = match[1], match[2].upper(), match[3], clean(match[4])
            if closing:
                self._close(name, line)
            elif name in _AGGREGATES and not data and not empty:
                self._open(name, line)
            elif self._stack:
                self._elements[name] = self._elements.get(name, 0) + 1
                self._stack[-1].fields.setdefault(name, data)

    def add_lines(self, lines: list[StatementLine], line: int) -> None:
        """Take over a run of transactions that stands at this point of the file.

        :raises StatementRefusedError: no statement is open here.
        """
        if self._draft is None or not self._rooted:
            message = (
                f"The transactions from line {line} on belong to no account: the file is a fragment of a "
                "statement. "
            )
            raise StatementRefusedError(message + "Use the whole file as the bank gives it.")
        self._draft.lines += lines

    def finish(self) -> None:
        """Check that everything that was opened has been closed.

        :raises StatementRefusedError: the file ends inside one of its parts, or is no whole OFX file.
        """
        if self._stack:
            part = self._stack[-1]
            message = f"The file ends inside <{part.name}>, which begins on line {part.line}. {_DAMAGED}"
            raise StatementRefusedError(message)
        if not self._rooted:
            message = (
                "The file holds no <OFX> part: it is a fragment or not OFX. Use the whole file as the "
                "bank gives it."
            )
            raise StatementRefusedError(message)

    def _open(self, name: str, line: int) -> None:
        if name in ("STMTTRN", "STMTTRNP"):
            raise PlainTagsNeededError
        if name == "OFX":
            if self._stack:
                message = f"A second <OFX> begins on line {line} before the first one ends. {_DAMAGED}"
                raise StatementRefusedError(message)
            self._rooted = True
        if name in _STATEMENTS:
            if self._draft is not None:
                message = f"A second statement begins on line {line} before the first one ends. {_DAMAGED}"
                raise StatementRefusedError(message)
            self._draft = _Draft(_STATEMENTS[name], line)
        self._stack.append(_Open(name, line))

    def _close(self, name: str, line: int) -> None:
        if not any(part.name == name for part in self._stack):
            if name not in _AGGREGATES or self._elements.get(name):
                return
            message = f"Line {line} ends a part that never began (</{name}>). {_DAMAGED}"
            raise StatementRefusedError(message)
        while (part := self._stack.pop()).name != name:
            if part.name in _STATEMENTS:
                message = (
                    f"<{part.name}>, which begins on line {part.line}, is not closed before line {line}. "
                    f"{_DAMAGED}"
                )
                raise StatementRefusedError(message)
            self.warnings.append(
                f"<{part.name}>, which begins on line {part.line}, is not closed; all that follows is read."
            )
            self._complete(part)
        self._complete(part)

    def _complete(self, part: _Open) -> None:
        """Take over what a finished part states."""
        fields = part.fields
        if part.name == "SONRS":
            self._made_at = fields.get("DTSERVER", "")
            self._organization = self._organization or fields.get("ORG") or None
        elif part.name == "FI":
            self._organization = fields.get("ORG") or None
        elif part.name == "STATUS":
            self._answer(fields)
        elif self._draft is not None:
            self._complete_within(self._draft, part)

    def _answer(self, fields: dict[str, str]) -> None:
        if fields.get("SEVERITY", "").upper() == "ERROR" or fields.get("CODE", "0").strip("0").isdigit():
            said = fields.get("MESSAGE") or "no reason given"
            self.answers.append(f"{said} (code {fields.get('CODE') or 'unknown'})")

    def _complete_within(self, draft: _Draft, part: _Open) -> None:
        fields, name = part.fields, part.name
        if name in _ACCOUNTS and draft.account is None:
            draft.account = fields.get("ACCTID") or None
            draft.bank = fields.get("BANKID") or fields.get("BROKERID") or None
            draft.has_part = draft.account is not None or draft.has_part
        elif name in _LISTS:
            draft.has_part = True
            draft.periods.add(whole_days(fields.get("DTSTART", ""), fields.get("DTEND", ""), self._made_at))
        elif name == "LEDGERBAL":
            self._balance(draft, fields.get("BALAMT", ""), part.line)
        elif name == "INVTRAN":
            draft.trades += 1
        elif name in _STATEMENTS:
            self._complete_statement(draft, part)

    def _balance(self, draft: _Draft, text: str, line: int) -> None:
        draft.has_part = True
        try:
            balance = self._transactions.amount(text)
        except AmbiguousAmountError:
            stated = f"“{text}” can be read in two ways"
            self.warnings.append(f"The closing balance on line {line} cannot be used: {stated}.")
            return
        except ValueError:
            stated = f"“{text}” is no amount" if text else "none is stated"
            self.warnings.append(f"The closing balance on line {line} cannot be used: {stated}.")
            return
        if draft.closing_balance is not None and draft.closing_balance != balance:
            self.warnings.append(f"A second closing balance stands on line {line}; the first one is used.")
            return
        draft.closing_balance = balance

    def _complete_statement(self, draft: _Draft, part: _Open) -> None:
        stated = part.fields.get("CURDEF", "")
        currency = draft.currency or _currency(stated)
        if not draft.has_part and not draft.lines and not currency:
            message = (
                f"The statement on line {part.line} states no account, no currency and no transactions. "
                f"{_DAMAGED}"
            )
            raise StatementRefusedError(message)
        lines = [line if line.currency else line._replace(currency=currency) for line in draft.lines]
        if not currency:
            currencies = {line.currency for line in lines}
            currency = currencies.pop() if len(currencies) == 1 else ""
        if not currency and lines:
            self.warnings.append(
                f"The statement on line {part.line} states no currency; the account's own is assumed."
            )
        if draft.trades:
            self.warnings.append(
                f"Movements of securities ({draft.trades}) are not read, only movements of cash."
            )
        first, last = draft.periods.pop() if len(draft.periods) == 1 else (None, None)
        self.statements.append(
            Statement(
                account=draft.account,
                bank=draft.bank or self._organization,
                currency=currency,
                lines=tuple(lines),
                kind=draft.kind,
                closing_balance=draft.closing_balance,
                complete_from=first,
                complete_to=last,
            )
        )
        self._draft = None


def _currency(text: str) -> str:
    code = text.strip().upper()
    return code if _CURRENCY_CODE.fullmatch(code) else ""
