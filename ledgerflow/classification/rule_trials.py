"""What a rule would do before it is saved: which lines, old and new, and where another rule comes first."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import RuleValue, candidates, first_match, folded
from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.selectors import RuleConditions, rule_values
from ledgerflow.ledger.models import Account

#: Lines that the list shows; the counts are of all.
SHOWN = 100
#: A trial looks at the latest so many lines of the book.
LOOKED_AT = 100_000
_DRAFT = 0  # no rule has this id


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
    """The lines that a rule matches: open ones and how many change, decided ones and how many people see otherwise."""

    shown: tuple[TriedLine, ...]
    opened: int
    changing: int
    decided: int
    otherwise: int
    conflicts: tuple[Conflict, ...]
    is_cut: bool


def try_rule(
    *,
    book: Book,
    conditions: RuleConditions,
    account: Account,
    whole_book: bool,
    rule_id: int | None = None,
    is_first: bool = False,
) -> Trial:
    """Return what the rule would do: a new one behind the others (or before them), or ``rule_id`` as changed.

    Open lines alone, or with ``whole_book`` also what people decided, as a test of the rule. Nothing is written; two
    queries.
    """
    rules = rule_values(book=book)
    place = next((place for place, each in enumerate(rules) if each.id == rule_id), len(rules))
    place = 0 if is_first else place
    draft = _draft(conditions, account)
    others = [each for each in rules if each.id != rule_id]
    order = {each.id: number for number, each in enumerate([*others[:place], draft, *others[place:]])}
    lines: list[TriedLine] = []
    meeting: Counter[int] = Counter()
    rows = _rows(book, conditions, whole_book=whole_book)
    for made in rows[:LOOKED_AT]:
        text = folded(made.description, made.counterparty)
        if not _matches(draft, text, made):
            continue
        rivals = [each for each in others if _matches(each, text, made)]
        meeting.update(each.id for each in rivals)
        first = min(rivals, key=lambda each: order[each.id], default=None)
        lines.append(_tried(made, draft, first if first and order[first.id] < order[_DRAFT] else None))
    opened = [line for line in lines if not line.is_decided]
    decided = [line for line in lines if line.is_decided]
    changing = [line for line in opened if line.old != line.new]
    otherwise = [line for line in decided if line.old != line.new]
    first_shown = [*changing, *otherwise, *(line for line in lines if line.old == line.new)]
    return Trial(
        shown=tuple(first_shown[:SHOWN]),
        opened=len(opened),
        changing=len(changing),
        decided=len(decided),
        otherwise=len(otherwise),
        conflicts=tuple(
            Conflict(each.sentence(), each.account, meeting[each.id], order[each.id] < order[_DRAFT])
            for each in others
            if meeting[each.id]
        ),
        is_cut=len(rows) > LOOKED_AT,
    )


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
    state: str
    decided_by_id: int | None
    is_split: bool
    code: str | None
    name: str | None


def _matches(rule: RuleValue, text: str, made: _Row) -> bool:
    found = candidates([rule], text=text, bank_account_id=made.bank_account_id)
    return bool(found) and first_match(found, made.amount) is not None


def _rows(book: Book, conditions: RuleConditions, *, whole_book: bool) -> list[_Row]:
    """Return the latest lines, one more than are looked at; values only, because there are many."""
    lines = Classification.objects.filter(book=book)
    if conditions.bank_account is not None:
        lines = lines.filter(line__bank_account=conditions.bank_account)
    if whole_book:
        lines = lines.exclude(state__in=(State.EXCLUDED, State.MATCHED))
    else:
        lines = lines.filter(state=State.OPEN, decided_by__isnull=True)
    rows = lines.order_by("-line_id").values_list(
        "line_id",
        "line__bank_account_id",
        "line__description",
        "line__counterparty",
        "line__amount",
        "line__date",
        "line__currency",
        "state",
        "decided_by_id",
        "is_split",
        "account__code",
        "account__name",
    )
    return [_Row(*row) for row in rows[: LOOKED_AT + 1]]


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
        is_decided=made.state != State.OPEN or made.decided_by_id is not None,
    )
