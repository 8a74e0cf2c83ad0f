"""What stands behind entries beside live bank lines: lines of reversed ones, rates, opening balances, transfers."""

from decimal import Decimal

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.documents.models import Document
from ledgerflow.ledger.models import Account, ExchangeRate
from ledgerflow.statements.models import BankAccount, Statement, StatementLine


class ReversedPosting(models.Model):
    """An entry that stood for a bank line until another entry reversed it; PostgreSQL writes it then, and it stays.

    The entry that stands for a line now is named by the line's classification. A transfer stood for two lines.
    """

    pk = models.CompositePrimaryKey("book_id", "entry_number", "line_id")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    line = models.ForeignKey(
        StatementLine, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    reversed_by_number = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["line"], name="posting_reversed_of_line")]

    def __str__(self) -> str:
        return f"entry {self.entry_number}, reversed by entry {self.reversed_by_number}"


class WithdrawnLine(models.Model):
    """What a bank line said that was posted, reversed, and then taken back with its import.

    The journal keeps pointing at it: ``id`` is the line's, ``place`` where the document shows it. Money out is
    negative.
    """

    id = models.BigIntegerField(primary_key=True)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    place = models.JSONField()
    date = models.DateField()
    amount = models.DecimalField(max_digits=24, decimal_places=8)
    currency = models.CharField(max_length=3)
    description = models.TextField()
    counterparty = models.TextField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    withdrawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.date} {self.amount} {self.currency}"


class StatedAmount(models.Model):
    """What the bank itself took or gave in the book's base currency for a line in another one.

    A person says so, from the bank's own words; it goes before any rate. The sign is the line's: money out is negative.
    PostgreSQL takes it away with the line.
    """

    line = models.OneToOneField(
        StatementLine, primary_key=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    base_amount = models.DecimalField(max_digits=20, decimal_places=4)
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    stated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.base_amount}"


class DocumentDate(models.Model):
    """The day that the invoice or receipt behind a bank line says, where a person or a file states it.

    On the accrual basis the line counts on it; the journal keeps the bank's day. PostgreSQL takes it away with the
    line.
    """

    line = models.OneToOneField(
        StatementLine, primary_key=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    dated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    dated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.date}"


class Exchange(models.Model):
    """At what rate, of which day and whose, the entry of a bank line in another currency was made; it stays.

    Either a rate of the book (``exchange_rate``) or what the bank stated (``stated_amount``, in the base currency);
    then ``rate`` is what follows from it and ``rate_date`` the line's day.
    """

    pk = models.CompositePrimaryKey("book_id", "entry_number")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    exchange_rate = models.ForeignKey(
        ExchangeRate,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    rate = models.DecimalField(max_digits=24, decimal_places=12)
    rate_date = models.DateField()
    stated_amount = models.DecimalField(max_digits=20, decimal_places=4, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(exchange_rate__isnull=True, stated_amount__isnull=False)
                | models.Q(exchange_rate__isnull=False, stated_amount__isnull=True),
                name="posting_exchange_by_rate_or_statement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate.normalize():f} on {self.rate_date}"


class OwnTaxLine(models.Model):
    """The tax line that a bank line, or a part of it, had of its own when it became this line of an entry; it stays.

    Tax reports count the journal line there, and not where its account belongs.
    """

    pk = models.CompositePrimaryKey("book_id", "entry_number", "no")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    no = models.SmallIntegerField()
    tax_line = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.tax_line


class PrivatePart(models.Model):
    """A line of an entry that is the private part of what a bank line cost, and went to drawings; it stays.

    ``part_no`` is the part of the bank line, from 1 on, ``account`` the one that its business part went to, ``share``
    that part in percent, and ``said`` of what it was said: the line, its payee or the account.
    """

    pk = models.CompositePrimaryKey("book_id", "entry_number", "no")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    no = models.SmallIntegerField()
    part_no = models.SmallIntegerField()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    share = models.DecimalField(max_digits=5, decimal_places=2)
    said = models.CharField(max_length=7)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    share__gte=Decimal(0), share__lt=Decimal(100), said__in=["line", "payee", "account"]
                ),
                name="posting_private_part_is_some",
            )
        ]

    def __str__(self) -> str:
        return f"{(100 - self.share).normalize():f} %"


class RevaluedBalance(models.Model):
    """What an entry brought an account in another currency to: ``amount`` in it, at the rate, is ``value``.

    ``base_amount`` is what stood for it in the books before; both are in the base currency, debit positive. Nothing is
    worth nothing without a rate.
    """

    pk = models.CompositePrimaryKey("book_id", "entry_number", "account_id")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    exchange_rate = models.ForeignKey(
        ExchangeRate,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    amount = models.DecimalField(max_digits=20, decimal_places=4)
    base_amount = models.DecimalField(max_digits=20, decimal_places=4)
    value = models.DecimalField(max_digits=20, decimal_places=4)

    def __str__(self) -> str:
        return f"{self.amount} is {self.value}"


class OpeningBalance(models.Model):
    """What a bank account began with, taken over from its earliest statement by a person.

    ``date`` is the day before that statement's first day; ``amount`` is in ``currency``, money owed negative. The
    entry debits the bank account's ledger account against opening balances; a balance of zero has none. An opening
    balance ends when its entry is reversed, and stays on record with the reason.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    statement = models.ForeignKey(
        Statement, on_delete=models.SET_NULL, related_name="+", null=True, db_constraint=False
    )
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    date = models.DateField()
    amount = models.DecimalField(max_digits=20, decimal_places=4)
    currency = models.CharField(max_length=3)
    entry_number = models.BigIntegerField(null=True)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField()
    reversed_by_number = models.BigIntegerField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "bank_account"],
                condition=models.Q(ended_at__isnull=True),
                name="posting_opening_once",
            ),
            models.UniqueConstraint(fields=["book", "entry_number"], name="posting_opening_entry_once"),
            models.CheckConstraint(
                condition=models.Q(amount=0, entry_number__isnull=True)
                | ~models.Q(amount=0) & models.Q(entry_number__isnull=False),
                name="posting_opening_by_an_entry",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, reversed_by_number__isnull=True, end_reason="")
                & models.Q(statement__isnull=False)
                | models.Q(ended_at__isnull=False)
                & ~models.Q(end_reason="")
                & (models.Q(entry_number__isnull=True) | models.Q(reversed_by_number__isnull=False)),
                name="posting_opening_lives_or_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} as of {self.date}"


class Transfer(models.Model):
    """Two bank lines of two own bank accounts that a person called one transfer, or said that they are none.

    A confirmed one is posted: as one entry where both banks state the same day and currency, else as an entry for each
    side through the account for transfers, so that each bank account moves when its bank says. It ends when its
    entries are reversed. A rejected one is not suggested again.
    """

    class State(models.TextChoices):
        CONFIRMED = "confirmed"
        REJECTED = "rejected"
        ENDED = "ended"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    out_line = models.ForeignKey(
        StatementLine, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    in_line = models.ForeignKey(
        StatementLine, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    state = models.CharField(max_length=9, choices=State.choices)
    out_entry = models.BigIntegerField(null=True)
    in_entry = models.BigIntegerField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "out_line"],
                condition=models.Q(state="confirmed"),
                name="posting_transfer_out_once",
            ),
            models.UniqueConstraint(
                fields=["book", "in_line"],
                condition=models.Q(state="confirmed"),
                name="posting_transfer_in_once",
            ),
            models.UniqueConstraint(
                fields=["book", "out_line", "in_line"],
                condition=~models.Q(state="ended"),
                name="posting_transfer_pair_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state="confirmed", out_entry__isnull=False, in_entry__isnull=False)
                | models.Q(state="rejected", out_entry__isnull=True, in_entry__isnull=True)
                | models.Q(state="ended"),
                name="posting_transfer_by_entries",
            ),
            models.CheckConstraint(
                condition=models.Q(state="ended", ended_at__isnull=False)
                | ~models.Q(state="ended") & models.Q(ended_at__isnull=True),
                name="posting_transfer_ended_once",
            ),
        ]
        indexes = [
            models.Index(fields=["book", "out_entry"], name="posting_transfer_by_out"),
            models.Index(fields=["book", "in_entry"], name="posting_transfer_by_in"),
        ]

    def __str__(self) -> str:
        return self.state
