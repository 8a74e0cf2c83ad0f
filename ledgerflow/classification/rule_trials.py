"""What a rule would do before it is saved: which lines, old and new, and where another rule comes first."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet

from ledgerflow.books.models import Book
from ledgerflow.classification.conditions import RuleConditions, banks_of, normal
from ledgerflow.classification.engine import RuleValue, booked_to, searched, why_first
from ledgerflow.classification.models import Classification, Rule, RuleTrial, State
from ledgerflow.classification.searching import Look, needle
from ledgerflow.classification.selectors import latest_line, rule_values, with_tax_line
from ledgerflow.classification.tax_lines import tax_line_label
from ledgerflow.ledger.models import Account

#: Lines that the list shows; the counts are of all.
SHOWN = 100
#: A trial looks at so many lines, the latest, while a person waits; at all of them in a job.
AT_ONCE = 2_000
_AT_A_TIME = 5_000
_DRAFT = 0  # no rule has this id
_BEFORE, _BEHIND = -(2**31), 2**31  # no rule stands there

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
    """Another rule that matches some of the same lines, on how many, and which of both wins and ``why``."""

    sentence: str
    account: str
    lines: int
    wins: bool
    why: str = ""


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

    @property
    def matching(self) -> int:
        """Return how many lines match, of which the first are shown."""
        return self.opened + self.decided


def try_rule(
    *,
    book: Book,
    conditions: RuleConditions,
    account: Account,
    whole_book: bool,
    tax_line: str = "",
    rule_id: int | None = None,
    stage: int = Rule.Stage.USUAL,
    is_first: bool = False,
    is_future: bool = False,
    most: int | None = AT_ONCE,
) -> Trial:
    """Return what the rule would do: a new one, behind others that are as specific or before them, or one as changed.

    Open lines alone, or with ``whole_book`` also what people decided, as a test of the rule; the latest ``most``, or
    all. Of a rule that begins behind the lines of now (``is_future``, or one that is there) no open line of before is
    shown; what people decided still tells how good it is. Nothing is written; two queries, one more for a rule that is
    there, one for a beginning, and one for a search.

    Raises:
        RuleError: the rule cannot look for that.
    """
    conditions = normal(conditions, banks=banks_of(book) if conditions.search else {})
    rules = rule_values(book=book)
    others = [each for each in rules if each.id != rule_id]
    own = Rule.objects.filter(book=book, pk=rule_id).first() if rule_id is not None else None
    position = own.position if own else _BEFORE if is_first else _BEHIND
    draft = _draft(
        conditions,
        account,
        tax_line=tax_line,
        stage=stage,
        position=position,
        number=own.pk if own else _DRAFT,
    )
    begins = own.after_line if own else latest_line(book=book) if is_future else None
    order = {each.id: each.rank() for each in (*others, draft)}
    meeting: Counter[int] = Counter()
    tally = _Tally()
    looked_at, is_cut = 0, False
    for made in _rows(_lines(book, conditions, whole_book=whole_book), most):
        if looked_at == most:
            is_cut = True
            break
        looked_at += 1
        text = searched(made.description, made.counterparty)
        is_before = begins is not None and made.line_id <= begins
        if (is_before and made.decided_by_id is None) or not _matches(draft, text, made):
            continue
        rivals = [each for each in others if each.is_about(made.line_id) and _matches(each, text, made)]
        meeting.update(each.id for each in rivals)
        first = min(rivals, key=lambda each: order[each.id], default=None)
        tally.add(_tried(made, draft, first if first and order[first.id] < order[draft.id] else None))
    return Trial(
        shown=tally.shown(),
        opened=tally.opened,
        changing=tally.changing,
        decided=tally.decided,
        otherwise=tally.otherwise,
        conflicts=tuple(
            _conflict(each, draft, lines=meeting[each.id]) for each in others if meeting[each.id]
        ),
        looked_at=looked_at,
        is_cut=is_cut,
    )


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


def _conflict(other: RuleValue, draft: RuleValue, *, lines: int) -> Conflict:
    wins = other.rank() < draft.rank()
    why = why_first(other, draft) if wins else why_first(draft, other)
    return Conflict(other.sentence(), other.booking, lines, wins, why)


def _draft(
    conditions: RuleConditions, account: Account, *, tax_line: str, stage: int, position: int, number: int
) -> RuleValue:
    condition = conditions.condition()
    value = RuleValue(
        id=number,
        condition=condition,
        account_id=account.pk,
        account=str(account),
        stage=stage,
        position=position,
        needle=needle(condition),
    )
    return with_tax_line(value, account=account, tax_line=tax_line)


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
    tax_line: str


def _matches(rule: RuleValue, text: str, made: _Row) -> bool:
    look = Look(text, made.bank_account_id, made.amount)
    return rule.needle in text and bool(rule.condition.holds(look))


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
        "tax_line",
    )
    for row in rows[: most + 1] if most is not None else rows.iterator(chunk_size=_AT_A_TIME):
        yield _Row(*row)


def _tried(made: _Row, draft: RuleValue, winner: RuleValue | None) -> TriedLine:
    old = "split" if made.is_split else ""
    if made.code is not None:
        old = booked_to(f"{made.code} {made.name}", tax_line_label(made.tax_line) if made.tax_line else "")
    return TriedLine(
        line_id=made.line_id,
        date=made.date,
        text=made.counterparty or made.description,
        amount=made.amount,
        currency=made.currency,
        old=old,
        new=(winner or draft).booking,
        winner=winner.sentence() if winner else "",
        is_decided=made.decided_by_id is not None,
    )
