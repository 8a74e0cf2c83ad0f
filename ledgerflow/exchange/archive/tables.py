"""What an archive holds, table by table, in the order in which one refers to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.db.models import AutoField, BigAutoField, Field, Max, Model, Q, QuerySet

from ledgerflow.asking.models import LineQuestion
from ledgerflow.books.models import Book, FourEyes
from ledgerflow.classification.models import (
    BusinessUse,
    Classification,
    ClassificationSplit,
    EntryTag,
    LineTag,
    Prediction,
    Promise,
    Rule,
    StageOff,
    Tag,
)
from ledgerflow.documents.models import Document, Receipt, ReceiptReading
from ledgerflow.ledger.models import (
    Account,
    EntryText,
    ExchangeRate,
    JournalEntry,
    JournalLine,
    PeriodAction,
    PostingBatch,
    YearClosing,
)
from ledgerflow.payees.models import Payee, PayeeAlias
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.posting.models import (
    DocumentDate,
    Exchange,
    OpeningBalance,
    OwnTaxLine,
    PrivatePart,
    RevaluedBalance,
    ReversedPosting,
    StatedAmount,
    Transfer,
    WithdrawnLine,
)
from ledgerflow.reconciliation.models import (
    Match,
    MatchedEntryLine,
    MatchedLine,
    Reconciliation,
    ReconciliationAction,
)
from ledgerflow.statements.models import (
    BankAccount,
    BankAccountNumber,
    DayQuestion,
    DeclinedReceipt,
    LineReceipt,
    Sighting,
    Statement,
    StatementLine,
    TableLayout,
)
from ledgerflow.taxes.models import BusinessShare, ReceiptLimit, YearFacts
from ledgerflow.users.models import User

#: The version of the format; another one is refused.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A file of the archive: the columns of a model's rows in their order, what sorts the rows, and which of them.

    A row's place in the file is what other rows call it by, so the order is that of the rows' ids where they have one.
    Archives that were written before there were the columns ``later`` are read as if they said what stands there, and
    those from before there was a table that ``is_later`` as if it were empty.
    """

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    order: tuple[str, ...] = ("pk",)
    only: Q = Q()  # noqa: RUF009 - never changed
    later: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    is_later: bool = False

    def field(self, column: str) -> "Field[Any, Any]":
        """Return the model's field behind a column."""
        return next(field for field in self._fields if field.name == column)

    @property
    def _fields(self) -> "Sequence[Field[Any, Any]]":
        fields: Sequence[Field[Any, Any]] = self.model._meta.concrete_fields  # noqa: SLF001 - Django's own word for it
        return fields

    @property
    def database_name(self) -> str:
        """What PostgreSQL calls the table."""
        return str(self.model._meta.db_table)  # noqa: SLF001 - Django's own word for it

    @property
    def has_ids(self) -> bool:
        """Whether the rows have ids that the database gives out."""
        return any(isinstance(field, AutoField | BigAutoField) for field in self._fields)

    @property
    def untold(self) -> "list[Field[Any, Any]]":
        """The fields that no archive has and the database does not fill: they get Django's defaults."""
        known = {*self.columns, "book", "id", "pk"}
        return [field for field in self._fields if field.name not in known and not field.null]

    def rows(self, book: Book) -> "QuerySet[Any]":
        """Return the book's rows in their order."""
        return self.model._default_manager.filter(self.only, book=book).order_by(*self.order)  # noqa: SLF001 - every model has it

    def target(self, column: str) -> str | None:
        """Return the name of the table that the column refers to, or nothing for a plain value."""
        if column == "id":  # what was withdrawn was a line once, so both say which one
            return LINES.name
        related = self.field(column).related_model
        return None if related is None else _NAMES[related]


PEOPLE = Table("people", User, ("email", "name"), ("email",))
ACCOUNTS = Table(
    "accounts", Account, ("code", "name", "type", "role", "currency", "tax_line", "is_archived", "chain_no")
)
BATCHES = Table(
    "batches",
    PostingBatch,
    ("no", "source", "first_number", "entry_count", "posted_at", "posted_by"),
    ("no",),
)
ENTRIES = Table(
    "entries",
    JournalEntry,
    ("number", "batch_no", "date", "line_count", "reverses_number", "text_digest"),
    ("number",),
)
JOURNAL_LINES = Table(
    "journal_lines",
    JournalLine,
    ("entry_number", "no", "account", "currency", "amount", "base_amount"),
    ("entry_number", "no"),
)
TEXTS = Table("texts", EntryText, ("entry_number", "text", "salt"), ("entry_number",))
YEAR_CLOSINGS = Table("year_closings", YearClosing, ("last_day", "entry_number", "reversed_by_number"))
PERIODS = Table(
    "periods", PeriodAction, ("closed_through", "locked_through", "reason", "acted_by", "acted_at")
)
TAX_FACTS = Table(
    "tax_facts",
    YearFacts,
    (
        "year", "is_transport_worker", "car_method", "business_miles", "commuting_miles", "other_miles", "home_method",
        "office_square_feet", "home_square_feet", "home_months", "home_expenses", "home_interest_and_taxes",
        "home_carryover", "home_depreciation", "inventory_beginning", "inventory_ending", "entered_by", "entered_at",
    ),
)  # fmt: skip
TAX_SHARES = Table("business_shares", BusinessShare, ("year", "account", "share"))
DOCUMENTS = Table("documents", Document, ("sha256", "size", "name", "uploaded_by", "uploaded_at"))
RECEIPTS = Table("receipts", Receipt, ("document", "media_type", "kept_by", "kept_at"), ("document_id",))
RECEIPT_READINGS = Table(
    "receipt_readings",
    ReceiptReading,
    (
        "receipt", "state", "asked_at", "read_at", "read_by", "seller", "date", "total", "tax", "currency", "places",
        "unsure", "problem",
    ),
    ("receipt_id",),
    only=~Q(state=ReceiptReading.State.WAITING),  # no job would come
    is_later=True,
)  # fmt: skip
RECEIPT_LIMITS = Table("receipt_limits", ReceiptLimit, ("amount", "set_by", "set_at"), ("book_id",))
BANK_ACCOUNTS = Table("bank_accounts", BankAccount, ("name", "kind", "currency", "ledger_account"))
NUMBERS = Table("bank_account_numbers", BankAccountNumber, ("bank_account", "kind", "number"))
LAYOUTS = Table(
    "table_layouts",
    TableLayout,
    ("bank_account", "fingerprint", "titles", "layout", "is_proven", "saved_by", "saved_at"),
    is_later=True,
)
STATEMENTS = Table(
    "statements",
    Statement,
    (
        "document", "bank_account", "position", "format", "account_number", "currency", "opening_balance",
        "closing_balance", "first_date", "last_date", "complete_from", "complete_to", "line_count", "total", "proof",
        "proof_detail", "override_reason", "overridden_by", "overridden_at", "imported_at", "number", "layout",
    ),
    later=MappingProxyType({"number": None, "layout": ""}),
)  # fmt: skip
LINES = Table(
    "lines",
    StatementLine,
    (
        "id", "bank_account", "date", "value_date", "amount", "currency", "description", "counterparty", "reference",
        "bank_id", "is_pending", "hold", "original_amount", "original_currency", "rate", "booking_date",
        "transaction_date",
    ),
    later=MappingProxyType(
        dict.fromkeys(("original_amount", "original_currency", "rate", "booking_date", "transaction_date"))
    ),
)  # fmt: skip
SIGHTINGS = Table(
    "sightings",
    Sighting,
    ("statement", "no", "line", "place", "balance", "is_pending", "differs"),
    ("statement_id", "no"),
)
QUESTIONS = Table(
    "day_questions",
    DayQuestion,
    (
        "bank_account", "date", "statement", "other_statement", "no", "answer", "answered_by", "answered_at",
        "other_no", "evidence",
    ),
    later=MappingProxyType({"no": None, "other_no": None, "evidence": ""}),
)  # fmt: skip
LINE_RECEIPTS = Table(
    "line_receipts",
    LineReceipt,
    ("line", "receipt", "attached_by", "attached_at", "detached_by", "detached_at", "detach_reason"),
)
DECLINED_RECEIPTS = Table(
    "declined_receipts", DeclinedReceipt, ("line", "receipt", "declined_by", "declined_at"), is_later=True
)
#: Without the tokens of links, which open nothing elsewhere: a question that waits is asked again.
LINE_QUESTIONS = Table(
    "line_questions",
    LineQuestion,
    (
        "line", "text", "asked_by", "asked_at", "asked_of", "expires_at", "answer", "receipt", "answered_by",
        "answered_at", "withdrawn_by", "withdrawn_at",
    ),
    is_later=True,
)  # fmt: skip
PAYEES = Table("payees", Payee, ("name",))
ALIASES = Table("payee_aliases", PayeeAlias, ("key", "payee"))
RULES = Table(
    "rules",
    Rule,
    (
        "position", "text", "direction", "least_amount", "most_amount", "bank_account", "account", "payee", "mode",
        "is_active", "made_by", "made_at", "search", "stage", "after_line", "tax_line",
    ),
    later=MappingProxyType({"search": "", "stage": 1, "after_line": None, "tax_line": ""}),  # with the others
)  # fmt: skip
BUSINESS_USES = Table(
    "business_uses",
    BusinessUse,
    ("account", "payee", "share", "since", "set_by", "set_at"),
    is_later=True,
)
PROMISES = Table(
    "promises",
    Promise,
    ("share", "switched_on_by", "switched_on_at", "switched_off_by", "switched_off_at"),
    is_later=True,
)
#: The record that confidences answer to, and what was accepted under a promise.
PREDICTIONS = Table(
    "predictions",
    Prediction,
    (
        "line", "account", "confidence", "plain", "source", "version", "features", "promise", "is_sampled",
        "predicted_at", "replaced_at", "decided_at", "decided_account", "is_right",
    ),
    only=Q(replaced_at__isnull=True) & (Q(decided_at__isnull=False) | Q(promise__isnull=False)),
    is_later=True,
)  # fmt: skip
CLASSIFICATIONS = Table(
    "classifications",
    Classification,
    (
        "line", "state", "account", "is_split", "payee", "source", "rule", "promise", "confidence", "reason",
        "note", "decided_by", "decided_at", "entry_number", "tax_line", "business_share",
    ),
    later=MappingProxyType({"promise": None, "tax_line": "", "business_share": None}),
)  # fmt: skip
SPLITS = Table(
    "splits",
    ClassificationSplit,
    ("classification", "no", "account", "amount", "memo", "tax_line"),
    ("classification_id", "no"),
    later=MappingProxyType({"tax_line": ""}),
)
TAGS = Table("tags", Tag, ("name",))
LINE_TAGS = Table("line_tags", LineTag, ("line", "tag", "tagged_by", "tagged_at"), ("line_id", "tag_id"))
ENTRY_TAGS = Table(
    "entry_tags", EntryTag, ("entry_number", "tag", "tagged_by", "tagged_at"), ("entry_number", "tag_id")
)
DOCUMENT_DATES = Table("document_dates", DocumentDate, ("line", "date", "dated_by", "dated_at"), ("line_id",))
REVERSED = Table(
    "reversed_postings",
    ReversedPosting,
    ("entry_number", "line", "reversed_by_number"),
    ("entry_number", "line_id"),
)
WITHDRAWN = Table(
    "withdrawn_lines",
    WithdrawnLine,
    (
        "id", "bank_account", "document", "place", "date", "amount", "currency", "description", "counterparty",
        "withdrawn_by", "withdrawn_at",
    ),
)  # fmt: skip
RATES = Table(
    "exchange_rates",
    ExchangeRate,
    (
        "currency",
        "date",
        "rate",
        "source",
        "origin",
        "entered_by",
        "entered_at",
        "replaced_by",
        "replaced_at",
    ),
)
STATED = Table(
    "stated_amounts", StatedAmount, ("line", "base_amount", "stated_by", "stated_at"), ("line_id",)
)
EXCHANGES = Table(
    "exchanges",
    Exchange,
    ("entry_number", "exchange_rate", "rate", "rate_date", "stated_amount"),
    ("entry_number",),
)
OWN_TAX_LINES = Table(
    "own_tax_lines",
    OwnTaxLine,
    ("entry_number", "no", "tax_line"),
    ("entry_number", "no"),
    is_later=True,
)
PRIVATE_PARTS = Table(
    "private_parts",
    PrivatePart,
    ("entry_number", "no", "part_no", "account", "share", "said"),
    ("entry_number", "no"),
    is_later=True,
)
REVALUED = Table(
    "revalued_balances",
    RevaluedBalance,
    ("entry_number", "account", "exchange_rate", "amount", "base_amount", "value"),
    ("entry_number", "account_id"),
)
OPENINGS = Table(
    "opening_balances",
    OpeningBalance,
    (
        "bank_account", "statement", "document", "date", "amount", "currency", "entry_number", "posted_by", "posted_at",
        "reversed_by_number", "ended_by", "ended_at", "end_reason",
    ),
)  # fmt: skip
TRANSFERS = Table(
    "transfers",
    Transfer,
    (
        "out_line", "in_line", "state", "out_entry", "in_entry", "decided_by", "decided_at", "ended_by", "ended_at",
    ),
)  # fmt: skip
MATCHES = Table("matches", Match, ("bank_account", "kind", "made_by", "made_at"))
MATCHED_LINES = Table("matched_lines", MatchedLine, ("line", "match"))
MATCHED_ENTRY_LINES = Table(
    "matched_entry_lines", MatchedEntryLine, ("entry_number", "no", "match"), ("entry_number", "no")
)
RECONCILIATIONS = Table(
    "reconciliations",
    Reconciliation,
    ("bank_account", "as_of", "statement", "bank_balance", "started_by", "started_at"),
)
_STANDING = Q(
    reconciliation__state=Reconciliation.State.FINISHED,
    pk__in=ReconciliationAction.objects.values("reconciliation").annotate(last=Max("pk")).values("last"),
)
#: What finished those that are finished.
FINISHES = Table(
    "finishes",
    ReconciliationAction,
    ("reconciliation", "act", "reason", "proof", "acted_by", "acted_at"),
    only=_STANDING,
)
#: What finished and reopened them before. The books went on after it, so it is kept as it was said, not done again.
PAST_ACTIONS = Table(
    "past_reconciliation_actions",
    ReconciliationAction,
    ("reconciliation", "act", "reason", "bank_balance", "book_balance", "proof", "acted_by", "acted_at"),
    only=~_STANDING,
    is_later=True,
)
#: Brought in last, because what was posted before it was asked for was posted without it.
FOUR_EYES = Table(
    "four_eyes",
    FourEyes,
    ("switched_on_by", "switched_on_at", "switched_off_by", "switched_off_at"),
    is_later=True,
)
STAGES_OFF = Table(
    "stages_off",
    StageOff,
    ("stage", "switched_off_by", "switched_off_at", "switched_on_by", "switched_on_at"),
    is_later=True,
)
RUNS = Table(
    "import_runs",
    ImportRun,
    (
        "document", "bank_account", "state", "stage", "attempts", "asked_number", "asked_currency", "message",
        "is_table", "layouts", "read_by", "lines_new", "lines_known", "lines_held", "started_by", "created_at",
        "started_at", "finished_at", "undone_at", "undone_by", "asked_position", "asked_kind", "asked_alike",
        "asked_order", "look", "looked_by", "looked_at",
    ),
    later=MappingProxyType(
        {
            "is_table": False, "layouts": [], "read_by": None, "asked_position": 0, "asked_kind": "",
            "asked_alike": 0, "asked_order": None, "look": "", "looked_by": None, "looked_at": None,
        }
    ),
)  # fmt: skip

#: In the order in which they are written and read; people come first, because every table may name them.
TABLES = (
    PEOPLE, ACCOUNTS, BATCHES, ENTRIES, JOURNAL_LINES, TEXTS, YEAR_CLOSINGS, PERIODS, TAX_FACTS, TAX_SHARES,
    RECEIPT_LIMITS, DOCUMENTS, RECEIPTS, RECEIPT_READINGS, BANK_ACCOUNTS, NUMBERS, LAYOUTS, STATEMENTS, LINES,
    SIGHTINGS, LINE_RECEIPTS, DECLINED_RECEIPTS, LINE_QUESTIONS, QUESTIONS, PAYEES, ALIASES, RULES,
    BUSINESS_USES, PROMISES,
    PREDICTIONS, CLASSIFICATIONS, SPLITS, TAGS, LINE_TAGS, ENTRY_TAGS, DOCUMENT_DATES, REVERSED, WITHDRAWN,
    RATES, STATED, EXCHANGES, OWN_TAX_LINES, PRIVATE_PARTS, REVALUED, OPENINGS,
    TRANSFERS, MATCHES, MATCHED_LINES, MATCHED_ENTRY_LINES, RECONCILIATIONS, PAST_ACTIONS,
    FINISHES, RUNS, FOUR_EYES, STAGES_OFF,
)  # fmt: skip

#: Facts of the book itself, in the manifest.
BOOK_COLUMNS = (
    "slug", "name", "base_currency", "fiscal_year_start_month", "chart", "is_demo", "created_at", "looks_first",
)  # fmt: skip
BOOK = Table("book", Book, BOOK_COLUMNS, later=MappingProxyType({"looks_first": False}))

#: A part of a line belongs to the classification, which is called by its line; a receipt is called by its document.
_NAMES: Mapping[type[Model], str] = MappingProxyType(
    {table.model: table.name for table in TABLES} | {Classification: LINES.name, Receipt: DOCUMENTS.name}
)
