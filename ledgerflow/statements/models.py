"""What banks say: bank accounts, statements, their lines, and where each line was seen.

Sign convention: money out of the account is negative.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.documents.models import Document, Receipt
from ledgerflow.ledger.models import Account


class BankAccount(models.Model):
    """An account at a bank or card issuer, and the ledger account that stands for it in the books.

    Nothing dated on or before ``reconciled_through`` is posted on the ledger account any more; the database keeps it
    when a reconciliation is finished or reopened.
    """

    class Kind(models.TextChoices):
        BANK = "bank"
        CARD = "card"
        CASH = "cash"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="bank_accounts")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.BANK)
    currency = models.CharField(max_length=3)
    ledger_account = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    reconciled_through = models.DateField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "id"], name="statements_bank_account_in_book"),
            models.UniqueConstraint(fields=["book", "name"], name="statements_bank_account_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class BankAccountNumber(models.Model):
    """What files call a bank account: a number (IBAN, account, card; letters and digits only), or a file's name.

    Of a masked number (``****1234``) what stands before and after the mask is kept, with one ``*`` between. A file's
    name is kept without its digits, because they are the date, and only for files that state no number; where it holds
    several statements, ``#`` and the name or number of the part follow.
    Two accounts may share a number where the bank keeps one number in several currencies.
    """

    class Kind(models.TextChoices):
        NUMBER = "number"
        MASKED = "masked", "masked number"
        FILE_NAME = "file_name", "file name"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="numbers", db_constraint=False
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.NUMBER)
    number = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "kind", "number", "bank_account"], name="statements_number_once_per_account"
            )
        ]

    def __str__(self) -> str:
        return self.number


class TableLayout(models.Model):
    """How tables of one layout are read for one bank account: what a person said when they corrected a file.

    ``fingerprint`` names the layout, ``titles`` are the words of its header, ``layout`` what each column is for (see
    ``tools.contract.Layout``). ``is_proven`` says that the last file read by it proved.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="layouts", db_index=False, db_constraint=False
    )
    fingerprint = models.CharField(max_length=32)
    titles = models.JSONField(default=list)
    layout = models.JSONField()
    is_proven = models.BooleanField(default=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "bank_account", "fingerprint"], name="statements_layout_once_per_account"
            ),
            models.CheckConstraint(
                condition=models.Q(fingerprint__regex=r"^[0-9a-f]{32}$"),
                name="statements_layout_has_fingerprint",
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint


class Proof(models.TextChoices):
    """Whether the stated balances and the lines agree."""

    PROVEN = "PROVEN"
    DISCREPANCY = "DISCREPANCY"
    UNPROVABLE = "UNPROVABLE"


class Statement(models.Model):
    """The lines of one bank account in one document, with the balances that the document states.

    ``layout`` is the fingerprint of the table that it was read from, empty where it was no table or one of several.
    ``number`` is the bank's own count of the account's statements, from 1; many banks begin anew each year.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="statements")
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="statements", db_constraint=False
    )
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="statements", db_constraint=False
    )
    position = models.SmallIntegerField()
    format = models.CharField(max_length=20)
    layout = models.CharField(max_length=32, blank=True, default="")
    account_number = models.CharField(max_length=80, blank=True, default="")
    number = models.IntegerField(null=True)
    currency = models.CharField(max_length=3)
    opening_balance = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    closing_balance = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    first_date = models.DateField(null=True)
    last_date = models.DateField(null=True)
    complete_from = models.DateField(null=True)
    complete_to = models.DateField(null=True)
    line_count = models.IntegerField()
    total = models.DecimalField(max_digits=24, decimal_places=8)
    proof = models.CharField(max_length=12, choices=Proof.choices)
    proof_detail = models.CharField(max_length=500, blank=True, default="")
    override_reason = models.CharField(max_length=500, blank=True, default="")
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    overridden_at = models.DateTimeField(null=True)
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "id"], name="statements_statement_in_book"),
            models.UniqueConstraint(fields=["book", "document", "position"], name="statements_position_once"),
            models.CheckConstraint(
                condition=models.Q(proof__in=Proof.values), name="statements_proof_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(overridden_at__isnull=True) | ~models.Q(override_reason=""),
                name="statements_override_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(number__isnull=True) | models.Q(number__gt=0),
                name="statements_number_counts_from_one",
            ),
            models.CheckConstraint(
                condition=models.Q(layout__regex=r"^([0-9a-f]{32})?$"),
                name="statements_layout_is_fingerprint",
            ),
        ]
        indexes = [models.Index(fields=["book", "bank_account", "last_date"], name="statements_by_account")]

    def __str__(self) -> str:
        return f"{self.first_date} to {self.last_date}"

    @property
    def is_held_back(self) -> bool:
        """Whether its lines wait for a person: the balances disagree and nobody has overridden that."""
        return self.proof == Proof.DISCREPANCY and self.overridden_at is None


class Hold(models.TextChoices):
    """Why a line may not be reviewed or posted yet, or, where it has lapsed or is a twin, ever."""

    NONE = ""
    PROOF = "proof", "its statement does not prove"
    QUESTION = "question", "it may be here already; someone must say"
    LAPSED = "lapsed", "the bank has booked it otherwise since, or dropped it"
    DAYS = "days", "it may be here already under another day; someone must say"
    TWIN = "twin", "it is here already under another day that a file states"


#: Lines that are held so stand for nothing of their own: nobody has to do anything about them.
SETTLED_HOLDS = (Hold.LAPSED, Hold.TWIN)


class StatementLine(models.Model):
    """One movement as the bank states it. It lives once; each file that shows it is a :class:`Sighting`.

    Its words are those of the file that showed it first. ``is_pending`` while no file shows it booked. Beside the
    ``date`` by which the file dates it stand the other days that it states: when it counts for interest
    (``value_date``), and, only where they are other days, when the bank booked it and when it was done. Where the
    movement was in another currency, ``original_currency`` says in which, ``original_amount`` how much where the bank
    states it (money out is negative), and ``rate`` what one unit of it was worth in the line's currency.
    """

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    date = models.DateField()
    value_date = models.DateField(null=True)
    booking_date = models.DateField(null=True)
    transaction_date = models.DateField(null=True)
    amount = models.DecimalField(max_digits=24, decimal_places=8)
    currency = models.CharField(max_length=3)
    description = models.TextField()
    counterparty = models.TextField(null=True)
    reference = models.TextField(null=True)
    bank_id = models.TextField(null=True)
    is_pending = models.BooleanField(default=False)
    hold = models.CharField(max_length=8, choices=Hold.choices, default=Hold.NONE, blank=True)
    original_amount = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    original_currency = models.CharField(max_length=3, null=True)
    rate = models.DecimalField(max_digits=24, decimal_places=12, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    original_currency__isnull=True, original_amount__isnull=True, rate__isnull=True
                )
                | models.Q(original_currency__isnull=False, original_currency__regex=r"^[A-Z]{3}$")
                & ~models.Q(original_currency=models.F("currency")),
                name="statements_original_is_another_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(rate__isnull=True) | models.Q(rate__gt=0, rate__lt=Decimal("1e12")),
                name="statements_rate_is_above_zero",
            ),
            models.CheckConstraint(
                condition=models.Q(original_amount__isnull=True)
                | models.Q(original_amount__gt=Decimal("-1e16"), original_amount__lt=Decimal("1e16")),
                name="statements_original_amount_is_a_number",
            ),
            models.CheckConstraint(
                condition=~models.Q(hold=Hold.LAPSED) | models.Q(is_pending=True),
                name="statements_only_pending_lapses",
            ),
            models.CheckConstraint(
                condition=models.Q(is_pending=False) | ~models.Q(hold__in=(Hold.DAYS, Hold.TWIN)),
                name="statements_only_booked_is_twin",
            ),
            models.CheckConstraint(
                condition=(models.Q(booking_date__isnull=True) | ~models.Q(booking_date=models.F("date")))
                & (models.Q(transaction_date__isnull=True) | ~models.Q(transaction_date=models.F("date"))),
                name="statements_other_days_are_others",
            ),
        ]
        indexes = [
            models.Index(fields=["book", "bank_account", "date", "id"], name="statements_line_by_day"),
            # They are few, and whoever counts what waits for review leaves them out.
            models.Index(
                fields=["book"],
                name="statements_line_held",
                condition=~models.Q(hold="") | models.Q(is_pending=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.amount} {self.currency}"


class Sighting(models.Model):
    """A file shows a line at a place.

    ``differs`` holds, by field name, what this file says where it differs from the line (``null`` inside: it says
    nothing); ``None`` where it says the same. So an undo can hand the line over to the words of a file that stays.
    """

    pk = models.CompositePrimaryKey("book_id", "statement_id", "no")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="sightings", db_index=False, db_constraint=False
    )
    no = models.IntegerField()
    line = models.ForeignKey(
        StatementLine, on_delete=models.PROTECT, related_name="sightings", db_index=False, db_constraint=False
    )
    place = models.JSONField()
    balance = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    is_pending = models.BooleanField(default=False)
    differs = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["book", "line"], name="statements_sighting_by_line")]

    def __str__(self) -> str:
        return f"sighting {self.no}"


class DayQuestion(models.Model):
    """Two files show the same day, or a part of it, and some lines look alike: are they the same movements?

    Where ``no`` is set it is about that line of ``statement`` alone, and nobody was asked: a person said that it is
    none of the other file's lines. Answered as the same, it is taken back.

    Where ``other_no`` is set too it is about two lines that the files date differently, ``date`` being that of the
    first: asked about, or answered as the same by what the files themselves say, which ``evidence`` names.
    """

    class Answer(models.TextChoices):
        SAME = "same", "the same movements, shown twice"
        DIFFERENT = "different", "different movements"

    class Evidence(models.TextChoices):
        NONE = ""
        BANK_ID = "bank_id", "the bank's identifier, and a day that both files state"
        WORDS = "words", "their words, and a day that both files state"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="day_questions")
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    date = models.DateField()
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    other_statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    no = models.IntegerField(null=True)
    other_no = models.IntegerField(null=True)
    evidence = models.CharField(
        max_length=7, choices=Evidence.choices, default=Evidence.NONE, db_default="", blank=True
    )
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "bank_account", "date", "statement", "other_statement", "no", "other_no"],
                nulls_distinct=False,
                name="statements_question_once",
            ),
            models.CheckConstraint(
                condition=models.Q(no__isnull=True)
                | ~models.Q(answer="") & models.Q(no__gt=0)
                | models.Q(other_no__isnull=False, no__gt=0),
                name="statements_of_a_line_is_said",
            ),
            models.CheckConstraint(
                condition=models.Q(other_no__isnull=True) | models.Q(other_no__gt=0, no__isnull=False),
                name="statements_of_two_lines",
            ),
            models.CheckConstraint(
                condition=models.Q(evidence="") | models.Q(other_no__isnull=False) & ~models.Q(answer=""),
                name="statements_evidence_answers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}"


class LineReceipt(models.Model):
    """A receipt is evidence for a bank line; a line may have many receipts, and a receipt many lines.

    It is never deleted: who detached it, when and why stays. A line that goes with its import leaves its receipts
    detached, ``line`` empty.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(
        StatementLine,
        on_delete=models.DO_NOTHING,
        related_name="receipts",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    receipt = models.ForeignKey(
        Receipt, on_delete=models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    attached_at = models.DateTimeField()
    detached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    detached_at = models.DateTimeField(null=True)
    detach_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "line", "receipt"],
                condition=models.Q(detached_at__isnull=True),
                name="statements_receipt_once_a_line",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    line__isnull=False, detached_at__isnull=True, detached_by__isnull=True, detach_reason=""
                )
                | models.Q(detached_at__isnull=False) & ~models.Q(detach_reason=""),
                name="statements_receipt_attached_or_detached",
            ),
            models.CheckConstraint(
                condition=models.Q(detached_at__isnull=True)
                | models.Q(line__isnull=True)
                | models.Q(detached_by__isnull=False, detach_reason__regex=r"[^[:space:]]"),
                name="statements_receipt_detached_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["book", "line"], name="statements_receipt_by_line"),
            models.Index(fields=["book", "receipt"], name="statements_line_by_receipt"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id} for line {self.line_id}"


class DeclinedReceipt(models.Model):
    """Somebody said that a receipt is not for a bank line, so that the two are never proposed to each other again.

    It stays as it was said, and goes with its line. Whoever knows better attaches the receipt on the line's page.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    receipt = models.ForeignKey(
        Receipt, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    line = models.ForeignKey(
        StatementLine, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    declined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "receipt", "line"], name="statements_declined_once"),
        ]
        indexes = [models.Index(fields=["book", "line"], name="statements_declined_by_line")]

    def __str__(self) -> str:
        return f"{self.receipt_id} not for line {self.line_id}"
