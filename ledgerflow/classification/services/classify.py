"""Suggest an account for every open line of a set: what its receipt says, rules, then the engine that learns.

Lines are read in chunks and rules run over values in memory. Texts that differ in their digits only are held
against the rules once, and what comes out is one small table of outcomes and the number of the outcome of each line.
The engine is made only where lines are left that no rule settles, and asked once for lines that are the same.
Lines that are new get their classifications by COPY; where some have one, one statement writes what it may.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import repeat
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import IntegrityError as RefusedByPostgres  # COPY raises it as it is

from ledgerflow.asking.selectors import asked_about
from ledgerflow.books.models import Book
from ledgerflow.classification import searching, selectors
from ledgerflow.classification.engine import (
    RuleValue,
    candidates,
    confidence_word,
    first_match,
    nothing,
    payee_text,
    searched,
    suggest,
)
from ledgerflow.classification.receipt_selectors import SaidByReceipt, said_by_receipts
from ledgerflow.classification.services.answers import Answers
from ledgerflow.classification.services.outcomes import Bar, Outcome, barred, matched
from ledgerflow.classification.services.record import ToLog, forget_predictions, log_predictions
from ledgerflow.classification.services.transfers import may_be_transfers
from ledgerflow.core.arrays import whole_numbers
from ledgerflow.core.copying import copy_rows, texts
from ledgerflow.core.garbage import collector_paused
from ledgerflow.learning.stored import is_sampled
from ledgerflow.payees.cleaning import digits_alike
from ledgerflow.payees.services import identify_payees, known_payees

#: Lines in memory at once.
CHUNK = 50_000
#: A chunk is done so many times when what it was made from changes under it.
_ATTEMPTS = 3
#: A confidence that moved so far is shown anew, and so is one that is called by another word.
_MOVED = Decimal("0.01")

_LINES = """
    SELECT line.id, line.bank_account_id, line.amount, line.description, line.counterparty,
           CASE WHEN line.hold <> '' OR line.is_pending THEN 'held'
               WHEN line.date <= state.closed_through THEN 'closed' ELSE '' END
    FROM unnest(%(lines)s::bigint[]) AS wanted (id)
    JOIN statements_statementline line ON line.id = wanted.id AND line.book_id = %(book)s
    LEFT JOIN ledger_ledgerstate state ON state.book_id = line.book_id
"""
# An import's own lines have ids that follow each other, so that nothing within them is classified.
_ARE_SOME_MADE = "SELECT EXISTS (SELECT FROM classification_classification WHERE line_id BETWEEN %s AND %s)"
# Locked in the order of their lines, so that two sessions wait for each other instead of a deadlock.
_MADE = """
    SELECT made.line_id, made.state, made.account_id, made.payee_id, made.source, made.rule_id, made.reason,
        made.tax_line, made.confidence, COALESCE(said.is_sampled, false),
        made.state <> 'open' OR made.decided_by_id IS NOT NULL
    FROM classification_classification made
    LEFT JOIN classification_prediction said ON said.line_id = made.line_id AND said.replaced_at IS NULL
    WHERE made.line_id = ANY(%s::bigint[]) AND made.book_id = %s ORDER BY made.line_id FOR UPDATE OF made
"""
_STORE = """
    INSERT INTO classification_classification
        (line_id, book_id, state, account_id, payee_id, source, rule_id, promise_id, confidence, reason, tax_line,
         note, is_split)
    SELECT line.id, %(book)s, outcome.state, outcome.account, outcome.payee, outcome.source, outcome.rule,
           outcome.promise, outcome.confidence, outcome.reason, outcome.tax_line, '', false
    FROM unnest(%(lines)s::bigint[], %(numbers)s::integer[]) AS line (id, number)
    JOIN unnest(%(state)s::text[], %(account_id)s::bigint[], %(payee_id)s::bigint[], %(source)s::text[],
                %(rule_id)s::bigint[], %(promise_id)s::bigint[], %(confidence)s::numeric[], %(reason)s::text[],
                %(tax_line)s::text[])
        WITH ORDINALITY
        AS outcome (state, account, payee, source, rule, promise, confidence, reason, tax_line, number)
        ON outcome.number = line.number + 1
    ON CONFLICT (line_id) DO UPDATE SET
        state = excluded.state, account_id = excluded.account_id, payee_id = excluded.payee_id,
        source = excluded.source, rule_id = excluded.rule_id, promise_id = excluded.promise_id,
        confidence = excluded.confidence, reason = excluded.reason, tax_line = excluded.tax_line
    WHERE classification_classification.state = 'open' AND classification_classification.decided_by_id IS NULL
        -- Nothing is no better than what an agent proposed for the same payee; rules and what was learned are.
        AND NOT (classification_classification.source = 'agent' AND excluded.account_id IS NULL
                 AND excluded.payee_id IS NOT DISTINCT FROM classification_classification.payee_id
                 AND NOT EXISTS (
                     SELECT FROM classification_stageoff
                     WHERE book_id = %(book)s AND stage = 'agent' AND switched_on_at IS NULL
                 ))
"""

#: Bank account, description and counterparty.
Look = tuple[int, str, str | None]


class _Made(NamedTuple):
    """What stands for a line already."""

    state: str
    account_id: int | None
    payee_id: int | None
    source: str
    rule_id: int | None
    reason: str
    tax_line: str
    confidence: Decimal
    is_sampled: bool
    is_settled: bool

    def gives_way_to(self, outcome: Outcome) -> bool:
        """Whether the outcome says anything else; a confidence that moved by less than a hundredth does not."""
        said = outcome.suggestion
        now = (
            "accepted" if outcome.accepts else "open",
            said.account_id,
            said.payee_id,
            said.source,
            said.rule_id,
        )
        return not self.is_settled and (
            now != self[:5]
            or (said.reason, said.tax_line) != (self.reason, self.tax_line)
            or abs(said.confidence - self.confidence) >= _MOVED
            or confidence_word(said.confidence) != confidence_word(self.confidence)
            # A line that is drawn although it was suggested before: the record needs to know that it was.
            or (outcome.is_sampled and not self.is_sampled)
        )


class _Columns:
    """The lines of a chunk, column by column."""

    def __init__(self, rows: Sequence[tuple[int, int, Decimal, str, str | None, Bar]]) -> None:
        self.ids = [row[0] for row in rows]
        self.bank_account_ids = [row[1] for row in rows]
        self.amounts = [row[2] for row in rows]
        self.descriptions = [row[3] for row in rows]
        self.counterparties = [row[4] for row in rows]
        self.bars = [row[5] for row in rows]
        self.payee_texts = list(map(payee_text, self.descriptions, self.counterparties))


@transaction.atomic
def classify_lines(*, book: Book, line_ids: Sequence[int]) -> int:
    """Suggest account and payee for lines nobody has decided about; return how many are new or changed.

    A receipt that is attached and was read says who was paid: where people decided about that seller, whom the bank's
    text does not name, this goes before rules, and else where it is as sure as what the bank's text leads to.
    A rule that accepts "without me" accepts, and so does the book's promise where a person switched it on and the
    record keeps it; of what the promise would accept, one line of twenty is left to a person. Nothing else accepts, and
    nothing accepts a line held back or pending, one of a day on which the books are closed, one about which somebody
    was asked, or one that may be a side of a transfer between two own bank accounts.
    Lines that a person touched, and accepted, excluded and posted ones, stay as they are. Ids of lines outside the
    book are passed over.
    """
    # Sorted, so that two sessions that classify the same lines wait for each other instead of a deadlock.
    ordered = sorted(line_ids)
    return sum(_classify(book, ordered[start : start + CHUNK]) for start in range(0, len(ordered), CHUNK))


def _classify(book: Book, line_ids: Sequence[int]) -> int:
    """Classify a chunk, again where somebody switched a rule off or classified the same new lines meanwhile."""
    attempt = 1
    while True:
        try:
            with transaction.atomic():
                return _classify_chunk(book, line_ids, selectors.rule_values(book=book))
        except (IntegrityError, RefusedByPostgres):
            if attempt == _ATTEMPTS:
                raise
            attempt += 1


def _classify_chunk(book: Book, line_ids: Sequence[int], rules: Sequence[RuleValue]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # the sets of a chunk stay in memory
        cursor.execute(_LINES, {"book": book.pk, "lines": whole_numbers(line_ids)})
        with collector_paused():
            rows = sorted(cursor.fetchall())
        if not rows:
            return 0
        columns = _Columns(rows)
        payees = identify_payees(book=book, texts=set(columns.payee_texts))
        outcomes, numbers, waiting = _by_rules(columns, rules, payees)
        cursor.execute(_ARE_SOME_MADE, [columns.ids[0], columns.ids[-1]])
        (are_some_made,) = cursor.fetchone()
        # Nothing is attached to a line before it has its classification, which comes with the import.
        sellers = _sellers(book, columns, payees) if are_some_made else {}
        answers = None
        if waiting or sellers:
            asked = {payee_id for _, payee_id in waiting} | {
                payee_id for _, payee_id in sellers.values() if payee_id
            }
            answers = Answers(book=book, payee_ids=asked)
            _by_answers(columns, waiting, answers, outcomes, numbers)
            _by_receipts(columns, sellers, answers, outcomes, numbers, payees=payees)
        chunk = _Chunk(book, columns.ids, numbers, outcomes, answers)
        chunk = chunk.left_to_people(may_be_transfers(book=book, line_ids=chunk.accepted()))
        return _store(cursor, chunk) if are_some_made else _copy(cursor, chunk)


def _sellers(
    book: Book, columns: _Columns, payees: Mapping[str, int]
) -> dict[int, tuple[SaidByReceipt, int | None]]:
    """Return what the receipts of lines say, with the payee that they name; one query where there are none.

    A seller who is new to the book is made a payee only where the bank's text names nobody, and money went out: what
    came in has an invoice that the book's owner wrote.
    """
    said = said_by_receipts(book=book, line_ids=columns.ids)
    if not said:
        return {}
    known = known_payees(book=book, texts={each.seller for each in said.values()})
    nameless = {
        line_id
        for line_id, text, amount in zip(columns.ids, columns.payee_texts, columns.amounts, strict=True)
        if line_id in said and text not in payees and amount <= 0
    }
    if nameless:
        known |= identify_payees(book=book, texts={said[line_id].seller for line_id in nameless})
    return {line_id: (each, known.get(each.seller)) for line_id, each in said.items()}


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Lines with the number of the outcome of each."""

    book: Book
    line_ids: Sequence[int]
    numbers: Sequence[int]
    outcomes: Sequence[Outcome]
    answers: Answers | None

    def left_to_people(self, line_ids: Collection[int]) -> "_Chunk":
        """Return the chunk with the same suggestions, none of which is accepted for those lines."""
        if not line_ids:
            return self
        suggesting = [replace(outcome, accepts=False) for outcome in self.outcomes]
        numbers = [
            number + len(self.outcomes) * (line_id in line_ids)
            for line_id, number in zip(self.line_ids, self.numbers, strict=True)
        ]
        return replace(self, numbers=numbers, outcomes=[*self.outcomes, *suggesting])

    def accepted(self) -> list[int]:
        """Return the lines that are accepted without a person."""
        return [
            line_id
            for line_id, number in zip(self.line_ids, self.numbers, strict=True)
            if self.outcomes[number].accepts
        ]

    def log(self) -> None:
        """Log what the engine said of the lines."""
        answers = self.answers
        if answers is None:
            return
        log_predictions(
            book=self.book,
            version=answers.version,
            said=[
                ToLog(
                    account_id=suggestion.account_id,
                    alternatives=outcome.said.alternatives,
                    answer=outcome.said.answer,
                    promise_id=answers.promise_id if outcome.accepts or outcome.is_sampled else None,
                    is_sampled=outcome.is_sampled,
                )
                if outcome.said and outcome.said.answer and (suggestion := outcome.suggestion).account_id
                else None
                for outcome in self.outcomes
            ],
            line_ids=self.line_ids,
            numbers=self.numbers,
        )

    def said(self) -> dict[str, list[object]]:
        """Return the outcomes column by column."""
        suggestions = [outcome.suggestion for outcome in self.outcomes]
        promise_id = self.answers.promise_id if self.answers else None
        return {
            "state": ["accepted" if outcome.accepts else "open" for outcome in self.outcomes],
            "account_id": [suggestion.account_id for suggestion in suggestions],
            "payee_id": [suggestion.payee_id for suggestion in suggestions],
            "source": [suggestion.source for suggestion in suggestions],
            "rule_id": [suggestion.rule_id for suggestion in suggestions],
            "promise_id": [
                promise_id if outcome.accepts and outcome.said else None for outcome in self.outcomes
            ],
            "confidence": [suggestion.confidence for suggestion in suggestions],
            "reason": [suggestion.reason for suggestion in suggestions],
            "tax_line": [suggestion.tax_line for suggestion in suggestions],
        }


def _copy(cursor: CursorWrapper, chunk: _Chunk) -> int:
    """Write the classifications of lines that have none, and log them; return how many that are."""
    written = {
        name: list(texts([None if value is None else str(value) for value in values]))
        for name, values in chunk.said().items()
    }
    count = len(chunk.line_ids)
    chunk.log()
    copy_rows(
        cursor,
        "classification_classification",
        {
            "line_id": map(str, chunk.line_ids),
            "book_id": repeat(str(chunk.book.pk), count),
            "note": repeat("", count),
            "is_split": repeat("f", count),
            **{name: map(values.__getitem__, chunk.numbers) for name, values in written.items()},
        },
    )
    return count


def _store(cursor: CursorWrapper, chunk: _Chunk) -> int:
    """Write what is new or says something else than before, and log it; return how many lines that are."""
    cursor.execute(_MADE, [whole_numbers(chunk.line_ids), chunk.book.pk])
    made = {row[0]: _Made(*row[1:]) for row in cursor.fetchall()}
    chunk = chunk.left_to_people(asked_about(book=chunk.book, line_ids=made))
    changing = [
        (line_id, number)
        for line_id, number in zip(chunk.line_ids, chunk.numbers, strict=True)
        if (before := made.get(line_id)) is None or before.gives_way_to(chunk.outcomes[number])
    ]
    if not changing:
        return 0
    ids, numbers = zip(*changing, strict=True)
    changed = _Chunk(chunk.book, ids, numbers, chunk.outcomes, chunk.answers)
    forget_predictions(line_ids=ids)
    changed.log()
    cursor.execute(
        _STORE,
        {
            "book": chunk.book.pk,
            "lines": whole_numbers(ids),
            "numbers": whole_numbers(numbers),
            **changed.said(),
        },
    )
    return int(cursor.rowcount)


_WAITING = -1


@dataclass(frozen=True, slots=True)
class _Matching:
    """The rules that lines of one look may meet; where it ``is_settled`` the amount does not matter."""

    text: str
    bank_account_id: int
    rules: tuple[RuleValue, ...]
    is_settled: bool

    @classmethod
    def of(cls, rules: Sequence[RuleValue], *, text: str, bank_account_id: int) -> "_Matching":
        found = candidates(rules, text=text, bank_account_id=bank_account_id)
        is_settled = not found or bool(found[0].condition.holds(searching.Look(text, bank_account_id)))
        return cls(text, bank_account_id, found, is_settled)

    def rule(self, amount: Decimal) -> RuleValue | None:
        if self.is_settled:
            return self.rules[0] if self.rules else None
        return first_match(self.rules, text=self.text, bank_account_id=self.bank_account_id, amount=amount)


def _by_rules(
    columns: _Columns, rules: Sequence[RuleValue], payees: dict[str, int]
) -> tuple[list[Outcome], list[int], list[tuple[int, int]]]:
    """Return the different outcomes, for each line the number of its own, and the place and payee of the others."""
    outcomes: list[Outcome] = []
    known: dict[tuple[int | None, int | None, Bar], int] = {}
    alike: dict[tuple[Look, int | None, Bar], int] = {}  # lines whose amount does not matter
    matching: dict[Look, _Matching] = {}
    numbers: list[int] = []
    waiting: list[tuple[int, int]] = []
    beginnings = sorted({rule.after_line for rule in rules if rule.after_line is not None}, reverse=True)
    begun = [rule for rule in rules if rule.after_line is None]
    payee_ids = map(payees.get, columns.payee_texts)
    for line_id, line, amount in zip(
        columns.ids,
        zip(_looks(columns, rules), payee_ids, columns.bars, strict=True),
        columns.amounts,
        strict=True,
    ):
        if beginnings and line_id > beginnings[-1]:  # what lines of before match says nothing of those behind
            while beginnings and line_id > beginnings[-1]:
                beginnings.pop()
            begun = [rule for rule in rules if rule.is_about(line_id)]
            alike, matching = {}, {}
        number = alike.get(line)
        if number is None:
            look, payee_id, bar = line
            found = matching.get(look)
            if found is None:
                bank_account_id, description, counterparty = look
                text = searched(description, counterparty) if begun else ""
                found = matching[look] = _Matching.of(begun, text=text, bank_account_id=bank_account_id)
            rule = found.rule(amount)
            if rule is None and payee_id is not None:
                number = _WAITING
            else:
                number = known.setdefault((rule.id if rule else None, payee_id, bar), len(outcomes))
                if number == len(outcomes):
                    suggestion = suggest(rule=rule, payee_id=payee_id) if rule else nothing(payee_id)
                    outcomes.append(barred(Outcome(suggestion, suggestion.accepts), bar))
            if found.is_settled:
                alike[line] = number
        if number == _WAITING:
            waiting.append((len(numbers), line[1] or 0))
        numbers.append(number)
    return outcomes, numbers, waiting


def _by_answers(
    columns: _Columns,
    waiting: Sequence[tuple[int, int]],
    answers: Answers,
    outcomes: list[Outcome],
    numbers: list[int],
) -> None:
    """Fill in what the engine says of the lines that wait."""
    known: dict[tuple[int, Bar, bool], int] = {}
    for place, payee_id in waiting:
        said = answers.about(
            payee_id=payee_id,
            bank_account_id=columns.bank_account_ids[place],
            amount=columns.amounts[place],
        )
        bar = columns.bars[place] if said.is_safe else ""
        is_drawn = (
            said.is_safe
            and not bar
            and said.answer is not None
            and is_sampled(columns.ids[place], said.answer.features)
        )
        key = (id(said), bar, is_drawn)
        number = known.setdefault(key, len(outcomes))
        if number == len(outcomes):
            outcome = Outcome(said.suggestion, said.is_safe and not is_drawn, said, is_drawn)
            outcomes.append(barred(outcome, bar))
        numbers[place] = number


def _by_receipts(
    columns: _Columns,
    sellers: Mapping[int, tuple[SaidByReceipt, int | None]],
    answers: Answers,
    outcomes: list[Outcome],
    numbers: list[int],
    *,
    payees: Mapping[str, int],
) -> None:
    """Put what a receipt says of who was paid, by line with the payee, before what the bank's text says."""
    for place, line_id in enumerate(columns.ids if sellers else ()):
        if line_id not in sellers:
            continue
        said, payee_id = sellers[line_id]
        of_seller = payee_id and answers.about(
            payee_id=payee_id, bank_account_id=columns.bank_account_ids[place], amount=columns.amounts[place]
        )
        outcomes.append(
            matched(
                outcomes[numbers[place]],
                of_seller or None,
                said,
                payee_of_bank=payees.get(columns.payee_texts[place]),
                is_income=columns.amounts[place] > 0,
            )
        )
        numbers[place] = len(outcomes) - 1


def _looks(columns: _Columns, rules: Sequence[RuleValue]) -> Iterable[Look]:
    """Return for each line what rules look at besides the amount.

    Where no rule's text has a digit, a text with all digits made alike matches the same rules, and banks' texts differ
    mostly in their digits.
    """
    descriptions: Sequence[str] = columns.descriptions
    counterparties: Sequence[str | None] = columns.counterparties
    if not any(searching.has_digits(rule.condition) for rule in rules):
        descriptions = digits_alike(descriptions)
        # What a bank does not state and what it states as empty match the same rules.
        counterparties = digits_alike([text or "" for text in counterparties])
    return zip(columns.bank_account_ids, descriptions, counterparties, strict=True)
