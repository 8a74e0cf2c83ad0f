"""The whole file: which sections are registers, and what their records state."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from tools._shared.amounts import Mark, amount_column, settle_mark
from tools._shared.currencies import currency_of
from tools._shared.dates import fold
from tools._shared.encodings import decode
from tools._shared.orders import fingerprint_of, order_said
from tools.contract import Layout, Reading, Statement, StatementLine, StatementRefusedError
from tools.qif_statement._dates import FORMAT, days_of
from tools.qif_statement._records import Record, Section, sections_of

_REGISTERS: dict[str, Literal["bank", "card"]] = {
    "bank": "bank",
    "cash": "bank",
    "ccard": "card",
    "creditcard": "card",
    "card": "card",
    "credit": "card",
    "visa": "card",
    "mastercard": "card",
    "otha": "bank",
    "othl": "bank",
    "asset": "bank",
    "liability": "bank",
    "checking": "bank",
    "chequing": "bank",
    "savings": "bank",
    "current": "bank",
    "bankaccount": "bank",
    "": "bank",
}
_LISTS = frozenset(
    {
        "cat",
        "class",
        "memorized",
        "security",
        "prices",
        "price",
        "tag",
        "budget",
        "template",
        "securities",
        "payee",
    }
)
_INVESTMENTS = frozenset({"invst", "invest", "investment", "401k", "401(k)/403(b)", "port", "mutual"})
_OPENING = frozenset(
    {
        "opening balance", "open balance", "starting balance", "anfangssaldo", "eroffnungssaldo", "anfangsbestand",
        "solde initial", "solde d'ouverture", "solde de depart", "saldo iniziale", "saldo inicial", "beginsaldo",
        "openingssaldo", "ingaende saldo", "saldo otwarcia", "pociatocny zostatok", "pocatecni zustatek",
    }
)  # fmt: skip
_WORD_BREAKS = re.compile(r"[\s_.-]+")
_AGAIN = "Export the file again, or ask the bank for a correct one."


@dataclass(slots=True)
class _Register:
    """The records of one account."""

    kind: Literal["bank", "card"]
    account: str | None
    records: list[Record] = field(default_factory=list)


def read(content: bytes, name: str, layouts: Sequence[Layout] = ()) -> Reading:
    """Read every register of the file; of ``layouts`` counts what they say of the order of its dates.

    :raises StatementRefusedError: the file is cut off, or states a date or amount that cannot be read in one way.
    """
    text = decode(content).replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")
    warnings: list[str] = []
    registers = list(_registers(sections_of(text), warnings))
    records = [record for register in registers for record in register.records]
    mark, currency = _settle_amounts(records)
    texts: dict[str, int] = {}
    for record in records:
        texts.setdefault(record.one("D"), record.line)
    days, found = days_of(texts, name, has_decimal_comma=mark == ",", order_said=order_said(layouts, FORMAT))
    warnings += [*filter(None, [found.warning]), *_split_warnings(records, mark)]
    statements = []
    for register in registers:
        opening = _opening_record(register)
        values = _values(register.records, mark)
        lines = tuple(
            StatementLine(
                date=days[record.one("D")],
                amount=amount,
                currency=currency,
                description=_describe(record),
                place={"line": record.line},
                counterparty=record.one("P") or None,
                reference=record.one("N") or None,
            )
            for record, amount in zip(register.records, values, strict=True)
            if record is not opening
        )
        account = register.account or (_bracketed(opening.one("L")) if opening else None)
        balance = values[0] if opening else None
        statements.append(
            Statement(account, None, currency, lines, kind=register.kind, opening_balance=balance)
        )
    dated_as = (fingerprint_of(FORMAT),)
    return Reading(
        FORMAT,
        tuple(statements),
        tuple(warnings),
        _notice(statements, warnings),
        layouts=dated_as,
        orders_said=dated_as if found.is_said else (),
    )


def _notice(statements: Sequence[Statement], warnings: Sequence[str]) -> str | None:
    """Say why there are no lines, where there are none."""
    if any(statement.lines for statement in statements):
        return None
    said = f" {warnings[0]}" if warnings else ""
    return f"The file is QIF but holds no transactions of a bank, cash or card account.{said}"


def _registers(sections: Iterator[Section], warnings: list[str]) -> Iterator[_Register]:
    """Yield the registers, each under the account that was named last before it.

    :raises StatementRefusedError: a section is of a type that is not known, or movements stand outside of any.
    """
    account: str | None = None
    trades, trades_from = 0, 0
    for section in sections:
        if section.unclosed:
            warnings.append(
                f"The last record, which begins on line {section.unclosed}, is not closed (^). It was read; check that "
                "the file is not cut off there."
            )
        kind = _WORD_BREAKS.sub("", section.name).casefold()
        if section.kind == "account":
            account = section.records[0].one("N") or None if len(section.records) == 1 else None
        elif section.kind != "type" or kind in _LISTS:
            continue
        elif kind in _INVESTMENTS:
            trades += len(section.records)
            trades_from = trades_from or section.line
        elif kind in _REGISTERS:
            if not section.name and section.records:
                warnings.append(
                    "The file names no account type (!Type:); its records are read as a bank account's."
                )
            yield _Register(
                _REGISTERS[kind], account, [record for record in section.records if _checked(record)]
            )
        else:
            message = (
                f"Line {section.line} begins records of the type “{section.name[:40]}”, which is no bank, cash or card "
                "account. Export the register of one account as QIF."
            )
            raise StatementRefusedError(message)
    if trades:
        warnings.append(
            f"Investment records ({trades}, from line {trades_from} on) are not read, only those of bank, cash and "
            "card accounts."
        )


def _checked(record: Record) -> bool:
    """Whether the record is a movement; one without date and amount is none if it states nothing else either.

    :raises StatementRefusedError: date or amount is missing.
    """
    has_amount = bool(record.one("T") or record.one("U"))
    if record.one("D") and has_amount:
        return True
    missing = "date (D)" if has_amount else "amount (T)"
    message = (
        f"The record that begins on line {record.line} states no {missing}, so it cannot be booked. {_AGAIN}"
    )
    raise StatementRefusedError(message)


def _amount_text(record: Record) -> str:
    return " ".join((record.one("T") or record.one("U")).split())


def _settle_amounts(records: Sequence[Record]) -> tuple[Mark, str]:
    """Return the decimal mark that all amounts agree on, and the currency that they name.

    :raises StatementRefusedError: an amount is none, or the mark stays open.
    """
    column = amount_column([_amount_text(record) for record in records])
    bad = next((at for at, shape in enumerate(column.shapes) if shape not in column.known), None)
    if bad is not None:
        record = records[bad]
        message = (
            f"The record that begins on line {record.line} states “{_amount_text(record)[:40]}” where an amount should "
            f"be. {_AGAIN}"
        )
        raise StatementRefusedError(message)
    mark = settle_mark([column]) if records else "."
    if mark is None:
        several = (
            "write the decimal mark in more than one way" if not column.marks else "can be read in two ways"
        )
        example = next(
            (
                cell
                for cell, shape in zip(column.cells, column.shapes, strict=True)
                if column.known[shape].has_mark
            ),
            "",
        )
        message = (
            f"The amounts of the file {several} (as in “{example}”), and nothing settles which is the decimal mark. "
            "Export a longer period, or amounts with two decimals."
        )
        raise StatementRefusedError(message)
    codes = {currency_of(affix) or "" for affix in column.affixes}
    return mark, codes.pop() if len(codes) == 1 else ""


def _values(records: Sequence[Record], mark: Mark) -> list[Decimal]:
    """Return the amounts of the records.

    :raises StatementRefusedError: a record states two amounts that differ.
    """
    found = []
    amounts = amount_column([_amount_text(record) for record in records]).values(mark)
    for record, amount in zip(records, amounts, strict=True):
        if amount is None or not _agrees(record, amount, mark):
            message = (
                f"The record that begins on line {record.line} states two amounts, “{record.one('T')}” (T) and "
                f"“{record.one('U')}” (U). {_AGAIN}"
            )
            raise StatementRefusedError(message)
        found.append(amount)
    return found


def _agrees(record: Record, amount: Decimal, mark: Mark) -> bool:
    """Whether the second amount (U), where there is one, is the first."""
    second = record.one("U")
    if not second or not record.one("T") or second == record.one("T"):
        return True
    column = amount_column([" ".join(second.split())])
    return column.is_amounts and mark in column.marks and column.values(mark) == [amount]


def _split_warnings(records: Sequence[Record], mark: Mark) -> Iterator[str]:
    """Say where the parts of a split do not add up to its total; the total is what moved."""
    split = [record for record in records if record.fields.get("$")]
    totals = amount_column([_amount_text(record) for record in split]).values(mark)
    differing = []
    for record, total in zip(split, totals, strict=True):
        parts = amount_column(record.fields["$"])
        values = [] if parts.bad else parts.values(mark)
        if sum((value for value in values if value is not None), Decimal(0)) != total:
            differing.append(record)
    if differing:
        yield (
            f"The parts of {len(differing)} split records (the first on line {differing[0].line}) do not add up to the "
            "total; the total is taken."
        )


def _opening_record(register: _Register) -> Record | None:
    """The record by which Quicken states the opening balance: the first one, named so, a transfer to itself."""
    if not register.records:
        return None
    first = register.records[0]
    if fold(first.one("P")).rstrip(" .:") not in _OPENING:
        return None
    target = first.one("L")
    own = _bracketed(target)
    if target and (own is None or (register.account is not None and own != register.account)):
        return None
    return first


def _bracketed(category: str) -> str | None:
    """``[Checking]`` is a transfer to the account Checking."""
    return category[1:-1] if category.startswith("[") and category.endswith("]") else None


def _describe(record: Record) -> str:
    """Payee and memo in one text, without saying the same twice; the category where there is neither."""
    payee, memo = record.one("P"), record.one("M")
    if not payee and not memo:
        return record.one("L")
    if memo.startswith(payee):
        return memo
    return f"{payee} {memo}" if memo and memo not in payee else payee
