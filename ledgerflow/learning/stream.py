"""The line protocol of ``ledgerflow classify --stream``: a JSON object in, a JSON object out.

``{"predict": {"id": 1, "date": ..., "amount": "-4.20", "currency": "EUR", "description": "...", "account": "..."}}`` is
answered with category, payee, confidence, accept, source and why; ``{"learn": {..., "category": "..."}}`` with
``{"learned": true}``. A line that says something else is answered with ``{"error": "..."}``, and the next one is read.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ledgerflow.learning.engine import Engine, Guess
from ledgerflow.learning.values import Line

#: So many predictions wait for a person's answer; the oldest are forgotten.
WAITING = 100_000
#: Texts are cut here: no bank writes more, and a wrong line shall not cost a second.
LONGEST_TEXT = 1000
#: Nothing in books is larger.
_LARGEST = Decimal(10) ** 15


class StreamError(ValueError):
    """The line cannot be answered; the sentence says why and what is expected."""


class Stream:
    """One conversation: answers lines, and learns from them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._waiting: OrderedDict[str, tuple[Line, Guess]] = OrderedDict()
        self._number = 0

    def answer(self, raw: bytes) -> str:
        """Return the answer to one line, with its line break; nothing for an empty line."""
        self._number += 1
        if not raw.strip():
            return ""
        asked: Any = None
        try:
            asked = _object(raw)
            answer = self._answered(asked)
        except StreamError as error:
            answer = {"error": f"Line {self._number}: {error}"}
            body = asked.get("predict", asked.get("learn")) if isinstance(asked, dict) else None
            if isinstance(body, dict) and "id" in body:
                answer = {"id": body["id"], **answer}
        return json.dumps(answer, ensure_ascii=True) + "\n"

    def _answered(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        match asked:
            case {"predict": dict() as wanted}:
                return self._predict(wanted)
            case {"learn": dict() as decided}:
                return self._learn(decided)
            case {"categories": list() as categories}:
                return self._begin(categories)
        raise StreamError('it has none of {"predict": {...}}, {"learn": {...}} and {"categories": [...]}.')

    def _begin(self, categories: list[Any]) -> dict[str, Any]:
        names = [each.strip() for each in categories if isinstance(each, str) and each.strip()]
        if len(names) < len(categories):
            raise StreamError('"categories" is a list of names; one of them is empty or no text.')
        self.engine.tell(names)
        return {"categories": len(self.engine.categories)}

    def _predict(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        line = _line(wanted)
        if self.engine.is_refit_due:
            self.engine.refit()
        guess = self.engine.guess(line)
        if (key := _id(wanted)) is not None:
            self._waiting[key] = line, guess
            self._waiting.move_to_end(key)
            if len(self._waiting) > WAITING:
                self._waiting.popitem(last=False)
        said = guess.prediction
        return {
            "id": wanted.get("id"),
            "category": said.category,
            "payee": said.payee,
            "confidence": said.confidence,
            "accept": said.accept,
            "source": said.source,
            "why": said.why,
            "alternatives": list(said.alternatives),
        }

    def _learn(self, decided: Mapping[str, Any]) -> dict[str, Any]:
        category, payee = decided.get("category"), decided.get("payee")
        if not isinstance(category, str) or not category.strip():
            raise StreamError('"learn" needs "category", a name.')
        if payee is not None and not isinstance(payee, str):
            raise StreamError('"payee" is a name or null.')
        line = _line(decided)
        before, guess = self._waiting.pop(_id(decided) or "", (line, None))
        if before != line:  # the same id for another line: what was predicted says nothing about this one
            guess = None
        self.engine.learn(line, category.strip(), payee=(payee or "").strip() or None, guess=guess)
        return {"learned": True}


def _object(raw: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise StreamError("it is no JSON object; write one object a line, in UTF-8.") from error
    if not isinstance(asked, dict):
        raise StreamError("it is no JSON object; write one object a line, in UTF-8.")
    return asked


def _id(said: Mapping[str, Any]) -> str | None:
    found = said.get("id")
    return None if found is None else json.dumps(found, sort_keys=True)


def _line(said: Mapping[str, Any]) -> Line:
    """Read a line; what is not stated is empty, and an amount that is none is refused."""
    texts = {name: said.get(name) for name in ("description", "counterparty", "account")}
    for name, text in texts.items():
        if text is not None and not isinstance(text, str | int):
            raise StreamError(f'"{name}" is a text or null.')
    description, counterparty, account = (
        "" if text is None else str(text)[:LONGEST_TEXT] for text in texts.values()
    )
    return Line(
        text=counterparty if counterparty.strip() else description,
        amount=_amount(said.get("amount")),
        account=account.strip(),
    )


def _amount(said: Any) -> Decimal:
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        raise StreamError('"amount" is a number as a text, such as "-4.20".')
    try:
        amount = Decimal(str(said).strip())
    except InvalidOperation as error:
        raise StreamError('"amount" is a number as a text, such as "-4.20".') from error
    if not amount.is_finite() or abs(amount) > _LARGEST:
        raise StreamError('"amount" is no amount of money.')
    return amount if amount == round(amount, 4) else round(amount, 4)
