"""What people, rules, the promise and what was learned did to a bank line: who, when, old and new."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, TextField
from django.db.models.functions import Cast

from ledgerflow.books.models import Book
from ledgerflow.classification.models import ChangedLine, Classification, Prediction, Rule, Source, State, Tag
from ledgerflow.core.money import format_money
from ledgerflow.ledger.models import Account
from ledgerflow.payees.models import Payee

#: So many changes of a line are told, the latest ones.
LATEST = 30
_FACTS = ("state", "account", "payee", "tax_line", "business_share", "note", "tags")
_GONE = "one that is gone"
_LEARNED = {
    Source.MATCHED.value: "A receipt, and what was learned of its seller",
    Source.MEMORY.value: "What was decided before",
    Source.MODEL.value: "The model",
    Source.SHARED.value: "What other books learned",
}
_LABELS = {"tax_line": "Tax line", "business_share": "Business share"}


@dataclass(frozen=True, slots=True)
class ToldFact:
    """One thing about a line that a change made another, in words."""

    about: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A change of a line, or what was proposed for it; ``undone_at`` where it was taken back since.

    When a rule took the line is not kept, so that ``at`` is empty; its place among the others says before what.
    """

    at: datetime | None
    who: str
    act: str
    undone_at: datetime | None
    facts: tuple[ToldFact, ...]


def changes_of_line(*, book: Book, line_id: int, currency: str) -> list[ToldChange]:
    """Return the latest changes of the line, the latest first, and what proposed or accepted it.

    At most seven queries.
    """
    rows = (
        ChangedLine.objects.filter(book=book, line=line_id)
        .select_related("change__made_by")
        .annotate(old=Cast(F("before"), TextField()), new=Cast(F("after"), TextField()))
        .defer("before", "after")
        .order_by("-change")[:LATEST]
    )
    kept = [(row.change, _read(row.old), _read(row.new)) for row in rows]
    now = Classification.objects.filter(book=book, line=line_id).values(
        "rule", "state", "decided_by", "account"
    )
    told = _Names(book, currency, [*(side for _, *sides in kept for side in sides), *now])
    changes = [told.by_rule(side) for side in now]
    for change, old, new in kept:
        changes.append(
            ToldChange(
                at=change.made_at,
                who=str(change.made_by),
                act=change.get_act_display(),
                undone_at=change.undone_at,
                facts=tuple(told.facts(old, new)),
            )
        )
        if (before := told.by_rule(old)) != told.by_rule(new):  # a note leaves what the rule did
            changes.append(before)
    return _with_predictions([each for each in changes if each], _predicted(book, line_id))


def _predicted(book: Book, line_id: int) -> list[ToldChange]:
    """Return what was learned said of the line, the latest first; what another answer replaced goes after a while."""
    said = Prediction.objects.filter(book=book, line=line_id).select_related("account", "promise")
    return [
        ToldChange(
            at=each.predicted_at,
            who=_LEARNED.get(each.source, each.source),
            act=_act_of(each),
            undone_at=None,
            facts=(
                ToldFact("Account", "", str(each.account)),
                ToldFact("Confidence", "", f"{each.confidence:.0%}"),
            ),
        )
        for each in said.order_by("-pk")[:LATEST]
    ]


def _act_of(said: Prediction) -> str:
    if said.promise is None:
        return "suggested"
    if said.is_sampled:
        return "suggested, and drawn to be looked at"
    return f"accepted without a person, under the promise of {said.promise}"


def _with_predictions(changes: list[ToldChange], predicted: list[ToldChange]) -> list[ToldChange]:
    """Put what was learned among the changes by time; what has none stays behind what stands before it."""
    merged: list[ToldChange] = []
    for change in changes:
        while predicted and change.at is not None and (at := predicted[0].at) and at > change.at:
            merged.append(predicted.pop(0))
        merged.append(change)
    return [*merged, *predicted]


def _read(text: str) -> dict[str, Any]:
    """Read what was kept, numbers with a point as decimals."""
    found: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return found


class _Names:
    """What the ids that a line's changes name are called."""

    def __init__(self, book: Book, currency: str, sides: Iterable[Mapping[str, Any]]) -> None:
        told = list(sides)
        parts = [part for side in told for part in side.get("parts") or ()]
        accounts = {side["account"] for side in (*told, *parts) if side.get("account") is not None}
        rules = {side["rule"] for side in told if side.get("rule") is not None}
        payees = {side["payee"] for side in told if side.get("payee") is not None}
        tags = {tag for side in told for tag in side.get("tags", ())}
        self._currency = currency
        self._accounts = _named(Account.objects.filter(book=book), accounts)
        self._payees = _named(Payee.objects.filter(book=book), payees)
        self._rules = _named(Rule.objects.filter(book=book), rules)
        self._tags = _named(Tag.objects.filter(book=book), tags)

    def by_rule(self, side: Mapping[str, Any]) -> ToldChange | None:
        """Say what a rule had done where the line names one that nobody decided about."""
        if side.get("rule") is None or side.get("decided_by") is not None:
            return None
        is_accepted = side.get("state") in {State.ACCEPTED, State.POSTED}
        return ToldChange(
            at=None,
            who=f"The rule “{self._rules.get(side['rule'], _GONE)}”",
            act="accepted without a person" if is_accepted else "suggested",
            undone_at=None,
            facts=(ToldFact("Account", "", self._said("account", side)),),
        )

    def facts(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[ToldFact]:
        for fact in _FACTS:
            was, became = self._said(fact, old), self._said(fact, new)
            if was != became:
                yield ToldFact(_LABELS.get(fact, fact.capitalize()), was, became)

    def _said(self, fact: str, side: Mapping[str, Any]) -> str:
        value = side.get(fact)
        if fact == "account" and side.get("parts"):
            return "; ".join(self._part(part) for part in side["parts"])
        if value in (None, "", []):
            return ""
        match fact:
            case "state":
                said = str(State(value).label).lower()
            case "business_share":
                said = f"{Decimal(value).normalize():f} %"
            case "tags":
                said = " ".join(f"#{self._tags.get(tag, '?')}" for tag in value)
            case "account":
                said = self._accounts.get(value, _GONE)
            case "payee":
                said = self._payees.get(value, _GONE)
            case _:
                said = str(value)
        return said

    def _part(self, part: Mapping[str, Any]) -> str:
        account = self._accounts.get(part["account"], _GONE)
        own = f", tax line {part['tax_line']}" if part.get("tax_line") else ""
        return f"{account} {format_money(Decimal(part['amount']), self._currency)}{own}"


def _named(found: Any, ids: set[int]) -> dict[int, str]:
    return {pk: str(each) for pk, each in found.in_bulk(ids).items()} if ids else {}
