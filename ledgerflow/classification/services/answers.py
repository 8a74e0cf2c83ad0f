"""What the engine says of the lines that no rule settles."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.classification import record_selectors as record
from ledgerflow.classification.engine import REASON_LENGTH, Suggestion, nothing
from ledgerflow.learning.promise import PROMISE
from ledgerflow.learning.stored import Answer, answer, engine_of

_THOUSANDTH = Decimal("0.001")
#: Digits of the hash of the weights that a prediction names.
VERSION = 16


@dataclass(frozen=True, slots=True)
class Said:
    """A suggestion, what it was made from, and whether the record lets it be accepted without a person."""

    suggestion: Suggestion
    answer: Answer | None
    alternatives: tuple[int, ...]
    is_safe: bool


class Answers:
    """The engine of a book, made for the payees of some lines; the number of queries does not hang on how many."""

    def __init__(self, *, book: Book, payee_ids: Collection[int]) -> None:
        on = record.promise_on(book=book)
        self.promise_id = on[0] if on else None
        self._known = record.accounts_known(book=book)
        self._names = record.payee_names(book=book, payee_ids=payee_ids)
        fitted = record.fitted(book=book, known=self._known)
        self.version = fitted.weights.sha256[:VERSION] if fitted else ""
        decisions = record.decisions_of_payees(
            book=book, payee_ids=payee_ids, known=self._known, through=fitted.through if fitted else None
        )
        # Memory alone has nothing to say of the others, and a first import has no payee but those.
        self._remembered = None if fitted else {decision.line.text for decision in decisions}
        self._engine = engine_of(
            categories=self._known.categories,
            decisions=decisions,
            record=record.logged(book=book),
            weights=fitted.weights if fitted else None,
            promise=on[1] if on else Decimal(str(PROMISE)),
        )
        self._said: dict[tuple[int, int, Decimal], Said] = {}

    def about(self, *, payee_id: int, bank_account_id: int, amount: Decimal) -> Said:
        """Return what the engine says of a line; the same line is asked about once."""
        key = (payee_id, bank_account_id, amount)
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = self._ask(*key)
        return said

    def _ask(self, payee_id: int, bank_account_id: int, amount: Decimal) -> Said:
        name = self._names.get(payee_id, "")
        if self._remembered is not None and name not in self._remembered:
            return Said(nothing(payee_id), None, (), is_safe=False)
        line = record.line_of(payee=name, amount=amount, bank_account_id=bank_account_id)
        found = answer(self._engine, line)
        prediction = found.prediction
        account_id = self._known.ids.get(prediction.category or "")
        if account_id not in self._known.usable:
            why = "" if prediction.category else prediction.why
            return Said(nothing(payee_id, why), None, (), is_safe=False)
        alternatives = [
            self._known.ids[title] for title in prediction.alternatives if title in self._known.ids
        ]
        suggestion = Suggestion(
            account_id=account_id,
            payee_id=payee_id,
            source=prediction.source,
            rule_id=None,
            confidence=found.confidence.quantize(_THOUSANDTH),
            reason=prediction.why[:REASON_LENGTH],
            accepts=False,
        )
        usable = tuple(each for each in alternatives if each in self._known.usable)
        return Said(suggestion, found, usable, is_safe=prediction.accept and self.promise_id is not None)
