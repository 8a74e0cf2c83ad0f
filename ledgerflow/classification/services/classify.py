"""Suggest an account for every open line of a set: the stored side of the engine.

Lines are read in chunks and the engine runs over values in memory. Texts that differ in their digits only are held
against the rules once, and what goes back to PostgreSQL is one small table of outcomes and the number of the outcome
of each line.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.classification import selectors
from ledgerflow.classification.engine import (
    Habit,
    RuleValue,
    Suggestion,
    candidates,
    first_match,
    folded,
    suggest,
)
from ledgerflow.payees.services import identify_payees

#: Lines in memory at once.
CHUNK = 50_000
_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")
#: Stands in no text that PostgreSQL keeps.
_BETWEEN = "\0"

_LINES = """
    SELECT line.id, line.bank_account_id, line.amount, line.description, line.counterparty,
           line.hold <> '' OR line.is_pending
    FROM unnest(%(lines)s::bigint[]) AS wanted (id)
    JOIN statements_statementline line ON line.id = wanted.id AND line.book_id = %(book)s
"""
_STORE = """
    INSERT INTO classification_classification
        (line_id, book_id, state, account_id, payee_id, source, rule_id, confidence, reason, note, is_split)
    SELECT line.id, %(book)s, outcome.state, outcome.account, outcome.payee, outcome.source, outcome.rule,
           outcome.confidence, outcome.reason, '', false
    FROM unnest(%(lines)s::bigint[], %(numbers)s::integer[]) AS line (id, number)
    JOIN unnest(%(states)s::text[], %(accounts)s::bigint[], %(payees)s::bigint[], %(sources)s::text[],
                %(rules)s::bigint[], %(confidences)s::numeric[], %(reasons)s::text[]) WITH ORDINALITY
        AS outcome (state, account, payee, source, rule, confidence, reason, number) ON outcome.number = line.number
    ON CONFLICT (line_id) DO UPDATE SET
        state = excluded.state, account_id = excluded.account_id, payee_id = excluded.payee_id,
        source = excluded.source, rule_id = excluded.rule_id, confidence = excluded.confidence,
        reason = excluded.reason
    WHERE classification_classification.state = 'open' AND classification_classification.decided_by_id IS NULL
        AND (classification_classification.state, classification_classification.account_id,
             classification_classification.payee_id, classification_classification.source,
             classification_classification.rule_id, classification_classification.reason)
            IS DISTINCT FROM (excluded.state, excluded.account_id, excluded.payee_id, excluded.source,
                              excluded.rule_id, excluded.reason)
"""


class _Columns:
    """The lines of a chunk, column by column."""

    def __init__(self, rows: Sequence[tuple[int, int, Decimal, str, str | None, bool]]) -> None:
        self.ids = [row[0] for row in rows]
        self.bank_account_ids = [row[1] for row in rows]
        self.amounts = [row[2] for row in rows]
        self.descriptions = [row[3] for row in rows]
        self.counterparties = [row[4] for row in rows]
        self.are_held = [row[5] for row in rows]
        self.payee_texts = list(map(payee_text, self.descriptions, self.counterparties))


def payee_text(description: str, counterparty: str | None) -> str:
    """Return the text that names the payee: the counterparty where the bank states one, else the description."""
    return counterparty if counterparty and counterparty.strip() else description


@transaction.atomic
def classify_lines(*, book: Book, line_ids: Sequence[int]) -> int:
    """Suggest account and payee for lines nobody has decided about; return how many are new or changed.

    A rule that accepts "without me" accepts; nothing else does, and no rule accepts a line held back or pending.
    Lines that a person touched, and accepted, excluded and posted ones, stay as they are. Ids of lines outside the
    book are passed over.
    """
    rules = selectors.rule_values(book=book)
    # Sorted, so that two sessions that classify the same lines wait for each other instead of a deadlock.
    ordered = sorted(line_ids)
    return sum(
        _classify_chunk(book, ordered[start : start + CHUNK], rules)
        for start in range(0, len(ordered), CHUNK)
    )


def _classify_chunk(book: Book, line_ids: Sequence[int], rules: Sequence[RuleValue]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # the sets of a chunk stay in memory
        cursor.execute(_LINES, {"book": book.pk, "lines": _array(line_ids)})
        rows = sorted(cursor.fetchall())
        if not rows:
            return 0
        columns = _Columns(rows)
        payees = identify_payees(book=book, texts=set(columns.payee_texts))
        habits = selectors.habits(book=book, payee_ids=set(payees.values()))
        outcomes, numbers = _outcomes(columns, rules, payees, habits)
        suggestions = [suggestion for suggestion, _ in outcomes]
        states = ["accepted" if accepts else "open" for _, accepts in outcomes]
        cursor.execute(
            _STORE,
            {
                "book": book.pk,
                "lines": _array(columns.ids),
                "numbers": _array(numbers),
                "states": states,
                "accounts": [suggestion.account_id for suggestion in suggestions],
                "payees": [suggestion.payee_id for suggestion in suggestions],
                "sources": [suggestion.source for suggestion in suggestions],
                "rules": [suggestion.rule_id for suggestion in suggestions],
                "confidences": [suggestion.confidence for suggestion in suggestions],
                "reasons": [suggestion.reason for suggestion in suggestions],
            },
        )
        return int(cursor.rowcount)


def _array(numbers: Sequence[int]) -> str:
    """Return PostgreSQL's text for an array of whole numbers: ten times as fast as adapting a long list."""
    return f"{{{','.join(map(str, numbers))}}}"


def _outcomes(
    columns: _Columns, rules: Sequence[RuleValue], payees: dict[str, int], habits: dict[int, Habit]
) -> tuple[list[tuple[Suggestion, bool]], list[int]]:
    """Return the different outcomes, each with whether it accepts, and for each line the number (from 1) of its own."""
    outcomes: list[tuple[Suggestion, bool]] = []
    known: dict[tuple[int | None, int | None, bool], int] = {}
    numbers: list[int] = []
    for found, amount, text, is_held in zip(
        _candidates(columns, rules), columns.amounts, columns.payee_texts, columns.are_held, strict=True
    ):
        rule = first_match(found, amount) if found else None
        payee_id = payees.get(text)
        key = (rule.id if rule else None, payee_id, is_held)
        number = known.get(key)
        if number is None:
            suggestion = suggest(
                rule=rule, payee_id=payee_id, habit=habits.get(payee_id) if payee_id else None
            )
            outcomes.append((suggestion, suggestion.accepts and not is_held))
            number = known[key] = len(outcomes)
        numbers.append(number)
    return outcomes, numbers


def _candidates(columns: _Columns, rules: Sequence[RuleValue]) -> list[tuple[RuleValue, ...]]:
    """Return for each line the rules that match its text and bank account.

    Where no rule's text has a digit, a text with all digits made alike matches the same rules, and banks' texts differ
    mostly in their digits.
    """
    descriptions: Sequence[str] = columns.descriptions
    counterparties: Sequence[str | None] = columns.counterparties
    if not any(char.isdigit() for rule in rules for char in rule.text):
        descriptions = _digits_alike(descriptions)
        # What a bank does not state and what it states as empty match the same rules.
        counterparties = _digits_alike([text or "" for text in counterparties])
    known: dict[tuple[int, str, str | None], tuple[RuleValue, ...]] = {}
    found = []
    for key in zip(columns.bank_account_ids, descriptions, counterparties, strict=True):
        matching = known.get(key)
        if matching is None:
            bank_account_id, description, counterparty = key
            matching = known[key] = candidates(
                rules, text=folded(description, counterparty), bank_account_id=bank_account_id
            )
        found.append(matching)
    return found


def _digits_alike(texts: Sequence[str]) -> list[str]:
    """Write every digit as 0, in all texts at once: ASCII digits are the same bytes in UTF-8 and part of no others."""
    return _BETWEEN.join(texts).encode().translate(_DIGITS_ALIKE).decode().split(_BETWEEN)
