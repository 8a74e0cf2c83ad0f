"""A trial balance as a CSV file: what stood on each account before the book begins."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import AccountType

_COLUMNS = ("code", "account", "type", "debit", "credit", "balance", "currency", "amount")
#: What other programs call the account's name.
_ALSO = {"name": "account", "account name": "account", "account code": "code", "account type": "type"}
_AMOUNT = re.compile(r"-?\d+(\.\d+)?")


class OpeningError(LedgerFlowError):
    """The trial balance cannot be read or taken in; the sentence says where and why."""


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """What stands on an account, debit positive: ``base_amount`` in the book's currency, ``amount`` in ``currency``.

    ``name`` and ``type`` are empty where the file does not state them, ``currency`` where it is the book's.
    """

    line: int
    code: str
    name: str
    type: AccountType | None
    base_amount: Decimal
    currency: str
    amount: Decimal


def read_trial_balance(content: bytes) -> list[OpeningRow]:
    """Return the rows of the file that are not zero.

    The first line names the columns: ``code`` and either ``debit`` and ``credit`` or ``balance`` (debit positive), in
    the book's currency. ``account`` and ``type`` say what an account is that the book does not have; ``currency`` and
    ``amount`` what stands there in another currency. Columns of other names are passed over.

    Raises:
        OpeningError: a column or an amount is missing or cannot be read, or an account comes twice.
    """
    lines = _text(content).splitlines()
    header = lines[0] if lines else ""
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=max(",;\t", key=header.count)))
    columns = _columns(rows[0] if rows else [])
    found: dict[str, OpeningRow] = {}
    for number, cells in enumerate(rows[1:], 2):
        row = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        if not any(row.values()):
            continue
        read = _row(number, row)
        if read.code in found:
            raise OpeningError(
                f"Line {number}: the account {read.code} is on line {found[read.code].line} already."
            )
        found[read.code] = read
    standing = [row for row in found.values() if row.base_amount or row.amount]
    if not standing:
        raise OpeningError("Nothing stands on any account in this file.")
    return standing


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OpeningError(
            f"The file is not in UTF-8 (byte {error.start + 1}). Save it as CSV in UTF-8 and try again."
        ) from error


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [" ".join(name.lower().split()) for name in header]
    columns: dict[str, int] = {}
    for at, name in enumerate(_ALSO.get(name, name) for name in names):
        if name in columns:
            raise OpeningError(f"The first line names the column “{name}” twice.")
        if name in _COLUMNS:
            columns[name] = at
    has_sides = {"debit", "credit"} <= columns.keys()
    if "code" not in columns or has_sides == ("balance" in columns):
        raise OpeningError(
            "The first line must name the columns: “code”, and either “debit” and “credit” or “balance”."
        )
    if ("currency" in columns) != ("amount" in columns):
        raise OpeningError(
            "The columns “currency” and “amount” belong together; the first line names one of them."
        )
    return columns


def _row(number: int, row: Mapping[str, str]) -> OpeningRow:
    if not row["code"]:
        raise OpeningError(f"Line {number} has no code. Totals and remarks do not belong into the file.")
    base_amount = (
        _amount(number, row, "balance")
        if "balance" in row
        else _amount(number, row, "debit") - _amount(number, row, "credit")
    )
    kind = row.get("type", "").lower()
    if kind and kind not in AccountType.values:
        raise OpeningError(f"Line {number}: {kind!r} is no type; types are {', '.join(AccountType.values)}.")
    currency = row.get("currency", "").upper()
    amount = _amount(number, row, "amount") if currency and row["amount"] else base_amount
    return OpeningRow(
        line=number,
        code=row["code"],
        name=row.get("account", ""),
        type=AccountType(kind) if kind else None,
        base_amount=base_amount,
        currency=currency,
        amount=amount,
    )


def _amount(number: int, row: Mapping[str, str], column: str) -> Decimal:
    text = row[column]
    if not text:
        return ZERO
    if not _AMOUNT.fullmatch(text):
        raise OpeningError(f"Line {number}: {column} {text!r} is no amount such as 1234.50.")
    return Decimal(text)
