"""What the engine needs from the rows: rules as values, and the habits of payees."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Abs

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import ANY, HABIT_WINDOW, IN, Habit, RuleValue, folded
from ledgerflow.classification.models import Classification, Rule, State
from ledgerflow.statements.models import BankAccount, Hold, StatementLine

# Lines in suspense teach nothing: they wait there for somebody who knows. Nor do transfers between own bank accounts:
# each is matched anew with the line on the other side.
_HABITS = """
    SELECT payee.id, payee.name, account.id, account.code || ' ' || account.name, recent.agreeing, recent.decisions
    FROM unnest(%(payees)s::bigint[]) AS wanted (id)
    JOIN payees_payee payee ON payee.id = wanted.id AND payee.book_id = %(book)s
    CROSS JOIN LATERAL (
        SELECT array_agg(decided.account_id ORDER BY decided.decided_at DESC, decided.line_id DESC) AS accounts
        FROM (
            SELECT made.account_id, made.decided_at, made.line_id
            FROM classification_classification made
            WHERE made.book_id = %(book)s AND made.payee_id = payee.id AND made.decided_by_id IS NOT NULL
                AND made.account_id IS NOT NULL AND made.state IN ('accepted', 'posted')
                AND made.account_id IS DISTINCT FROM (
                    SELECT id FROM ledger_account WHERE book_id = %(book)s AND role = 'suspense'
                )
                AND NOT EXISTS (
                    SELECT FROM statements_bankaccount own
                    WHERE own.book_id = %(book)s AND own.ledger_account_id = made.account_id
                )
            ORDER BY made.decided_at DESC
            LIMIT %(window)s
        ) decided
    ) history
    JOIN ledger_account account
        ON account.book_id = %(book)s AND account.id = history.accounts[1] AND NOT account.is_archived
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE one = account.id) AS agreeing, count(*) AS decisions
        FROM unnest(history.accounts) AS one
    ) recent
"""


def rule_values(*, book: Book) -> list[RuleValue]:
    """Return the book's active rules in order, as the engine takes them; rules for archived accounts are left out."""
    rules = Rule.objects.filter(book=book, is_active=True, account__is_archived=False).select_related(
        "account"
    )
    return [rule_value(rule) for rule in rules.order_by("position", "pk")]


def rule_value(rule: Rule) -> RuleValue:
    """Return the rule as the engine takes it."""
    return RuleValue(
        id=rule.pk,
        text=folded(rule.text),
        direction=rule.direction,
        least=rule.least_amount,
        most=rule.most_amount,
        bank_account_id=rule.bank_account_id,
        account_id=rule.account_id,
        account=str(rule.account),
        payee_id=rule.payee_id,
        accepts=rule.mode == Rule.Mode.ACCEPT,
    )


def habits(*, book: Book, payee_ids: Collection[int]) -> dict[int, Habit]:
    """Return the habit of each payee about whom people have decided before; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_HABITS, {"book": book.pk, "payees": list(payee_ids), "window": HABIT_WINDOW})
        return {row[0]: Habit(*row[1:]) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class RuleConditions:
    """What a rule looks for; amounts are sizes without a sign, in the bank account's currency."""

    text: str = ""
    direction: str = ANY
    least: Decimal | None = None
    most: Decimal | None = None
    bank_account: BankAccount | None = None


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
    """Return the open lines that the conditions take; PostgreSQL narrows by amount and account, the engine by text."""
    text = folded(conditions.text)
    waiting = Classification.objects.filter(book=book, state=State.OPEN, decided_by__isnull=True)
    if conditions.bank_account is not None:
        waiting = waiting.filter(line__bank_account=conditions.bank_account)
    if conditions.direction != ANY:
        waiting = waiting.filter(
            **{"line__amount__gt" if conditions.direction == IN else "line__amount__lt": 0}
        )
    sized = waiting.annotate(size=Abs("line__amount"))
    if conditions.least is not None:
        sized = sized.filter(size__gte=conditions.least)
    if conditions.most is not None:
        sized = sized.filter(size__lte=conditions.most)
    rows = sized.order_by("line_id").values_list("line_id", "line__description", "line__counterparty")
    return [
        line_id for line_id, description, counterparty in rows if text in folded(description, counterparty)
    ]


def decisions_about(*, book: Book, line_ids: Sequence[int]) -> list[Classification]:
    """Return the classifications among the lines that a person decided, latest first, with line, account and person."""
    return list(
        Classification.objects.filter(book=book, line_id__in=line_ids, decided_by__isnull=False)
        .select_related("line", "account", "payee", "decided_by")
        .order_by("-decided_at", "-line_id")
    )


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule as the list shows it: its conditions in words, and how many lines name it as their reason."""

    rule: Rule
    sentence: str
    hits: int


def listed_rules(*, book: Book) -> list[ListedRule]:
    """Return every rule of the book in its order; two queries."""
    rules = Rule.objects.filter(book=book).select_related("account", "payee", "bank_account")
    hits = dict(
        Classification.objects.filter(book=book, rule__isnull=False)
        .values_list("rule_id")
        .annotate(hits=Count("line_id"))
    )
    return [
        ListedRule(rule, rule_value(rule).sentence(), hits.get(rule.pk, 0))
        for rule in rules.order_by("position", "pk")
    ]
