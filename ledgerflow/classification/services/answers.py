"""What the engine says of the lines that no rule settles."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.classification import record_selectors as record
from ledgerflow.classification.engine import REASON_LENGTH, SHARED, Suggestion, nothing, shortened
from ledgerflow.classification.models import Stage
from ledgerflow.classification.stages import stages_off
from ledgerflow.learning.engine import Engine
from ledgerflow.learning.promise import PROMISE
from ledgerflow.learning.stored import Answer, Shared, answer, engine_of, newcomer

_THOUSANDTH = Decimal("0.001")
_OTHERS = "other books of this installation with the same chart have"
_ALSO_OTHERS = "What other books of this installation learned counts beside it."
#: Of an account's code and name so much is said beside a payee's name.
_LONGEST_TITLE = 100
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
        off = stages_off(book=book)
        fitted = record.fitted(book=book, known=self._known) if Stage.MODEL not in off else None
        shared = record.shared(book=book) if Stage.SHARED not in off else None
        self.version = _version(fitted, shared)
        decisions = (
            record.decisions_of_payees(
                book=book, payee_ids=payee_ids, known=self._known, through=fitted.through if fitted else None
            )
            if Stage.MEMORY not in off
            else []
        )
        # Memory alone has nothing to say of the others, and a first import has no payee but those.
        self._remembered = {decision.line.text for decision in decisions}
        self._is_fitted = fitted is not None
        self._engine = engine_of(
            categories=self._known.categories,
            decisions=decisions,
            record=record.logged(book=book),
            weights=fitted.weights if fitted else None,
            promise=on[1] if on else Decimal(str(PROMISE)),
            has_memory=Stage.MEMORY not in off,
            shared=shared,
        )
        self._shared = shared
        self._said: dict[tuple[int, int, Decimal], Said] = {}
        self._others: dict[bool, Engine | None] = {}
        self._said_by_others: dict[tuple[int, bool], Said] = {}

    def about(self, *, payee_id: int, bank_account_id: int, amount: Decimal) -> Said:
        """Return what the engine says of a line; the same line is asked about once."""
        key = (payee_id, bank_account_id, amount)
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = self._ask(*key)
        return said

    def _ask(self, payee_id: int, bank_account_id: int, amount: Decimal) -> Said:
        name = self._names.get(payee_id, "")
        if not self._is_fitted and name not in self._remembered:
            return self._ask_others(payee_id, name, is_in=amount > 0)
        line = record.line_of(payee=name, amount=amount, bank_account_id=bank_account_id)
        said = self._made(payee_id, answer(self._engine, line))
        if self._shared is not None and said.answer is not None and name not in self._remembered:
            own = shortened(said.suggestion.reason, most=REASON_LENGTH - len(_ALSO_OTHERS) - 1)
            said = replace(said, suggestion=replace(said.suggestion, reason=f"{own} {_ALSO_OTHERS}"))
        return said

    def _ask_others(self, payee_id: int, name: str, *, is_in: bool) -> Said:
        """Return what other books say of a payee that this one does not know: by name and direction alone."""
        said = self._said_by_others.get((payee_id, is_in))
        if said is None:
            said = Said(nothing(payee_id), None, (), is_safe=False)
            others = self._engine_of_others(is_in=is_in) if name else None
            if others is not None:
                line = record.line_of(payee=name, amount=Decimal(0), bank_account_id=0)
                found = self._made(payee_id, answer(others, line))
                if found.answer is not None:
                    title = found.answer.prediction.category or ""
                    reason = _by_others(name, title)
                    said = replace(
                        found,
                        suggestion=replace(found.suggestion, source=SHARED, reason=reason),
                        is_safe=False,
                    )
            self._said_by_others[payee_id, is_in] = said
        return said

    def _engine_of_others(self, *, is_in: bool) -> Engine | None:
        """Return the engine of what other books learned, for the accounts that money comes in for, or goes out."""
        if self._shared is None:
            return None
        if is_in not in self._others:
            categories = [
                each for each in self._known.categories if (each.title in self._known.incomes) is is_in
            ]
            self._others[is_in] = newcomer(categories=categories, shared=self._shared)
        return self._others[is_in]

    def _made(self, payee_id: int, found: Answer) -> Said:
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
            reason=shortened(prediction.why),
            accepts=False,
        )
        usable = tuple(each for each in alternatives if each in self._known.usable)
        return Said(suggestion, found, usable, is_safe=prediction.accept and self.promise_id is not None)


def _by_others(name: str, title: str) -> str:
    said = f"here; {_OTHERS} {shortened(title, most=_LONGEST_TITLE)} for such names."
    opening = "Nobody has decided about"
    return f"{opening} {shortened(name, most=REASON_LENGTH - len(opening) - len(said) - 2)} {said}"


def _version(fitted: record.Fitted | None, shared: Shared | None) -> str:
    """Return the digits that name all weights that answers are made with; empty for memory alone."""
    digests = [each for each in (fitted and fitted.weights.sha256, shared and shared.sha256) if each]
    if len(digests) > 1:
        digests = [hashlib.sha256("".join(digests).encode()).hexdigest()]
    return digests[0][:VERSION] if digests else ""
