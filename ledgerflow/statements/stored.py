"""Read the lines of some days of a bank account as the values that recognition works on."""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from ledgerflow.statements.days import Change, Holds, Kept, Seen, Words, plan
from ledgerflow.statements.likeness import text_key
from ledgerflow.statements.models import BankAccount, DayQuestion, Hold, Proof, Statement
from ledgerflow.statements.portions import Pair, Span

HOLDS = Holds(none=Hold.NONE, proof=Hold.PROOF, question=Hold.QUESTION, days=Hold.DAYS, twin=Hold.TWIN)

_SEEN = """
SELECT sighting.statement_id, sighting.no, line.id, line.date, line.amount, line.description, line.counterparty,
       line.reference, line.bank_id, line.value_date, line.original_amount, line.original_currency, line.rate,
       line.booking_date, line.transaction_date, line.is_pending, line.hold, sighting.differs, sighting.is_pending
FROM statements_statementline line
JOIN statements_sighting sighting ON sighting.book_id = line.book_id AND sighting.line_id = line.id
WHERE line.book_id = %s AND line.bank_account_id = %s AND line.date = ANY(%s)
"""

# By showing on the days, what kinds of files show the same movement on another day.
_ELSEWHERE = """
WITH said AS MATERIALIZED (
    SELECT statement_id, no, other_statement_id, other_no FROM statements_dayquestion
    WHERE book_id = %(book)s AND bank_account_id = %(account)s AND other_no IS NOT NULL AND answer = 'same'
), pairs AS (
    SELECT statement_id, no, other_statement_id, other_no FROM said
    UNION ALL SELECT other_statement_id, other_no, statement_id, no FROM said
)
SELECT DISTINCT mine.statement_id, mine.no, statement.format, statement.layout
FROM pairs
JOIN statements_sighting named ON named.book_id = %(book)s AND named.statement_id = pairs.statement_id
    AND named.no = pairs.no
JOIN statements_statementline line ON line.id = named.line_id AND line.date = ANY(%(days)s)
JOIN statements_sighting mine ON mine.book_id = %(book)s AND mine.line_id = line.id
JOIN statements_sighting other ON other.book_id = %(book)s AND other.statement_id = pairs.other_statement_id
    AND other.no = pairs.other_no
JOIN statements_sighting their ON their.book_id = %(book)s AND their.line_id = other.line_id
JOIN statements_statement statement ON statement.id = their.statement_id
"""


@dataclass(slots=True)
class Stored:
    """What is there of some days: showings, lines by id, spans and held-back statements, answered questions."""

    seen: list[Seen] = field(default_factory=list)
    kept: dict[int, Kept] = field(default_factory=dict)
    spans: dict[int, Span] = field(default_factory=dict)
    held_back: set[int] = field(default_factory=set)
    answers: dict[date, dict[Pair, bool]] = field(default_factory=lambda: defaultdict(dict))
    apart: dict[tuple[int, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    differs: dict[tuple[int, int], str | None] = field(default_factory=dict)
    elsewhere: dict[tuple[int, int], set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))

    def add_statement(self, statement: Statement) -> None:
        """Let recognition know the statement, which must have its document at hand."""
        self.spans[statement.pk] = span_of(statement)
        if statement.is_held_back:
            self.held_back.add(statement.pk)

    def plan(self, *, without: Collection[int] = (), arriving: Collection[Seen] = ()) -> Change:
        """Return what has to change in these days, if some statements go or showings of a new one arrive."""
        seen = [one for one in self.seen if one.statement not in without] if without else self.seen
        return plan(
            seen=[*seen, *arriving],
            kept=self.kept,
            spans=self.spans,
            answers=self.answers,
            apart=self.apart,
            held_back=self.held_back,
            holds=HOLDS,
            elsewhere=self.elsewhere,
        )


def span_of(statement: Statement) -> Span:
    """Return what recognition has to know of the statement as a whole."""
    return Span(
        statement=statement.pk,
        key=(statement.document.sha256, statement.position),
        first_date=statement.first_date,
        last_date=statement.last_date,
        complete_from=statement.complete_from,
        complete_to=statement.complete_to,
        opening_balance=statement.opening_balance,
        closing_balance=statement.closing_balance,
        is_proven=statement.proof == Proof.PROVEN,
        kind=statement.format,
        layout=statement.layout,
    )


def load_days(*, bank_account: BankAccount, days: Collection[date]) -> Stored:
    """Read the days of the bank account. Four queries."""
    stored = Stored()
    if not days:
        return stored
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [bank_account.book_id, bank_account.pk, sorted(days)])
        for row in cursor.fetchall():
            statement, no, line, day, amount, *said, line_is_pending, hold, differs, is_pending = row
            words = line_words = Words(*said)
            if line not in stored.kept:
                stored.kept[line] = Kept(line_words, line_is_pending, hold)
            if differs is not None:
                words = Words.restored(line_words, json.loads(differs))
            stored.differs[statement, no] = differs
            key = text_key(words.description, words.counterparty)
            stored.seen.append(Seen(statement, no, line, day, amount, key, words, is_pending))
        cursor.execute(
            _ELSEWHERE, {"book": bank_account.book_id, "account": bank_account.pk, "days": sorted(days)}
        )
        for statement, no, kind, layout in cursor.fetchall():
            stored.elsewhere[statement, no].add((kind, layout))
    statements = {one.statement for one in stored.seen}
    for statement in Statement.objects.filter(pk__in=statements).select_related("document"):
        stored.add_statement(statement)
    answered = DayQuestion.objects.filter(
        book=bank_account.book_id, bank_account=bank_account, date__in=days, other_no__isnull=True
    )
    for question in answered.exclude(answer=""):
        if question.no is not None:
            if question.answer == DayQuestion.Answer.DIFFERENT:
                stored.apart[question.statement_id, question.no].add(question.other_statement_id)
            continue
        pair = frozenset((question.statement_id, question.other_statement_id))
        stored.answers[question.date][pair] = question.answer == DayQuestion.Answer.SAME
    return stored


def days_of(*, statements: Collection[int], bank_account: int) -> set[date]:
    """Return the days of which the statements show lines on the bank account."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT line.date FROM statements_sighting sighting"
            " JOIN statements_statementline line ON line.id = sighting.line_id"
            " JOIN statements_statement statement ON statement.id = sighting.statement_id"
            " WHERE statement.id = ANY(%s) AND sighting.book_id = statement.book_id AND line.bank_account_id = %s",
            [list(statements), bank_account],
        )
        return {day for (day,) in cursor.fetchall()}
