"""What a tool package promises, and the values that statement readers return.

Standard library only: a tool knows neither Django nor LedgerFlow. A package ``tools.<name>`` has ``__all__``
(the functions that may be called by their module path) and ``MANIFEST``.

A statement reader exports two functions:

``claims(content: bytes, name: str) -> bool``
    Whether the bytes are of this reader's format. The file name is a hint only; content decides.
``read_statement(content: bytes, name: str) -> Reading``
    Every statement in the file. Raises :class:`StatementRefusedError` when the file cannot be read
    completely. A reader of files that can be encrypted takes a third argument, ``password: str | None =
    None``.

Sign convention everywhere: money out of the account is negative. Dates are the bank's own local dates; no
time zone is ever applied. Amounts are exactly what the file states.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

Place = Mapping[str, object]

BOOKED: Literal["booked"] = "booked"
PENDING: Literal["pending"] = "pending"


class StatementRefusedError(Exception):
    """The file cannot be read completely; the message says why, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a tool may do beyond computing: reach the network, and for how many seconds it may run."""

    network: bool = False
    timeout_seconds: int = 15


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts about a tool package that the registry stores and asks consent for.

    ``configuration`` is a JSON schema of the package's settings; ``needs`` names module paths of other tools
    that the toolbox hands over.
    """

    version: str
    kind: Literal["statement_reader", "search"]
    summary: str
    permissions: Permissions = field(default_factory=Permissions)
    configuration: Mapping[str, object] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


class StatementLine(NamedTuple):
    """One movement as the bank states it.

    ``amount`` and ``balance`` are in ``currency`` (ISO 4217, or ``""`` where the file states none);
    ``balance`` is the account's balance after this line where the file states it. ``bank_id`` is the bank's
    own identifier (OFX FITID, CAMT AcctSvcrRef). ``place`` says where the line stands: ``{"line": 12}``,
    ``{"xpath": "..."}``,
    ``{"sheet": "...", "row": 3}`` or ``{"page": 1, "box": [x0, y0, x1, y1]}``; its values are JSON values.
    """

    date: datetime.date
    amount: Decimal
    currency: str
    description: str
    place: Place
    value_date: datetime.date | None = None
    counterparty: str | None = None
    reference: str | None = None
    bank_id: str | None = None
    balance: Decimal | None = None
    status: Literal["booked", "pending"] = "booked"


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines of one account in one file, with everything the file states that can prove them complete.

    ``currency`` is ISO 4217, or ``""`` where the file states none. ``opening_balance`` and
    ``closing_balance`` are stated by the file, never computed. ``complete_from`` and ``complete_to`` are the
    first and last calendar day that the file states to cover wholly (``None`` where it does not say); a file
    made in the middle of a day does not cover that day. ``stated_count`` and ``stated_total`` are what the
    file prints about its booked lines.
    """

    account: str | None
    bank: str | None
    currency: str
    lines: tuple[StatementLine, ...]
    kind: Literal["bank", "card", "investment"] = "bank"
    opening_balance: Decimal | None = None
    closing_balance: Decimal | None = None
    complete_from: datetime.date | None = None
    complete_to: datetime.date | None = None
    stated_count: int | None = None
    stated_total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a file.

    ``notice`` is a sentence when the file is well-formed but holds no lines. ``warnings`` are sentences that
    a person should see although every line was read.
    """

    format: str
    statements: tuple[Statement, ...]
    warnings: tuple[str, ...] = ()
    notice: str | None = None
