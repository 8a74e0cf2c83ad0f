"""What a rule would do before it is saved: which lines, old and new, and where another rule comes first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import RuleValue, candidates, first_match, folded, searched
from ledgerflow.classification.models import Classification, Rule, RuleTrial, State
from ledgerflow.classification.selectors import RuleConditions, rule_values
from ledgerflow.ledger.models import Account

#: Lines that the list shows; the counts are of all.
SHOWN = 100
#: A trial looks at so many lines, the latest, while a person waits; at all of them in a job.
AT_ONCE = 2_000
_AT_A_TIME = 5_000
_DRAFT = 0  # no rule has this id

_OPEN = Q(state=State.OPEN, decided_by__isnull=True)
# What a machine accepted says nothing of what people think, and a line that somebody sent back is not decided.
_DECIDED = Q(state__in=(State.ACCEPTED, State.POSTED), decided_by__isnull=False)


@dataclass(frozen=True, slots=True)
class TriedLine:
    """A line that the rule matches: what it is booked or proposed as now, and what it would be.

    ``winner`` says which other rule comes first and takes it; ``is_decided`` that a person decided, which stays.
    """

    line_id: int
    date: date
    text: str
    amount: Decimal
    currency: str
    old: str
    new: str
    winner: str
    is_decided: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Another rule that matches some of the same lines, on how many, and which of both wins and why."""

    sentence: str
    account: str
    lines: int
    wins: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """The lines that a rule matches: open ones and how many change, decided ones and how many people see otherwise.

    Where it ``is_cut``, only the latest ``looked_at`` lines were looked at.
    """

    shown: tuple[TriedLine, ...]
    opened: int
    changing: int
    decided: int
    otherwise: int
    conflicts: tuple[Conflict, ...]
    looked_at: int
    is_cut: bool


def try_rule(
    *,
    book: Book,
    conditions: RuleConditions,
    account: Account,
    whole_book: bool,
    rule_id: int | None = None,
    is_first: bool = False,
    most: int | None = AT_ONCE,
) -> Trial:
    """Return what the rule would do: a new one behind the others (or before them), or ``rule_id`` as changed.

    Open lines alone, or with ``whole_book`` also what people decided, as a test of the rule; the latest ``most``, or
    all. Nothing is written; two queries, and two more for a rule that is there.
    """
    rules = rule_values(book=book)
    place = 0 if is_first else _place(book, rules, rule_id)
    draft = _draft(conditions, account)
    others = [each for each in rules if each.id != rule_id]
    order = {each.id: number for number, each in enumerate([*others[:place], draft, *others[place:]])}
    meeting: Counter[int] = Counter()
    tally = _Tally()
    looked_at, is_cut = 0, False
    for made in _rows(_lines(book, conditions, whole_book=whole_book), most):
        if looked_at == most:
            is_cut = True
            break
        looked_at += 1
        text = searched(made.description, made.counterparty)
        if not _matches(draft, text, made):
            continue
        rivals = [each for each in others if _matches(each, text, made)]
        meeting.update(each.id for each in rivals)
        first = min(rivals, key=lambda each: order[each.id], default=None)
        tally.add(_tried(made, draft, first if first and order[first.id] < order[_DRAFT] else None))
    return Trial(
        shown=tally.shown(),
        opened=tally.opened,
        changing=tally.changing,
        decided=tally.decided,
        otherwise=tally.otherwise,
        conflicts=tuple(
            Conflict(each.sentence(), each.account, meeting[each.id], order[each.id] < order[_DRAFT])
            for each in others
            if meeting[each.id]
        ),
        looked_at=looked_at,
        is_cut=is_cut,
    )


def _place(book: Book, rules: Sequence[RuleValue], rule_id: int | None) -> int:
    """Return before which of the active rules the rule stands: a new one behind all, one switched off where it was."""
    own = Rule.objects.filter(book=book, pk=rule_id).first() if rule_id is not None else None
    if own is None:
        return len(rules)
    earlier = Q(position__lt=own.position) | Q(position=own.position, pk__lt=own.pk)
    before = set(Rule.objects.filter(earlier, book=book).values_list("pk", flat=True))
    return sum(each.id in before for each in rules)


def trial_of(kept: RuleTrial) -> Trial | None:
    """Return what came out of a trial by a job, as :func:`try_rule` does; nothing while there is nothing."""
    if kept.found is None:
        return None
    lines = (
        {**line, "date": date.fromisoformat(line["date"]), "amount": Decimal(line["amount"])}
        for line in kept.found["shown"]
    )
    return Trial(
        **{
            **kept.found,
            "shown": tuple(TriedLine(**line) for line in lines),
            "conflicts": tuple(Conflict(**each) for each in kept.found["conflicts"]),
        }
    )


def is_small(*, book: Book, conditions: RuleConditions) -> bool:
    """Whether the whole book can be tried while a person waits; one query."""
    return len(_lines(book, conditions, whole_book=True).values_list("pk")[: AT_ONCE + 1]) <= AT_ONCE


@dataclass(slots=True)
class _Tally:
    """Counts of lines, and the first few of each kind: a book has more lines than are kept at once."""

    opened: int = 0
    changing: int = 0
    decided: int = 0
    otherwise: int = 0
    _changing: list[TriedLine] = field(default_factory=list)
    _otherwise: list[TriedLine] = field(default_factory=list)
    _same: list[TriedLine] = field(default_factory=list)

    def add(self, line: TriedLine) -> None:
        """Count a line."""
        is_other = line.old != line.new
        if line.is_decided:
            self.decided += 1
            self.otherwise += is_other
        else:
            self.opened += 1
            self.changing += is_other
        kept = self._same if not is_other else self._otherwise if line.is_decided else self._changing
        if len(kept) < SHOWN:
            kept.append(line)

    def shown(self) -> tuple[TriedLine, ...]:
        """Return what changes first, then where people see otherwise, then the rest."""
        return tuple([*self._changing, *self._otherwise, *self._same][:SHOWN])


def _draft(conditions: RuleConditions, account: Account) -> RuleValue:
    bank = conditions.bank_account
    return RuleValue(
        id=_DRAFT,
        text=folded(conditions.text),
        direction=conditions.direction,
        least=conditions.least,
        most=conditions.most,
        bank_account_id=bank.pk if bank else None,
        account_id=account.pk,
        account=str(account),
        payee_id=None,
        accepts=False,
    )


class _Row(NamedTuple):
    line_id: int
    bank_account_id: int
    description: str
    counterparty: str | None
    amount: Decimal
    date: date
    currency: str
    decided_by_id: int | None
    is_split: bool
    code: str | None
    name: str | None


def _matches(rule: RuleValue, text: str, made: _Row) -> bool:
    found = candidates([rule], text=text, bank_account_id=made.bank_account_id)
    return bool(found) and first_match(found, made.amount) is not None


def _lines(book: Book, conditions: RuleConditions, *, whole_book: bool) -> QuerySet[Classification]:
    lines = Classification.objects.filter(_OPEN | _DECIDED if whole_book else _OPEN, book=book)
    if conditions.bank_account is not None:
        lines = lines.filter(line__bank_account=conditions.bank_account)
    return lines.order_by("-line_id")


def _rows(lines: QuerySet[Classification], most: int | None) -> Iterator[_Row]:
    """Yield the lines, one more than are looked at; values only, because there are many."""
    rows = lines.values_list(
        "line_id",
        "line__bank_account_id",
        "line__description",
        "line__counterparty",
        "line__amount",
        "line__date",
        "line__currency",
        "decided_by_id",
        "is_split",
        "account__code",
        "account__name",
    )
    for row in rows[: most + 1] if most is not None else rows.iterator(chunk_size=_AT_A_TIME):
        yield _Row(*row)


def _tried(made: _Row, draft: RuleValue, winner: RuleValue | None) -> TriedLine:
    old = "split" if made.is_split else f"{made.code} {made.name}" if made.code is not None else ""
    return TriedLine(
        line_id=made.line_id,
        date=made.date,
        text=made.counterparty or made.description,
        amount=made.amount,
        currency=made.currency,
        old=old,
        new=winner.account if winner else draft.account,
        winner=winner.sentence() if winner else "",
        is_decided=made.decided_by_id is not None,
    )
