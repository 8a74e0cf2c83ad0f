"""What the engine needs from the rows: rules as values, and which lines they are about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from ledgerflow.books.models import Book
from ledgerflow.classification.conditions import RuleConditions, conditions_of
from ledgerflow.classification.engine import RuleValue, searched
from ledgerflow.classification.models import (
    Classification,
    DecisionChange,
    Rule,
    RuleCorrection,
    Stage,
    State,
)
from ledgerflow.classification.searching import Look, needle
from ledgerflow.classification.stages import is_off
from ledgerflow.classification.tax_lines import tax_line_label
from ledgerflow.ledger.models import Account
from ledgerflow.statements.models import Hold, StatementLine
from ledgerflow.users.models import User


def rule_values(*, book: Book) -> list[RuleValue]:
    """Return the book's active rules in order, as the engine takes them; one query.

    Rules for archived accounts are left out, and all where the stage of rules is off.
    """
    rules = Rule.objects.filter(
        ~is_off(Stage.RULES, book=OuterRef("book")), book=book, is_active=True, account__is_archived=False
    )
    values = (
        replace(rule_value(rule), after_line=rule.after_line)
        for rule in rules.select_related("account", "bank_account")
    )
    return sorted(values, key=RuleValue.rank)


def rule_value(rule: Rule) -> RuleValue:
    """Return the rule as the engine takes it, whenever it begins."""
    return with_tax_line(value_without_tax_line(rule), account=rule.account, tax_line=rule.tax_line)


def value_without_tax_line(rule: Rule) -> RuleValue:
    """Return the rule as the engine takes it but for its tax line, which migrations of before know nothing of."""
    condition = conditions_of(rule).condition()
    return RuleValue(
        id=rule.pk,
        condition=condition,
        account_id=rule.account_id,
        account=str(rule.account),
        payee_id=rule.payee_id,
        accepts=rule.mode == Rule.Mode.ACCEPT,
        stage=rule.stage,
        position=rule.position,
        needle=needle(condition),
    )


def with_tax_line(value: RuleValue, *, account: Account, tax_line: str) -> RuleValue:
    """Return the rule with a tax line beside the account; none where it is empty or the account's own."""
    if tax_line in {"", account.tax_line}:
        return value
    return replace(value, tax_line=tax_line, tax_label=tax_line_label(tax_line))


def latest_line(*, book: Book) -> int:
    """Return the id of the line that came into the book last, 0 where there is none; one query."""
    lines = StatementLine.objects.filter(book=book)
    return lines.order_by("-pk").values_list("pk", flat=True).first() or 0


def open_line_ids(*, book: Book) -> list[int]:
    """Return the lines that nobody has decided about."""
    waiting = Classification.objects.filter(book=book, state=State.OPEN, decided_by__isnull=True)
    return list(waiting.order_by("line_id").values_list("line_id", flat=True))


@dataclass(frozen=True, slots=True)
class UnsuggestedLine:
    """An open line for which rules and habits know no account; its amount in ``currency``, money out negative."""

    line_id: int
    payee_id: int
    payee: str
    description: str
    counterparty: str | None
    amount: Decimal
    currency: str


def unsuggested_lines(*, book: Book, limit: int) -> list[UnsuggestedLine]:
    """Return up to ``limit`` lines that nobody decided and nothing suggests, newest first; one query.

    Lines that are held back or pending, and lines whose text names no payee, are left out.
    """
    rows = (
        _unsuggested(book)
        .order_by("-line_id")
        .values_list(
            "line_id",
            "payee_id",
            "payee__name",
            "line__description",
            "line__counterparty",
            "line__amount",
            "line__currency",
        )
    )
    return [UnsuggestedLine(*row) for row in rows[:limit]]


def count_unsuggested(*, book: Book) -> int:
    """Return how many such lines there are."""
    return _unsuggested(book).count()


def _unsuggested(book: Book) -> QuerySet[Classification]:
    return Classification.objects.filter(
        book=book,
        state=State.OPEN,
        decided_by__isnull=True,
        account__isnull=True,
        is_split=False,
        payee__isnull=False,
        line__hold=Hold.NONE,
        line__is_pending=False,
    )


def unclassified_line_ids(*, book: Book) -> list[int]:
    """Return the book's bank lines that have no classification yet, not even an open one."""
    made = Classification.objects.filter(line_id=OuterRef("pk"))
    return list(
        StatementLine.objects.filter(~Exists(made), book=book).order_by("pk").values_list("pk", flat=True)
    )


def matching_open_lines(*, book: Book, conditions: RuleConditions) -> list[int]:
    """Return the open lines that the conditions take; PostgreSQL narrows by the bank account, the engine decides."""
    condition = conditions.condition()
    waiting = Classification.objects.filter(book=book, state=State.OPEN, decided_by__isnull=True)
    if conditions.bank_account is not None:
        waiting = waiting.filter(line__bank_account=conditions.bank_account)
    rows = waiting.order_by("line_id").values_list(
        "line_id", "line__description", "line__counterparty", "line__bank_account_id", "line__amount"
    )
    return [
        line_id
        for line_id, description, counterparty, bank_account_id, amount in rows
        if condition.holds(Look(searched(description, counterparty), bank_account_id, amount))
    ]


def decisions_about(*, book: Book, line_ids: Sequence[int]) -> list[Classification]:
    """Return the classifications among the lines that a person decided, latest first, with line, account and person."""
    return list(
        Classification.objects.filter(book=book, line_id__in=line_ids, decided_by__isnull=False)
        .select_related("line", "account", "payee", "decided_by")
        .order_by("-decided_at", "-line_id")
    )


def rules_fallen_back(*, book: Book, at: datetime) -> list[Rule]:
    """Return the rules that stopped accepting at that moment; one query."""
    return list(Rule.objects.filter(book=book, fell_back_at=at))


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule as the list shows it: its conditions in words, how many lines name it, and how often it was corrected.

    ``latest`` is the day of the latest line that names it, ``recent`` counts those of the last :data:`RECENT`;
    ``right`` is the share in percent of what people accepted as the rule said among that and what they corrected,
    nothing where they did neither. ``is_from_correction`` says that it was offered after a correction; ``is_movable``
    that the rule above is as specific, so that the place in the list decides.
    """

    rule: Rule
    sentence: str
    booking: str
    search: str
    hits: int
    latest: date | None
    recent: int
    right: int | None
    corrections: int
    is_from_correction: bool
    is_movable: bool


#: Lines of so many days back are recent.
RECENT = timedelta(days=30)


def listed_rules(*, book: Book, today: date) -> list[ListedRule]:
    """Return every rule of the book in its order; three queries."""
    offered = DecisionChange.objects.filter(rule=OuterRef("pk"), act=DecisionChange.Act.RULE)
    rules = (
        Rule.objects.filter(book=book)
        .select_related("account", "payee", "bank_account", "made_by")
        .annotate(is_from_correction=Exists(offered))
    )
    named = Classification.objects.filter(book=book, rule__isnull=False).values("rule")
    hits: dict[int, dict[str, Any]] = {
        row["rule"]: dict(row)
        for row in named.annotate(
            hits=Count("line_id"),
            latest=Max("line__date"),
            recent=Count("line_id", filter=Q(line__date__gt=today - RECENT)),
            agreed=Count(
                "line_id",
                filter=Q(state__in=(State.ACCEPTED, State.POSTED), decided_by__isnull=False),
            ),
        )
    }
    corrected = RuleCorrection.objects.filter(book=book).values_list("rule_id")
    corrections = dict(corrected.annotate(count=Count("pk")))
    ordered = sorted(((rule_value(rule), rule) for rule in rules), key=lambda each: each[0].rank())
    listed = []
    above: RuleValue | None = None
    for value, rule in ordered:
        found = hits.get(rule.pk, _NO_HITS)
        wrong = corrections.get(rule.pk, 0)
        decided = found["agreed"] + wrong
        listed.append(
            ListedRule(
                rule=rule,
                sentence=value.sentence(),
                booking=value.booking,
                search=value.condition.written(),
                hits=found["hits"],
                latest=found["latest"],
                recent=found["recent"],
                right=100 * found["agreed"] // decided if decided else None,
                corrections=wrong,
                is_from_correction=rule.is_from_correction,
                is_movable=above is not None and above.rank()[:3] == value.rank()[:3],
            )
        )
        above = value
    return listed


_NO_HITS: dict[str, Any] = {"hits": 0, "latest": None, "recent": 0, "agreed": 0}


def rules_only_suggesting(*, book: Book, user: User) -> int:
    """Return how many rules that the user made and let accept only suggest since people corrected them; one query."""
    return Rule.objects.filter(book=book, made_by=user, is_active=True, fell_back_at__isnull=False).count()


def rule_above(*, book: Book, rule: Rule) -> Rule | None:
    """Return the rule right before this one, where the place in the list decides between both; one query."""
    rank = rule_value(rule).rank()
    others = Rule.objects.filter(book=book, stage=rule.stage).exclude(pk=rule.pk)
    ranked = ((rule_value(other).rank(), other) for other in others.select_related("account", "bank_account"))
    alike = [each for each in ranked if each[0][:3] == rank[:3] and each[0] < rank]
    return max(alike, key=lambda each: each[0])[1] if alike else None
