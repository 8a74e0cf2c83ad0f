"""Suggest an account for every open line of a set: the stored side of the engine.

Lines are read in chunks and the engine runs over values in memory. Texts that differ in their digits only are held
against the rules once, and what comes out is one small table of outcomes and the number of the outcome of each line.
Lines that are new get their classifications by COPY; where some have one, one statement writes what it may.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import repeat

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import UniqueViolation

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
from ledgerflow.core.copying import copy_rows, texts
from ledgerflow.core.garbage import collector_paused
from ledgerflow.payees.cleaning import digits_alike
from ledgerflow.payees.services import identify_payees

#: Lines in memory at once.
CHUNK = 50_000

_LINES = """
    SELECT line.id, line.bank_account_id, line.amount, line.description, line.counterparty,
           line.hold <> '' OR line.is_pending
    FROM unnest(%(lines)s::bigint[]) AS wanted (id)
    JOIN statements_statementline line ON line.id = wanted.id AND line.book_id = %(book)s
"""
# An import's own lines have ids that follow each other, so that nothing within them is classified.
_ARE_SOME_MADE = "SELECT EXISTS (SELECT FROM classification_classification WHERE line_id BETWEEN %s AND %s)"
_STORE = """
    INSERT INTO classification_classification
        (line_id, book_id, state, account_id, payee_id, source, rule_id, confidence, reason, note, is_split)
    SELECT line.id, %(book)s, outcome.state, outcome.account, outcome.payee, outcome.source, outcome.rule,
           outcome.confidence, outcome.reason, '', false
    FROM unnest(%(lines)s::bigint[], %(numbers)s::integer[]) AS line (id, number)
    JOIN unnest(%(state)s::text[], %(account_id)s::bigint[], %(payee_id)s::bigint[], %(source)s::text[],
                %(rule_id)s::bigint[], %(confidence)s::numeric[], %(reason)s::text[]) WITH ORDINALITY
        AS outcome (state, account, payee, source, rule, confidence, reason, number) ON outcome.number = line.number + 1
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
        -- Nothing is no better than what an agent proposed for the same payee; rules and habits are.
        AND NOT (classification_classification.source = 'agent' AND excluded.account_id IS NULL
                 AND excluded.payee_id IS NOT DISTINCT FROM classification_classification.payee_id)
"""

Outcome = tuple[Suggestion, bool]
#: Bank account, description and counterparty.
Look = tuple[int, str, str | None]


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
        with collector_paused():
            rows = sorted(cursor.fetchall())
        if not rows:
            return 0
        columns = _Columns(rows)
        payees = identify_payees(book=book, texts=set(columns.payee_texts))
        habits = selectors.habits(book=book, payee_ids=set(payees.values()))
        outcomes, numbers = _outcomes(columns, rules, payees, habits)
        said = _said(outcomes)
        cursor.execute(_ARE_SOME_MADE, [columns.ids[0], columns.ids[-1]])
        (are_some_made,) = cursor.fetchone()
        if not are_some_made and _copy(cursor, book, columns.ids, said, numbers):
            return len(rows)
        cursor.execute(
            _STORE, {"book": book.pk, "lines": _array(columns.ids), "numbers": _array(numbers), **said}
        )
        return int(cursor.rowcount)


def _said(outcomes: Sequence[Outcome]) -> dict[str, list[object]]:
    """Return the outcomes column by column."""
    suggestions = [suggestion for suggestion, _ in outcomes]
    return {
        "state": ["accepted" if accepts else "open" for _, accepts in outcomes],
        "account_id": [suggestion.account_id for suggestion in suggestions],
        "payee_id": [suggestion.payee_id for suggestion in suggestions],
        "source": [suggestion.source for suggestion in suggestions],
        "rule_id": [suggestion.rule_id for suggestion in suggestions],
        "confidence": [suggestion.confidence for suggestion in suggestions],
        "reason": [suggestion.reason for suggestion in suggestions],
    }


def _copy(
    cursor: CursorWrapper,
    book: Book,
    line_ids: Sequence[int],
    said: Mapping[str, Sequence[object]],
    numbers: Sequence[int],
) -> bool:
    """Write the classifications of new lines; false, and nothing written, where another session has just made one."""
    written = {
        name: list(texts([None if value is None else str(value) for value in values]))
        for name, values in said.items()
    }
    try:
        with transaction.atomic():
            copy_rows(
                cursor,
                "classification_classification",
                {
                    "line_id": map(str, line_ids),
                    "book_id": repeat(str(book.pk), len(line_ids)),
                    "note": repeat("", len(line_ids)),
                    "is_split": repeat("f", len(line_ids)),
                    **{name: map(values.__getitem__, numbers) for name, values in written.items()},
                },
            )
    except UniqueViolation:
        return False
    return True


def _array(numbers: Sequence[int]) -> str:
    """Return PostgreSQL's text for an array of whole numbers: ten times as fast as adapting a long list."""
    return f"{{{','.join(map(str, numbers))}}}"


def _outcomes(
    columns: _Columns, rules: Sequence[RuleValue], payees: dict[str, int], habits: dict[int, Habit]
) -> tuple[list[Outcome], list[int]]:
    """Return the different outcomes, each with whether it accepts, and for each line the number of its own."""
    outcomes: list[Outcome] = []
    known: dict[tuple[int | None, int | None, bool], int] = {}
    alike: dict[tuple[Look, int | None, bool], int] = {}  # lines whose amount does not matter
    matching: dict[Look, tuple[RuleValue, ...]] = {}
    numbers: list[int] = []
    payee_ids = map(payees.get, columns.payee_texts)
    for line, amount in zip(
        zip(_looks(columns, rules), payee_ids, columns.are_held, strict=True), columns.amounts, strict=True
    ):
        number = alike.get(line)
        if number is None:
            look, payee_id, is_held = line
            found = matching.get(look)
            if found is None:
                bank_account_id, *said = look
                found = candidates(rules, text=folded(*said), bank_account_id=bank_account_id)
                matching[look] = found
            rule = first_match(found, amount)
            key = (rule.id if rule else None, payee_id, is_held)
            number = known.get(key)
            if number is None:
                suggestion = suggest(
                    rule=rule, payee_id=payee_id, habit=habits.get(payee_id) if payee_id else None
                )
                number = known[key] = len(outcomes)
                outcomes.append((suggestion, suggestion.accepts and not is_held))
            if not found or found[0].is_about_text_only:
                alike[line] = number
        numbers.append(number)
    return outcomes, numbers


def _looks(columns: _Columns, rules: Sequence[RuleValue]) -> Iterable[Look]:
    """Return for each line what rules look at besides the amount.

    Where no rule's text has a digit, a text with all digits made alike matches the same rules, and banks' texts differ
    mostly in their digits.
    """
    descriptions: Sequence[str] = columns.descriptions
    counterparties: Sequence[str | None] = columns.counterparties
    if not any(char.isdigit() for rule in rules for char in rule.text):
        descriptions = digits_alike(descriptions)
        # What a bank does not state and what it states as empty match the same rules.
        counterparties = digits_alike([text or "" for text in counterparties])
    return zip(columns.bank_account_ids, descriptions, counterparties, strict=True)
