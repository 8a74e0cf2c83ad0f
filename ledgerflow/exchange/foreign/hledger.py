"""hledger journals: accounts, transactions and assertions, without the constructs that compute entries."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

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
    "a": AccountType.ASSET, "asset": AccountType.ASSET, "assets": AccountType.ASSET, "c": AccountType.ASSET,
    "cash": AccountType.ASSET, "l": AccountType.LIABILITY, "liability": AccountType.LIABILITY,
    "liabilities": AccountType.LIABILITY, "e": AccountType.EQUITY, "equity": AccountType.EQUITY,
    "r": AccountType.INCOME, "revenue": AccountType.INCOME, "revenues": AccountType.INCOME,
    "income": AccountType.INCOME, "x": AccountType.EXPENSE, "expense": AccountType.EXPENSE,
    "expenses": AccountType.EXPENSE,
}  # fmt: skip
#: They change how later lines are read, or add lines that are not in the file.
_COMPUTING = ("include", "alias", "apply", "default", "=", "~", "Y", "D", "year")
#: Directives that say nothing about balances.
_SILENT = ("payee", "tag", "P", "N", "comment", "end")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
_ENTRY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:=\S+)?(?:\s+[*!])?(?:\s+\([^)]*\))?(?:\s+(.*))?")
_COMMODITY = r"[A-Z]{3}|[$€£]"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+"
_AMOUNT = rf"(?:([-+]?)\s*({_COMMODITY})\s*([-+]?)\s*({_NUMBER})|([-+]?)\s*({_NUMBER})\s*({_COMMODITY}))"
_VALUE = re.compile(rf"(?:{_AMOUNT}\s*(?:(@@?)\s*{_AMOUNT}\s*)?)?(?:=\s*{_AMOUNT})?")
#: One comma and three digits: hledger takes them for a part where nothing says otherwise.
_COULD_BE_A_PART = re.compile(r"(?<![\d,.])\d{1,3},\d{3}(?![\d,.])")
#: What gives a line a day of its own.
_OTHER_DAY = re.compile(r"\bdate2?:|\[[-\d/.=]+\]")
_TAG = re.compile(r"(?:^|[\s,])([\w-]+):\s*([^,]*)")


@dataclass(slots=True)
class _Assertion:
    amount: Decimal
    currency: str


@dataclass(slots=True)
class _Reading:
    book: ForeignBook = field(default_factory=ForeignBook)
    #: Whether the journal says that a point divides whole from part, so that 1,000 is a thousand.
    has_decimal_point: bool = False
    #: By the place of the entry: after which of its lines, and what then stands on the line's account.
    assertions: dict[int, list[tuple[int, _Assertion]]] = field(default_factory=lambda: defaultdict(list))


def read_hledger(text: str) -> ForeignBook:
    """Return what the journal says; every assertion in it must hold.

    Raises:
        ForeignBookError: a line cannot be read, uses what is computed elsewhere, or an assertion does not hold.
    """
    reading = _Reading()
    for number, head, below in _blocks(text):
        _block(reading, f"Line {number}", head, below)
    _check(reading)
    return reading.book


def _blocks(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Yield each directive and entry with the indented lines below it, and the number of its line."""
    number, head, below, is_remark = 0, "", list[str](), False
    for at, line in enumerate(text.splitlines(), 1):
        is_remark = line.rstrip() == "comment" if not is_remark else line.rstrip() != "end comment"
        if is_remark or not line.strip() or line[0] in ";#*":
            continue
        if line[0].isspace():
            below.append(line.strip())
            continue
        if head:
            yield number, head, below
        number, head, below = at, line.rstrip(), []
    if head:
        yield number, head, below


def _block(reading: _Reading, where: str, head: str, below: list[str]) -> None:
    word = head.split(maxsplit=1)[0]
    if head[0].isdigit():
        _entry(reading, where, head.split(";", maxsplit=1)[0].rstrip(), below)
    elif word == "account":
        _account(reading.book, where, head.removeprefix("account").strip(), below)
    elif word.startswith(_COMPUTING):
        raise ForeignBookError(
            f"{where}: “{word}” changes or fetches entries that are not in the file so. Let `hledger print -x` write "
            "them out."
        )
    elif word in {"decimal-mark", "commodity"}:
        _look_of_amounts(reading, where, word, " ".join([head, *below]))
    elif word not in _SILENT:
        raise ForeignBookError(f"{where} cannot be read: {head[:60]}")


def _look_of_amounts(reading: _Reading, where: str, word: str, said: str) -> None:
    """Take note of what amounts look like: with a decimal point, or they are not read."""
    if word == "decimal-mark":
        is_read = reading.has_decimal_point = said.split()[1:] == ["."]
    else:
        samples = re.findall(r"\d[\d.,]*", said.split(";", maxsplit=1)[0])
        is_read = all(re.fullmatch(rf"(?:{_NUMBER})", sample) for sample in samples)
    if not is_read:
        raise ForeignBookError(
            f"{where}: LedgerFlow reads amounts with a decimal point. Let hledger print them so."
        )


def _account(book: ForeignBook, where: str, rest: str, below: list[str]) -> None:
    name, _, remark = rest.partition(";")
    remarks = ",".join([remark, *(line.lstrip("; ") for line in below)])
    tags = {found[1]: found[2].strip() for found in _TAG.finditer(remarks)}
    account = _known(book, where, name.strip(), tags.get("type", ""))
    book.accounts[account.name] = ForeignAccount(
        account.name, account.type, tags.get("code", ""), tags.get("name", "")
    )


def _known(book: ForeignBook, where: str, name: str, kind: str = "") -> ForeignAccount:
    """Return the account; one that is not declared is of the type that the first word of its name says."""
    if name not in book.accounts:
        found = _TYPES.get((kind or name.split(":", maxsplit=1)[0]).lower())
        if found is None:
            raise ForeignBookError(
                f"{where}: of which type is the account {name[:60]}? Declare it: account {name[:60]}  ; type:A, L, "
                "E, R or X."
            )
        book.accounts[name] = ForeignAccount(name, found)
    return book.accounts[name]


def _entry(reading: _Reading, where: str, head: str, below: list[str]) -> None:
    found = _ENTRY.fullmatch(head)
    if found is None:
        raise ForeignBookError(f"{where} cannot be read: {head[:60]}")
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError as error:
        raise ForeignBookError(f"{where}: {head[:10]} is no day.") from error
    place, written = len(reading.book.entries), list[Written]()
    for line in below:
        bare, _, remark = line.partition(";")
        if (written or bare) and _OTHER_DAY.search(remark):
            raise ForeignBookError(f"{where}: “{line[:60]}” gives a line another day than its entry has.")
        if not bare:
            continue
        if _COULD_BE_A_PART.search(bare) and not reading.has_decimal_point:
            raise ForeignBookError(
                f"{where}: is the amount in “{bare[:60]}” thousands or thousandths? Let “decimal-mark .” stand first."
            )
        posting, assertion = _posting(reading.book, where, bare.rstrip())
        written.append(posting)
        if assertion is not None:
            reading.assertions[place].append((len(written), assertion))
    words = re.sub(r"\s*\|\s*", ": ", (found[4] or "").strip())
    halves = dict.fromkeys(half for half in words.split(": ") if half)
    entry = ForeignEntry(day, ": ".join(halves), balanced(written, where), where)
    reading.book.entries.append(entry)


def _posting(book: ForeignBook, where: str, line: str) -> tuple[Written, _Assertion | None]:
    unmarked = re.sub(r"^[*!]\s+", "", line)
    name, _, value = re.sub(r"\t| {2,}", "\0", unmarked, count=1).partition("\0")
    found = _VALUE.fullmatch(value.strip())
    if found is None or name[0] in "([":
        raise ForeignBookError(
            f"{where}: “{line[:60]}” is no plain line of an account with an amount such as 12.50 USD. LedgerFlow reads "
            "prices (@, @@) and assertions (=), and neither lots nor virtual lines."
        )
    account = _known(book, where, name)
    amount, price = _amount(found.groups()[:7]), _amount(found.groups()[8:15])
    asserted = _amount(found.groups()[15:22])
    if asserted and not amount:
        raise ForeignBookError(f"{where}: “{line[:60]}” assigns a balance, so its amount is not in the file.")
    posting = Written(
        account=account.name,
        amount=amount[0] if amount else None,
        currency=amount[1] if amount else "",
        price=price[0] if price else None,
        price_currency=price[1] if price else "",
        is_total=found[8] == "@@",
    )
    return posting, _Assertion(*asserted) if asserted else None


def _amount(parts: tuple[str | None, ...]) -> tuple[Decimal, str] | None:
    """Return number and currency of a match of ``_AMOUNT``, whichever stands first."""
    outer, before, inner, number, sign, alone, behind = (part or "" for part in parts)
    if not (digits := number or alone):
        return None
    minus = (outer + inner + sign).count("-") % 2
    amount = Decimal(digits.replace(",", "")) * (-1 if minus else 1)
    commodity = before or behind
    return amount, _SIGNS.get(commodity, commodity)


def _check(reading: _Reading) -> None:
    """Follow the days, and within a day the file, as hledger does."""
    totals: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for place in sorted(range(len(reading.book.entries)), key=lambda place: reading.book.entries[place].date):
        entry = reading.book.entries[place]
        asserted = dict(reading.assertions[place])
        for no, line in enumerate(entry.lines, 1):
            totals[line.account, line.currency] += line.amount
            if (said := asserted.get(no)) is None:
                continue
            if (total := totals[line.account, said.currency]) != said.amount:
                raise ForeignBookError(
                    f"{entry.where}: {line.account} should stand at {said.amount} {said.currency} on {entry.date}, but "
                    f"its lines add up to {total}. Let `hledger check` accept the file first."
                )
