"""What a tool package promises, what it is handed, and the values that statement readers return.

Standard library only: a tool knows neither Django nor LedgerFlow. A package ``tools.<name>`` has ``__all__``
(the functions that may be called by their module path) and ``MANIFEST``.

A tool that people, jobs, REST and MCP call is a function with annotated arguments and an annotated, frozen result (a
dataclass). The JSON schemas of both are derived from the annotations. A parameter annotated :class:`Context` is no
argument: the toolbox hands it over. The function runs in a process of its own, without a network; what it may reach,
it reaches through its context. It fails with :class:`ToolError`, whose message is a sentence for a person. The agent
offers its model two of the tools, the web search and the payee lookup, and no others: a model may write nothing that
leaves.

A statement reader exports two functions:

``claims(content: bytes, name: str) -> bool``
    Whether the bytes are of this reader's format. The file name is a hint only; content decides.
``read_statement(content: bytes, name: str) -> Reading``
    Every statement in the file. Raises :class:`StatementRefusedError` when the file cannot be read
    completely, and of those :class:`OpenOrderError` when it can be, once a person says in which order its dates are
    written. A reader of files that can be encrypted takes a third argument, ``password: str | None =
    None``; one of tables, or of dates in any order, takes ``layouts: Sequence[Layout] = ()``, how people say that they
    are to be read. A
    reader of files that may hold pictures of pages takes ``recognize: bool = False``: it raises :class:`ScannedError`
    first, and is called again with ``True`` and the limits of text recognition.

A reader of tables exports a third one:

``describe(content: bytes, name: str, layouts: Sequence[Layout] = ()) -> Description``
    The file's tables, raw, with the reading that was chosen for their columns, and what comes of it.

Sign convention everywhere: money out of the account is negative. Dates are the bank's own local dates; no
time zone is ever applied. Amounts are exactly what the file states.
"""

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Protocol

Place = Mapping[str, object]

BOOKED: Literal["booked"] = "booked"
PENDING: Literal["pending"] = "pending"

COLUMN_ROLES = (
    "date", "value date", "amount", "money out", "money in", "direction", "balance", "balance owed", "fee",
    "description", "counterparty", "reference", "currency", "account", "bank id", "status",
    "opening balance", "closing balance", "ignored",
)  # fmt: skip
"""What a column of a table can be for. Only words (and the status) may be in more than one column."""
DAY_ORDERS = ("YMD", "DMY", "MDY")
DECIMAL_MARKS = (".", ",")


class StatementRefusedError(Exception):
    """The file cannot be read completely; the message says why, where, and what to do."""


class ScannedError(StatementRefusedError):
    """The file holds pictures of pages; they can be read when more time and memory are given, by ``recognize``."""


class OpenOrderError(StatementRefusedError):
    """Nothing in the file settles the order of day and month, and a person can: ``asks`` says what to ask."""

    def __init__(self, message: str, asks: "OpenOrder") -> None:
        super().__init__(message)
        self.asks = asks


class ToolError(Exception):
    """The tool cannot do what was asked; the message says why and what to do."""


class TemporaryToolError(ToolError):
    """The same call may succeed later; ``retry_after`` is in seconds, where the other side said."""

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class HttpRefusedError(ToolError):
    """The toolbox did not let the request out: a private address, too many bytes, or another of its limits."""


class HttpUnreachableError(TemporaryToolError):
    """No answer came: the name, the connection or the time failed."""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer, whatever its status. ``url`` is where it came from in the end; header names are lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        """Return the body as text; bytes that are no UTF-8 become replacement characters."""
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Return the body's JSON value. Raises :class:`ToolError` where it is none."""
        try:
            return json.loads(self.body, parse_float=Decimal)
        except ValueError:
            raise ToolError(f"The answer of {self.url} is no JSON.") from None


class HttpClient(Protocol):
    """The only way out: every request is checked, limited in size and time, and recorded by the toolbox."""

    def request(
        self,
        method: Literal["GET", "POST"],
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Response:
        """Return the answer, redirects followed. Raises ``HttpRefusedError`` and ``HttpUnreachableError``."""
        ...


def _told_to_nobody(amount: Decimal, currency: str) -> None:
    """Where no toolbox listens, what is spent is nobody's."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the toolbox hands to a tool.

    ``configuration`` is valid by the manifest's schema, with defaults filled in and secrets in place of their
    references. ``http`` is there where the manifest asks for the network. ``tools`` holds a function for each module
    path that the manifest names as needed; it takes the other tool's arguments by name and returns its result as JSON
    values. ``spent(amount, currency)`` says what somebody elsewhere charges for this call, each time that they do, in
    one ISO 4217 currency, with at most eight decimal places, and at most 200 times a run; it is added up on the record
    of the run, also of one that fails afterwards. A tool that knows no price says nothing: nothing is not zero.
    """

    configuration: Mapping[str, Any]
    http: HttpClient | None = None
    tools: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    spent: Callable[[Decimal, str], None] = _told_to_nobody


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a tool may do beyond computing, and how much of everything.

    ``network`` lets it ask for pages through its context; ``writes`` says that what it does can be seen elsewhere
    afterwards (only a person may run it then, no agent, REST or MCP client). ``retries`` is how often the toolbox
    calls again after a :class:`TemporaryToolError`; ``cache_seconds`` how long an answer stands for the same question
    (0: never); ``calls_a_minute`` and ``calls_a_day`` are limits for one book, which the installation can change.
    """

    network: bool = False
    writes: bool = False
    timeout_seconds: int = 15
    memory_bytes: int = 768 * 1024 * 1024
    output_bytes: int = 1024 * 1024
    retries: int = 0
    cache_seconds: int = 0
    calls_a_minute: int = 600
    calls_a_day: int = 100_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts about a tool package that the registry stores and asks consent for.

    ``version`` is three numbers. ``configuration`` is a JSON schema of the package's settings (an object; a property
    with ``"format": "secret"`` holds a reference to an environment variable or a file, never the secret; a text with
    ``"format": "own-service"``, also in a list or an object but not in ``anyOf`` and its like, is the address of a
    service of the installation, which may be private if the settings of the installation name it; other services of
    the installation are out of reach).
    ``needs`` names module paths of other tools that the toolbox hands over.
    """

    version: str
    kind: Literal[
        "statement_reader", "search", "payee_lookup", "exchange_rates", "receipt_reader", "bridge", "other"
    ]
    summary: str
    permissions: Permissions = field(default_factory=Permissions)
    configuration: Mapping[str, object] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


class StatementLine(NamedTuple):
    """One movement as the bank states it.

    ``date`` is the day by which the file dates it. The other days that a file states of a movement stand beside it:
    ``value_date`` is when it counts for interest (CAMT ValDt; the first date of field 61 of MT940), ``booking_date``
    when the bank booked it (the entry date of field 61, a card's posting date), ``transaction_date`` when it was done
    (OFX DTUSER, a card's purchase). The latter two are ``None`` where they are the ``date``.
    ``amount`` and ``balance`` are in ``currency`` (ISO 4217, or ``""`` where the file states none);
    ``balance`` is the account's balance after this line where the file states it. ``bank_id`` is the bank's
    own identifier (OFX FITID, CAMT AcctSvcrRef). ``original_currency`` is that of the movement where it is another than
    the account's, ``original_amount`` the amount in it (money out is negative; ``None`` where the file states only the
    rate), and ``rate`` what one unit of it is worth in the account's currency, above zero. Where ``currency`` itself is
    not the account's, the bank has not converted ``amount``, and ``rate`` says how to. ``place`` says where the line
    stands: ``{"line": 12}``, ``{"xpath": "..."}``, ``{"sheet": "...", "row": 3}`` or
    ``{"page": 1, "box": [x0, y0, x1, y1]}``; its values are JSON values.
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
    original_amount: Decimal | None = None
    original_currency: str | None = None
    rate: Decimal | None = None
    booking_date: datetime.date | None = None
    transaction_date: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines of one account in one file, with everything the file states that can prove them complete.

    ``currency`` is ISO 4217, or ``""`` where the file states none. ``opening_balance`` and
    ``closing_balance`` are stated by the file, never computed. ``complete_from`` and ``complete_to`` are the
    first and last calendar day that the file states to cover wholly (``None`` where it does not say); a file
    made in the middle of a day does not cover that day. ``stated_count`` and ``stated_total`` are what the
    file prints about its booked lines. ``number`` is the statement's own, from 1, where the bank counts the
    statements of an account. ``missing_pages`` says which of its pages the file does not hold, by the numbers on
    those that it does: "page 2 of 3 is missing".
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
    number: int | None = None
    missing_pages: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How the tables of one layout are read: what each column is for, from left to right.

    ``fingerprint`` names the layout: the same header row, number of columns and delimiter give the same. ``roles`` are
    words of ``COLUMN_ROLES``; none where only the order of the dates is said, which then counts where the rows leave it
    open. A single column of ``money out`` is positive where money left the account; ``fee`` is a
    movement of its own. ``day_order`` is ``YMD``, ``DMY`` or ``MDY``, ``decimal_mark`` a point or a comma; empty where
    the rows say it themselves.
    """

    fingerprint: str
    roles: tuple[str, ...]
    day_order: str = ""
    decimal_mark: str = ""


@dataclass(frozen=True, slots=True)
class OrderedDays:
    """The days of a file in one order of day, month and year: of the date that is asked about, the first, the last."""

    order: str
    example: datetime.date
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """What a person is asked about dates that can be read in several orders.

    ``printed`` is one of them as it stands in the file; ``ways`` are two or more, and ``why`` is a sentence that says
    why nothing settles which. ``layout`` is how the dates' table is read; with the ``day_order`` of the answer it is
    what the reader is to be given. ``titles`` are the words of the table's header; ``sheet`` is where it stands, where
    the file has several.
    """

    printed: str
    ways: tuple[OrderedDays, ...]
    why: str
    layout: Layout = Layout("", ())
    titles: tuple[str, ...] = ()
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """A table as it stands in the file: its header and first rows, with the reading that was chosen for its columns.

    ``sheet`` is empty in a text file; ``numbers`` are the lines or rows where ``rows`` stand. ``header`` is empty where
    the table names no columns.
    """

    sheet: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    layout: Layout


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a file.

    ``notice`` is a sentence when the file is well-formed but holds no lines. ``warnings`` are sentences that
    a person should see although every line was read. ``layouts`` are the fingerprints of the tables that were read,
    or the one that names the format's dates where it has no tables; 32 hexadecimal digits each, others are dropped.
    ``orders_said`` are those of them by whose ``day_order`` dates were read that the file leaves open.
    """

    format: str
    statements: tuple[Statement, ...]
    warnings: tuple[str, ...] = ()
    notice: str | None = None
    layouts: tuple[str, ...] = ()
    orders_said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What stands at a place of a file, for people to look at.

    ``rows`` are lines of one cell each in a text file, else rows of cells as they are shown; ``numbers`` say which
    lines or rows of the file they are, ``marked`` which of those numbers the place is.
    """

    numbers: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """The tables of a file, and what comes of reading them: a ``reading``, or the ``problem`` in a sentence."""

    tables: tuple[TableView, ...]
    reading: Reading | None = None
    problem: str | None = None
