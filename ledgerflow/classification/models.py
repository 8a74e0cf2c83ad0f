"""What each bank line is for, who or what says so, why, and how sure."""

from decimal import Decimal

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.classification.record_models import BookWeights, Prediction, Promise
from ledgerflow.classification.sharing_models import SharedWeights, Sharing
from ledgerflow.classification.stage_models import Stage, StageOff
from ledgerflow.classification.tag_models import EntryTag, LineTag, Tag
from ledgerflow.classification.use_models import BusinessUse
from ledgerflow.ledger.models import Account
from ledgerflow.payees.models import Payee
from ledgerflow.statements.models import BankAccount, StatementLine

__all__ = [
    "BookWeights",
    "BusinessUse",
    "ChangedAlias",
    "ChangedLine",
    "Classification",
    "ClassificationSplit",
    "DecisionChange",
    "EntryTag",
    "LineTag",
    "Prediction",
    "Promise",
    "RefusedOffer",
    "Rule",
    "RuleCorrection",
    "RuleTrial",
    "SharedWeights",
    "Sharing",
    "Source",
    "Stage",
    "StageOff",
    "State",
    "Tag",
]


#: The characters that a note, and the memo of a part, may have.
LONGEST_NOTE, LONGEST_MEMO = 500, 300


class Rule(models.Model):
    """What a person wrote: when a line looks so, book it so.

    Of several that match, the one of the earliest stage wins, of these the most specific, of these the one that stands
    first (``position``). ``search`` says in the search syntax what the fields beside it cannot; see
    :mod:`ledgerflow.classification.conditions`. ``tax_line`` is one of the line's own beside the account, as with
    :class:`Classification`. ``after_line`` is the last line that the book had when a rule "for
    future lines only" was made; it is never about that one or one before it. ``fell_back_at`` says that the rule had
    accepted and only suggests since, because it was corrected twice, or because it would have come before one that
    stood first.
    """

    class Direction(models.TextChoices):
        ANY = "any", "money in or out"
        IN = "in", "money in"
        OUT = "out", "money out"

    class Mode(models.TextChoices):
        SUGGEST = "suggest", "suggest"
        ACCEPT = "accept", "accept without me"

    class Stage(models.IntegerChoices):
        FIRST = 0, "before the others"
        USUAL = 1, "with the others"
        LAST = 2, "where no other matches"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="rules")
    position = models.IntegerField()
    text = models.CharField("text contains", max_length=200, blank=True, default="")
    direction = models.CharField(max_length=4, choices=Direction.choices, default=Direction.ANY)
    least_amount = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    most_amount = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_constraint=False
    )
    search = models.CharField("and", max_length=500, blank=True, default="", db_default="")
    stage = models.SmallIntegerField(choices=Stage.choices, default=Stage.USUAL, db_default=Stage.USUAL)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    payee = models.ForeignKey(
        Payee, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_constraint=False
    )
    tax_line = models.CharField(max_length=40, blank=True, default="", db_default="")
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.SUGGEST)
    is_active = models.BooleanField(default=True)
    after_line = models.BigIntegerField(null=True, editable=False)
    fell_back_at = models.DateTimeField(null=True, blank=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["book", "id"], name="classification_rule_in_book"),
            models.CheckConstraint(
                condition=~models.Q(text="")
                | models.Q(least_amount__isnull=False)
                | models.Q(most_amount__isnull=False)
                | models.Q(bank_account__isnull=False)
                | ~models.Q(search=""),
                name="classification_rule_has_condition",
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=(0, 1, 2)), name="classification_rule_stage_is_known"
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.text, self.search))) or f"rule {self.position}"


class Source(models.TextChoices):
    """Who or what proposed the account."""

    MATCHED = "matched", "matched"
    RULE = "rule", "rule"
    MEMORY = "memory", "habit"
    MODEL = "model", "model"
    SHARED = "shared", "other books"
    AGENT = "agent", "the agent"
    PERSON = "person", "person"
    NONE = "none", "nobody yet"


class State(models.TextChoices):
    """Where a line stands between suggestion and journal."""

    OPEN = "open", "to review"
    ACCEPTED = "accepted"
    POSTED = "posted"
    EXCLUDED = "excluded", "excluded from the books"
    MATCHED = "matched", "matched with an entry"


class Classification(models.Model):
    """The proposal or decision for one bank line; with ``is_split`` its parts stand in place of ``account``.

    ``tax_line`` is the line's own, such as ``schedule-c:22``; where it is empty, the account's counts.
    ``business_share`` is the line's own, in percent; where it is empty, what is said of payee or account counts.

    ``entry_number`` is the unreversed journal entry that stands for a posted line. It stands for no other line, unless
    it is a transfer between two own bank accounts: then its first line says what one bank line says, and its second
    what the other one says, which ``is_counterpart``.
    """

    line = models.OneToOneField(
        StatementLine,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="classification",
        db_constraint=False,
    )
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", null=True, db_index=False, db_constraint=False
    )
    is_split = models.BooleanField(default=False)
    tax_line = models.CharField(max_length=40, blank=True, default="", db_default="")
    business_share = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    payee = models.ForeignKey(
        Payee, on_delete=models.PROTECT, related_name="+", null=True, db_index=False, db_constraint=False
    )
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.NONE)
    rule = models.ForeignKey(
        Rule, on_delete=models.PROTECT, related_name="+", null=True, db_index=False, db_constraint=False
    )
    promise = models.ForeignKey(
        Promise,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    confidence = models.DecimalField(max_digits=4, decimal_places=3, default=0)
    reason = models.CharField(max_length=300, blank=True, default="")
    note = models.CharField(max_length=LONGEST_NOTE, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    decided_at = models.DateTimeField(null=True)
    entry_number = models.BigIntegerField(null=True)
    is_counterpart = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["book", "line"], name="classification_open", condition=models.Q(state="open")
            ),
            models.Index(
                fields=["book", "line"], name="classification_accepted", condition=models.Q(state="accepted")
            ),
            models.Index(
                fields=["book", "line"], name="classification_excluded", condition=models.Q(state="excluded")
            ),
            models.Index(
                fields=["book", "-line"],
                name="classification_unattended",
                condition=models.Q(decided_by__isnull=True, state="accepted"),
            ),
            models.Index(
                fields=["book", "-entry_number"],
                name="classification_unattended_post",
                condition=models.Q(decided_by__isnull=True, state="posted"),
            ),
            models.Index(
                fields=["book", "payee", "-decided_at"],
                name="classification_memory",
                condition=models.Q(decided_by__isnull=False, payee__isnull=False, account__isnull=False),
            ),
            models.Index(
                fields=["book"], name="classification_own_tax_line", condition=~models.Q(tax_line="")
            ),
            models.Index(
                fields=["book"],
                name="classification_own_share",
                condition=models.Q(business_share__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="classification_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1),
                name="classification_confidence_is_share",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("accepted", "posted"))
                | models.Q(decided_by__isnull=False)
                | models.Q(rule__isnull=False)
                | models.Q(promise__isnull=False),
                name="classification_accepted_by_someone",
            ),
            # Without a rule or a promise it takes a person, so what an agent proposes is never accepted by itself.
            models.CheckConstraint(
                condition=~models.Q(source="agent") | models.Q(rule__isnull=True, promise__isnull=True),
                name="classification_agent_only_proposes",
            ),
            # Nor is it ever among "the sure ones", which are accepted unseen; see engine.SURE.
            models.CheckConstraint(
                condition=~models.Q(source="agent") | models.Q(confidence__lt=Decimal("0.9")),
                name="classification_agent_is_never_sure",
            ),
            # Nor is what a receipt alone says of who was paid.
            models.CheckConstraint(
                condition=~models.Q(source="matched") | models.Q(confidence__lt=Decimal("0.9")),
                name="classification_receipt_is_never_sure",
            ),
            models.CheckConstraint(
                condition=models.Q(is_split=False) | models.Q(account__isnull=True),
                name="classification_account_or_parts",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("accepted", "posted"))
                | models.Q(account__isnull=False)
                | models.Q(is_split=True),
                name="classification_accepted_has_account",
            ),
            models.CheckConstraint(
                condition=models.Q(state="posted", entry_number__isnull=False)
                | ~models.Q(state="posted") & models.Q(entry_number__isnull=True),
                name="classification_posted_by_an_entry",
            ),
            models.UniqueConstraint(
                fields=["book", "entry_number", "is_counterpart"],
                name="classification_entry_of_one_line",
                condition=models.Q(entry_number__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(tax_line="")
                | models.Q(account__isnull=False)
                & (models.Q(decided_by__isnull=False) | models.Q(rule__isnull=False)),
                name="classification_own_tax_line_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(business_share__isnull=True)
                | models.Q(business_share__range=(Decimal(0), Decimal(100)), decided_by__isnull=False),
                name="classification_own_share_is_decided",
            ),
            models.CheckConstraint(
                condition=models.Q(is_counterpart=False) | models.Q(state="posted"),
                name="classification_counterpart_is_posted",
            ),
        ]

    def __str__(self) -> str:
        return self.state


class ClassificationSplit(models.Model):
    """A part of a line's amount for one account; the parts add up to the line, in its currency and sign.

    ``tax_line`` as with :class:`Classification`.
    """

    pk = models.CompositePrimaryKey("classification_id", "no")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    classification = models.ForeignKey(
        Classification, on_delete=models.CASCADE, related_name="splits", db_index=False
    )
    no = models.SmallIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    amount = models.DecimalField(max_digits=20, decimal_places=4)
    memo = models.CharField(max_length=LONGEST_MEMO, blank=True, default="")
    tax_line = models.CharField(max_length=40, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"part {self.no}"


class DecisionChange(models.Model):
    """One act of a person upon lines or a payee, or a ``rule`` made from one, kept so that it can be undone.

    Of a ``payee`` that was called otherwise, ``former_name`` says how it was called before; of one that was merged or
    taken apart the lines and bank texts say what moved, and ``moved_rules`` which rules name the other one since.
    """

    class Act(models.TextChoices):
        ACCEPT = "accept", "accepted"
        DECIDE = "decide", "decided"
        EXCLUDE = "exclude", "excluded"
        REOPEN = "reopen", "sent back to review"
        RULE = "rule", "rule made"
        TAG = "tag", "tags changed"
        PAYEE = "payee", "payee changed"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    act = models.CharField(max_length=8, choices=Act.choices)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField()
    rule = models.ForeignKey(
        Rule, on_delete=models.PROTECT, related_name="+", null=True, db_index=False, db_constraint=False
    )
    payee = models.ForeignKey(
        Payee, on_delete=models.PROTECT, related_name="+", null=True, db_index=False, db_constraint=False
    )
    former_name = models.CharField(max_length=160, blank=True, default="", db_default="")
    moved_rules = models.JSONField(default=list, db_default=[])
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["book", "made_by", "-id"], name="classification_change_last")]
        constraints = [models.UniqueConstraint(fields=["book", "id"], name="classification_change_in_book")]

    def __str__(self) -> str:
        return f"{self.act} {self.made_at:%Y-%m-%d %H:%M}"


class RefusedOffer(models.Model):
    """How often people did not want the rule that was offered after a correction of this payee."""

    pk = models.CompositePrimaryKey("book_id", "payee_id")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    payee = models.ForeignKey(
        Payee, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    times = models.SmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.times} times"


class RuleCorrection(models.Model):
    """A person booked a line otherwise than the rule had said.

    ``is_settled`` once a person has let the rule accept again all the same: it counts against the rule no more.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="corrections", db_constraint=False)
    change = models.ForeignKey(DecisionChange, on_delete=models.CASCADE, related_name="corrections")
    corrected_at = models.DateTimeField()
    is_settled = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.corrected_at:%Y-%m-%d}"


class RuleTrial(models.Model):
    """A rule that is not saved, tried on a whole book by a job: ``asked`` and ``found`` as JSON, or the ``error``.

    A user has one a book, the latest.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    asked = models.JSONField()
    found = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    error = models.CharField(max_length=200, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "asked_by"], name="classification_one_trial_a_user"),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, found__isnull=True, error="")
                | models.Q(ended_at__isnull=False, found__isnull=False, error="")
                | models.Q(ended_at__isnull=False, found__isnull=True) & ~models.Q(error=""),
                name="classification_trial_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"


class ChangedLine(models.Model):
    """What one line was before and after a change: its classification, or its ``tags`` or ``payee`` alone."""

    pk = models.CompositePrimaryKey("change_id", "line_id")
    change = models.ForeignKey(DecisionChange, on_delete=models.CASCADE, related_name="lines", db_index=False)
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    line = models.ForeignKey(
        StatementLine, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["line", "-change"], name="classification_changes_of_line")]

    def __str__(self) -> str:
        return f"line {self.line_id}"


class ChangedAlias(models.Model):
    """Which payee a cleaned bank text named before a change, and which one since."""

    pk = models.CompositePrimaryKey("change_id", "key")
    change = models.ForeignKey(
        DecisionChange, on_delete=models.CASCADE, related_name="aliases", db_index=False
    )
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    before = models.ForeignKey(
        Payee, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    after = models.ForeignKey(
        Payee, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    def __str__(self) -> str:
        return self.key
