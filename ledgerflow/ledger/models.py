"""The double-entry engine's rows. PostgreSQL guards them: see the ``.sql`` files beside the migrations.

Sign convention: debits are positive, credits negative. ``base_amount`` is in the book's base currency and
adds up to zero over an entry; ``amount`` is in ``currency``.
"""

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book


class AccountType(models.TextChoices):
    """The five kinds of account."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


class AccountRole(models.TextChoices):
    """What the engine itself uses an account for; at most one account of a book has each."""

    SUSPENSE = "suspense"
    OPENING = "opening"
    RETAINED = "retained"
    DRAWINGS = "drawings"
    CONVERSION = "conversion"
    TRANSFER = "transfer"
    EXCHANGE = "exchange", "Exchange gains and losses"


#: What a year is closed to is equity.
EQUITY_ROLES = (AccountRole.RETAINED, AccountRole.DRAWINGS)
#: What changes between currencies takes lines in all of them.
CURRENCY_ROLES = (AccountRole.CONVERSION, AccountRole.EXCHANGE)


class Account(models.Model):
    """An account of the chart. It is never deleted; an account without further use is archived."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="accounts", db_index=False)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=10, choices=AccountType.choices)
    role = models.CharField(max_length=12, choices=AccountRole.choices, null=True, blank=True)
    currency = models.CharField(max_length=3, null=True, blank=True)
    tax_line = models.CharField(max_length=40, blank=True, default="")
    is_archived = models.BooleanField(default=False)
    #: The account in the hash chain: a number from 1 in its book, given once by the database.
    chain_no = models.IntegerField(db_default=0, editable=False)
    #: Nothing dated on or before this day is posted on the account; the database keeps it from the reconciliations.
    reconciled_through = models.DateField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "chain_no"], name="ledger_account_chain_no_once"),
            models.UniqueConstraint(fields=["book", "code"], name="ledger_account_code_once"),
            models.UniqueConstraint(fields=["book", "id"], name="ledger_account_in_book"),
            models.UniqueConstraint(fields=["book", "role"], name="ledger_account_role_once"),
            models.CheckConstraint(
                condition=models.Q(type__in=AccountType.values), name="ledger_account_type_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=AccountRole.values), name="ledger_account_role_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="ledger_account_currency_is_iso"
            ),
            models.CheckConstraint(
                condition=~models.Q(role__in=EQUITY_ROLES) | models.Q(type=AccountType.EQUITY),
                name="ledger_account_role_is_equity",
            ),
            models.CheckConstraint(
                condition=~models.Q(role__in=CURRENCY_ROLES) | models.Q(currency__isnull=True),
                name="ledger_account_role_takes_every_currency",
            ),
            models.CheckConstraint(
                condition=~models.Q(role=AccountRole.EXCHANGE)
                | models.Q(type__in=(AccountType.INCOME, AccountType.EXPENSE)),
                name="ledger_account_exchange_is_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class LedgerState(models.Model):
    """One row per book, locked first by every posting and closing; only triggers change it.

    Nobody posts on or before ``closed_through``. From there through ``locked_through`` owners and reviewers may;
    it is empty where nothing is locked beyond the closed periods.
    """

    book = models.OneToOneField(Book, primary_key=True, on_delete=models.PROTECT, related_name="+")
    next_number = models.BigIntegerField(default=1)
    next_batch = models.BigIntegerField(default=1)
    closed_through = models.DateField(null=True)
    locked_through = models.DateField(null=True)
    #: What the first link of the book's hash chain follows: 16 random bytes, so that no two books share a chain.
    chain_origin = models.BinaryField(
        editable=False,
        db_default=models.Func(
            models.Func(function="gen_random_uuid", output_field=models.UUIDField()),
            function="uuid_send",
            output_field=models.BinaryField(),
        ),
    )

    def __str__(self) -> str:
        return f"next entry {self.next_number}"


class BatchSource(models.TextChoices):
    """What a batch of entries came from."""

    STATEMENT = "statement"
    MANUAL = "manual"
    REVERSAL = "reversal"
    OPENING = "opening"
    HISTORY = "history", "taken over"
    CLOSING = "closing"


class PostingBatch(models.Model):
    """Entries that were posted together, by one user at one moment.

    The row comes first and promises its numbers; when the transaction commits, the entries must be there, each
    with its lines.
    """

    pk = models.CompositePrimaryKey("book_id", "no")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    no = models.BigIntegerField()
    source = models.CharField(max_length=10, choices=BatchSource.choices)
    first_number = models.BigIntegerField()
    entry_count = models.IntegerField()
    posted_at = models.DateTimeField()
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    def __str__(self) -> str:
        return f"batch {self.no}"


class JournalEntry(models.Model):
    """A balanced entry, numbered without gaps within its book. Appended and reversed, never changed."""

    pk = models.CompositePrimaryKey("book_id", "number")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    number = models.BigIntegerField()
    batch_no = models.BigIntegerField()
    date = models.DateField()
    line_count = models.SmallIntegerField()
    reverses_number = models.BigIntegerField(null=True)
    #: The SHA-256 of salt and text of the words about the entry; see :class:`EntryText`.
    text_digest = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "reverses_number"],
                condition=models.Q(reverses_number__isnull=False),
                name="ledger_entry_reversed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.number}"


class JournalLine(models.Model):
    """One line of an entry; debit positive, credit negative.

    ``date`` is the entry's, kept here for the register.
    """

    pk = models.CompositePrimaryKey("book_id", "entry_number", "no")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    no = models.SmallIntegerField()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    date = models.DateField()
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=20, decimal_places=4)
    base_amount = models.DecimalField(max_digits=20, decimal_places=4)

    class Meta:
        indexes = [
            # With the amounts, so that the lines of a part month are added up from the index alone.
            models.Index(
                fields=["book", "account", "date", "entry_number", "no"],
                include=["amount", "base_amount"],
                name="ledger_line_register",
            )
        ]

    def __str__(self) -> str:
        return f"line {self.entry_number}.{self.no}"


class EntryText(models.Model):
    """Words of a person about an entry, kept beside it so that they can be erased when the law asks.

    They are written once; the only change allowed is to the empty text. The entry, and with it the hash chain, holds
    the SHA-256 of ``salt`` and text: once both are erased nobody can try out what the text was, and the chain stands.
    """

    pk = models.CompositePrimaryKey("book_id", "entry_number")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    text = models.CharField(max_length=500)
    salt = models.BinaryField(null=True)

    def __str__(self) -> str:
        return self.text


class ChainLink(models.Model):
    """The link of a batch in its book's hash chain, written by the database when the batch is committed.

    ``digest`` is the SHA-256 of the link before (of ``LedgerState.chain_origin`` for the first) and of everything that
    the batch posted: see ``ledger_digest`` in the migrations for the exact text.
    """

    pk = models.CompositePrimaryKey("book_id", "batch_no")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    batch_no = models.BigIntegerField()
    digest = models.BinaryField()

    def __str__(self) -> str:
        return bytes(self.digest).hex()


class Movement(models.Model):
    """What moved on an account in a month, kept by the trigger of :class:`JournalLine`.

    ``month`` is its first day; ``debit`` and ``credit`` are base amounts, both positive; ``amount`` is the
    net in ``currency``.
    """

    pk = models.CompositePrimaryKey("book_id", "account_id", "month", "currency")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    month = models.DateField()
    currency = models.CharField(max_length=3)
    debit = models.DecimalField(max_digits=24, decimal_places=4)
    credit = models.DecimalField(max_digits=24, decimal_places=4)
    amount = models.DecimalField(max_digits=24, decimal_places=4)
    line_count = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class PeriodAction(models.Model):
    """A closing, locking or reopening: through which day, by whom, why. Writing the row is what does it.

    ``was_closed_through`` and ``was_locked_through`` are filled by the database; the latest row always says what
    ``LedgerState`` says.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="period_actions")
    closed_through = models.DateField(null=True)
    locked_through = models.DateField(null=True)
    was_closed_through = models.DateField(null=True)
    was_locked_through = models.DateField(null=True)
    reason = models.CharField(max_length=500)
    acted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    acted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="ledger_period_reason_is_given"),
            models.CheckConstraint(
                condition=models.Q(locked_through__gt=models.F("closed_through")),
                name="ledger_period_lock_lies_beyond",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        """What was done, in words, with where the books stood before."""
        changes = [
            f"{word} through {now or 'no day'}" + (f" (was {was})" if was else "")
            for word, now, was in (
                ("closed", self.closed_through, self.was_closed_through),
                ("locked", self.locked_through, self.was_locked_through),
            )
            if now != was
        ]
        return ", ".join(changes)


class YearClosing(models.Model):
    """A fiscal year that was closed to equity by an entry of its last day, until that entry is reversed.

    While it is not, income and expense accounts stand at zero at the end of that day and the books are closed
    through it; PostgreSQL keeps both. The entry and its reversal are all that batches of the source *closing* hold.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_day = models.DateField()
    entry_number = models.BigIntegerField()
    reversed_by_number = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "last_day"],
                condition=models.Q(reversed_by_number__isnull=True),
                name="ledger_year_closed_once",
            ),
            models.UniqueConstraint(fields=["book", "entry_number"], name="ledger_closing_entry_once"),
        ]

    def __str__(self) -> str:
        return f"year through {self.last_day}"


class RateSource(models.TextChoices):
    """Where an exchange rate comes from; what a person entered goes before a file of the same day."""

    PERSON = "person", "entered by a person"
    FILE = "file", "from a file"


class ExchangeRate(models.Model):
    """What one unit of a currency was worth on a day, in the book's base currency; ``origin`` says who says so.

    A rate is replaced by another of the same day and source, never changed or deleted: entries point at it.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    date = models.DateField()
    rate = models.DecimalField(max_digits=24, decimal_places=12)
    source = models.CharField(max_length=6, choices=RateSource.choices)
    origin = models.CharField(max_length=200)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    entered_at = models.DateTimeField()
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "id"], name="ledger_rate_in_book"),
            models.UniqueConstraint(
                fields=["book", "currency", "date", "source"],
                condition=models.Q(replaced_at__isnull=True),
                name="ledger_rate_of_the_day_once",
            ),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="ledger_rate_is_positive"),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="ledger_rate_currency_is_iso"
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=RateSource.values), name="ledger_rate_source_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(origin=""), name="ledger_rate_says_whose_it_is"),
            models.CheckConstraint(
                condition=models.Q(replaced_at__isnull=True, replaced_by__isnull=True)
                | models.Q(replaced_at__isnull=False, replaced_by__isnull=False),
                name="ledger_rate_replaced_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate.normalize():f} on {self.date}"
