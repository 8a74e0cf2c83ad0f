"""What the engine of a book is made from: decisions, the record of predictions, weights, and the promise."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists

from ledgerflow.books.models import Book
from ledgerflow.classification.models import (
    BookWeights,
    DecisionChange,
    Prediction,
    SharedWeights,
    Sharing,
)
from ledgerflow.learning.promise import WINDOW
from ledgerflow.learning.stored import Category, Decision, Logged, Shared, Weights
from ledgerflow.learning.values import Line
from ledgerflow.ledger.models import Account
from ledgerflow.payees.models import Payee

#: Of each payee so many decisions are remembered, the latest.
REMEMBERED = 50
#: So many decisions of a book are fitted, the latest.
FITTED = 8_000

_TEACHING = (DecisionChange.Act.ACCEPT, DecisionChange.Act.DECIDE)
# Lines in suspense teach nothing: they wait there for somebody who knows. Nor do transfers between own bank accounts:
# each is matched anew with the line on the other side.
_TEACHES = """
    made.book_id = %(book)s AND made.decided_by_id IS NOT NULL AND made.payee_id IS NOT NULL
    AND made.account_id IS NOT NULL AND made.state IN ('accepted', 'posted')
    AND made.account_id IS DISTINCT FROM (
        SELECT id FROM ledger_account WHERE book_id = %(book)s AND role = 'suspense'
    )
    AND NOT EXISTS (
        SELECT FROM statements_bankaccount own
        WHERE own.book_id = %(book)s AND own.ledger_account_id = made.account_id
    )
"""
_DECIDED = """
    SELECT payee.name, line.amount, line.bank_account_id, decided.account_id, decided.decided_at,
        said.is_right IS FALSE
    FROM {decided} decided
    JOIN payees_payee payee ON payee.id = decided.payee_id AND payee.book_id = %(book)s
    JOIN statements_statementline line ON line.id = decided.line_id
    LEFT JOIN classification_prediction said ON said.line_id = decided.line_id AND said.replaced_at IS NULL
    ORDER BY decided.decided_at, decided.line_id
"""
_OF_PAYEES = """(
    SELECT latest.* FROM unnest(%(payees)s::bigint[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT made.line_id, made.payee_id, made.account_id, made.decided_at
        FROM classification_classification made WHERE {teaches} AND made.payee_id = wanted.id
        ORDER BY made.decided_at DESC, made.line_id DESC LIMIT %(most)s
    ) latest
)"""
_LATEST = """(
    SELECT made.line_id, made.payee_id, made.account_id, made.decided_at
    FROM classification_classification made WHERE {teaches}
    ORDER BY made.decided_at DESC, made.line_id DESC LIMIT %(most)s
)"""
_COUNT_SINCE = """
    SELECT count(*) FROM classification_classification made
    WHERE {teaches} AND (%(since)s::timestamptz IS NULL OR made.decided_at > %(since)s)
"""
# Whoever switches the promise off waits until what is accepted under it is there, and then sees it.
_PROMISE_ON = """
    SELECT id, share FROM classification_promise WHERE book_id = %s AND switched_off_at IS NULL FOR SHARE
"""


@dataclass(frozen=True, slots=True)
class Known:
    """The accounts of a book by their title and back; ``usable`` are those that a line may still be booked to.

    ``incomes`` are the titles of the categories that money comes in for; for the others it goes out.
    """

    titles: dict[int, str]
    ids: dict[str, int]
    usable: frozenset[int]
    categories: tuple[Category, ...]
    incomes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The weights of a book and what they were made from."""

    weights: Weights
    decisions: int
    through: datetime
    fitted_at: datetime


def accounts_known(*, book: Book) -> Known:
    """Return the accounts of the book as categories; one query."""
    accounts = list(
        Account.objects.filter(book=book).order_by("code").only("code", "name", "type", "is_archived")
    )
    titles = {account.pk: str(account) for account in accounts}
    return Known(
        titles=titles,
        ids={title: pk for pk, title in titles.items()},
        usable=frozenset(account.pk for account in accounts if not account.is_archived),
        categories=tuple(
            Category(str(account), account.name)
            for account in accounts
            if account.type in {"income", "expense"} and not account.is_archived
        ),
        incomes=frozenset(str(account) for account in accounts if account.type == "income"),
    )


def payee_names(*, book: Book, payee_ids: Collection[int]) -> dict[int, str]:
    """Return the names of the payees; one query."""
    return dict(Payee.objects.filter(book=book, pk__in=payee_ids).values_list("pk", "name"))


def fitted(*, book: Book, known: Known) -> Fitted | None:
    """Return what the last fit left, ``None`` before the first; one query."""
    stored = BookWeights.objects.filter(book=book).first()
    if stored is None:
        return None
    titles = tuple(known.titles.get(account_id, "") for account_id in stored.accounts)
    weights = Weights(bytes(stored.archive), stored.sha256, titles)
    return Fitted(weights, stored.decisions, stored.through, stored.fitted_at)


def shared(*, book: Book) -> Shared | None:
    """Return what books of the same chart learned together, where a firm administrator allows that; one query.

    A demo book has no part in it.
    """
    if book.is_demo:
        return None
    allowed = Sharing.objects.filter(ended_at__isnull=True)
    stored = SharedWeights.objects.filter(Exists(allowed), chart=book.chart).first()
    return Shared(bytes(stored.archive), stored.sha256) if stored else None


def decisions_of_payees(
    *, book: Book, payee_ids: Collection[int], known: Known, through: datetime | None
) -> list[Decision]:
    """Return what people decided about the payees, the oldest first; one query."""
    return _decisions(
        _OF_PAYEES, {"book": book.pk, "payees": list(payee_ids), "most": REMEMBERED}, known, through
    )[0]


def latest_decisions(*, book: Book, known: Known) -> tuple[list[Decision], datetime | None]:
    """Return the latest decisions of the book, the oldest first, and when the last of them was made; one query."""
    return _decisions(_LATEST, {"book": book.pk, "most": FITTED}, known, None)


def decisions_since(*, book: Book, since: datetime | None) -> int:
    """Return how many decisions the last fit did not know; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_SINCE.format(teaches=_TEACHES), {"book": book.pk, "since": since})
        return int(cursor.fetchone()[0])


def is_undone(*, book: Book, fitted: Fitted) -> bool:
    """Whether somebody undid a decision since, which the last fit may have learned from; one query."""
    undone = DecisionChange.objects.filter(book=book, undone_at__gte=fitted.fitted_at)
    return undone.filter(made_at__lte=fitted.through, act__in=_TEACHING).exists()


def logged(*, book: Book) -> list[Logged]:
    """Return the latest predictions of which the outcome is known, the oldest first; one query."""
    rows = (
        Prediction.objects.filter(book=book, decided_at__isnull=False)
        .order_by("-decided_at", "-pk")
        .values_list("confidence", "plain", "is_right", "promise_id")[:WINDOW]
    )
    return [Logged(*row[:2], bool(row[2]), row[3] is not None) for row in reversed(rows)]


def promise_on(*, book: Book) -> tuple[int, Decimal] | None:
    """Return the promise that is switched on and its share, and keep it on until the transaction ends; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_PROMISE_ON, [book.pk])
        found: tuple[int, Decimal] | None = cursor.fetchone()
        return found


def _decisions(
    which: str, values: Mapping[str, Any], known: Known, through: datetime | None
) -> tuple[list[Decision], datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED.format(decided=which.format(teaches=_TEACHES)), values)
        rows = cursor.fetchall()
    made = [
        Decision(
            line=line_of(payee=name, amount=amount, bank_account_id=bank_account_id),
            category=known.titles[account_id],
            is_correction=is_wrong,
            was_fitted=through is not None and decided_at <= through,
        )
        for name, amount, bank_account_id, account_id, decided_at, is_wrong in rows
        if account_id in known.usable
    ]
    return made, rows[-1][4] if rows else None


def line_of(*, payee: str, amount: Decimal, bank_account_id: int) -> Line:
    """Return a line as the engine sees it: the payee's own name, so that what people say of names counts."""
    return Line(text=payee, amount=amount.normalize(), account=str(bank_account_id))
