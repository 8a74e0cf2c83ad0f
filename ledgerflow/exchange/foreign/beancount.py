"""Beancount files: accounts, transactions and balances, without the constructs that compute entries."""

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledgerflow.core.money import ZERO
from ledgerflow.exchange.foreign.books import (
    ForeignAccount,
    ForeignBook,
    ForeignBookError,
    ForeignEntry,
    Written,
    balanced,
)
from ledgerflow.ledger.models import AccountType

_TYPES = {
    "Assets": AccountType.ASSET,
    "Liabilities": AccountType.LIABILITY,
    "Equity": AccountType.EQUITY,
    "Income": AccountType.INCOME,
    "Expenses": AccountType.EXPENSE,
}
#: What they do is not in the lines of the file, so a reader of lines would get other books.
_COMPUTING = ("include", "plugin", "pad")
_DATED = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})\s+(\S+)\s*(.*)")
_FLAGS = {"*", "!", "txn", *"PSTCURM"}
#: Directives that say nothing about balances.
_SILENT = {"close", "commodity", "price", "note", "document", "event", "query", "custom"}
_STRING = r'"((?:[^"\\]|\\.)*)"'
_NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?"
_CURRENCY = r"[A-Z][A-Z0-9'._-]*"
_ACCOUNT = r"[^\W\d_][^\s:]*(?::[^\s:]+)+"
_POSTING = re.compile(
    rf"(?:[*!&#?%PSTCURM]\s+)?({_ACCOUNT})(?:\s+({_NUMBER})\s+({_CURRENCY})"
    rf"(?:\s*(@@?)\s*({_NUMBER})\s+({_CURRENCY}))?)?"
)
_BALANCE = re.compile(rf"({_ACCOUNT})\s+({_NUMBER})\s*(?:~\s*({_NUMBER})\s*)?({_CURRENCY})")
_META = re.compile(r"([a-z][\w-]*):\s*(.*)")


@dataclass(frozen=True, slots=True)
class _Balance:
    date: date
    account: str
    amount: Decimal
    tolerance: Decimal
    currency: str
    where: str


@dataclass(slots=True)
class _Reading:
    book: ForeignBook = field(default_factory=ForeignBook)
    balances: list[_Balance] = field(default_factory=list)


def read_beancount(text: str) -> ForeignBook:
    """Return what the file says; every ``balance`` in it must hold.

    Raises:
        ForeignBookError: a line cannot be read, uses what is computed elsewhere, or a balance does not hold.
    """
    reading = _Reading()
    for number, head, below in _blocks(text):
        _directive(reading, f"Line {number}", head, below)
    _check(reading)
    return reading.book


def _blocks(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Yield each directive with the indented lines below it, and the number of its line."""
    number, head, below = 0, "", list[str]()
    for at, line in enumerate(text.splitlines(), 1):
        bare = _without_comment(line, at).rstrip()
        if not bare.strip() or line[0] in "*#:":  # headings of outlines
            continue
        if bare[0].isspace():
            below.append(bare.strip())
            continue
        if head:
            yield number, head, below
        number, head, below = at, bare, []
    if head:
        yield number, head, below


def _without_comment(line: str, number: int) -> str:
    bare = re.match(rf'(?:[^";]|{_STRING})*', line)
    kept = bare.group() if bare else ""
    if line[len(kept) :].startswith('"'):
        raise ForeignBookError(f"Line {number}: a text in quotes does not end on its line.")
    return kept


def _directive(reading: _Reading, where: str, head: str, below: list[str]) -> None:
    dated = _DATED.fullmatch(head)
    word = dated[4] if dated else head.split(maxsplit=1)[0]
    if word in _COMPUTING:
        raise ForeignBookError(
            f"{where}: “{word}” computes or fetches entries that are not in the file. Let Beancount write them out."
        )
    if dated is None:
        if word not in {"option", "pushtag", "poptag", "pushmeta", "popmeta"} or '"name_' in head:
            raise ForeignBookError(f"{where} cannot be read: {head[:60]}")
        return
    day, rest = _day(dated, where), dated[5]
    if word == "open":
        _open(reading.book, where, rest, below)
    elif word == "balance":
        reading.balances.append(_balance(day, where, rest))
    elif word in _FLAGS:
        lines = balanced(_postings(where, below), where)
        reading.book.entries.append(ForeignEntry(day, _words(where, rest), lines, where))
    elif word not in _SILENT:
        raise ForeignBookError(f"{where} cannot be read: {head[:60]}")


def _day(dated: re.Match[str], where: str) -> date:
    try:
        return date(int(dated[1]), int(dated[2]), int(dated[3]))
    except ValueError as error:
        raise ForeignBookError(f"{where}: {dated[1]}-{dated[2]}-{dated[3]} is no day.") from error


def _open(book: ForeignBook, where: str, rest: str, below: list[str]) -> None:
    name = rest.split(maxsplit=1)[0] if rest else ""
    kind = _TYPES.get(name.split(":")[0])
    if kind is None or ":" not in name:
        raise ForeignBookError(f"{where} opens no account of one of the five kinds: {name[:60]}")
    said = {found[1]: _texts(found[2]) for line in below if (found := _META.fullmatch(line))}
    code, title = ("".join(said.get(key, [])) for key in ("code", "name"))
    book.accounts[name] = ForeignAccount(name, kind, code, title)


def _postings(where: str, below: list[str]) -> Iterator[Written]:
    for line in below:
        if _META.fullmatch(line) or line[0] in "#^":
            continue
        found = _POSTING.fullmatch(line)
        if found is None:
            raise ForeignBookError(
                f"{where}: “{line[:60]}” is no plain line of an account with an amount. LedgerFlow reads prices "
                "(@, @@), and neither lots nor computed amounts."
            )
        account, amount, currency, at, price, price_currency = found.groups()
        yield Written(
            account=account,
            amount=None if amount is None else _decimal(amount),
            currency=currency or "",
            price=None if price is None else _decimal(price),
            price_currency=price_currency or "",
            is_total=at == "@@",
        )


def _balance(day: date, where: str, rest: str) -> _Balance:
    found = _BALANCE.fullmatch(rest)
    if found is None:
        raise ForeignBookError(f"{where}: this balance cannot be read: {rest[:60]}")
    account, said, stated, currency = found.groups()
    amount = _decimal(said)
    exponent = amount.as_tuple().exponent
    # As Beancount does, a balance may be off by its last digit where it does not say by how much.
    usual = Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else ZERO
    return _Balance(day, account, amount, usual if stated is None else _decimal(stated), currency, where)


def _check(reading: _Reading) -> None:
    """Compare each balance with what stands on the account and those below it at the beginning of the day."""
    totals: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    entries = deque(sorted(reading.book.entries, key=lambda entry: entry.date))
    for balance in sorted(reading.balances, key=lambda balance: balance.date):
        while entries and entries[0].date < balance.date:
            for line in entries.popleft().lines:
                totals[line.account, line.currency] += line.amount
        total = sum(
            (
                amount
                for (account, currency), amount in totals.items()
                if currency == balance.currency and f"{account}:".startswith(f"{balance.account}:")
            ),
            ZERO,
        )
        if abs(total - balance.amount) > balance.tolerance:
            raise ForeignBookError(
                f"{balance.where}: {balance.account} should stand at {balance.amount} {balance.currency} before "
                f"{balance.date}, but its lines add up to {total}. Let `bean-check` accept the file first."
            )


def _words(where: str, rest: str) -> str:
    texts = _texts(rest)
    if re.sub(rf"{_STRING}|[#^]\S+|\|", "", rest).strip():
        raise ForeignBookError(f"{where} cannot be read: {rest[:60]}")
    return ": ".join(text for text in dict.fromkeys(texts) if text)


def _texts(rest: str) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", text) for text in re.findall(_STRING, rest)]


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
