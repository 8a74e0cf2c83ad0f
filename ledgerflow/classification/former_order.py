"""How rules that were made when the one that stood first won go on as they did. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from ledgerflow.classification.engine import RuleValue
from ledgerflow.classification.searching import Amount, Bank, Look, Money, parts

#: Whether one line may meet both rules, by their places in the list.
_Meet = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class FormerOrder:
    """What keeps the order: rules to be looked at before the others, and rules that may only suggest."""

    first: frozenset[int]
    suggesting: frozenset[int]


def former_order(rules: Sequence[RuleValue], texts: Iterable[str]) -> FormerOrder:
    """Return what keeps rules of one stage in the order in which they stood, where that decides about a line.

    It does where a line may meet two of them: the words of one hold those of the other, or one of the ``texts``, those
    of the book's lines as rules search them, holds both. A rule that stood before a more specific one is looked at
    before the others. Where that is not enough, because both would be, the more specific one at least accepts nothing
    any more that was not its own.
    """
    ordered = sorted(rules, key=lambda rule: (rule.position, rule.id))
    if sorted(ordered, key=RuleValue.rank) == ordered:
        return FormerOrder(frozenset(), frozenset())
    meet = _meeting(ordered, texts)
    # How many times in a row a more specific rule follows one that may take the same lines.
    steps = [0] * len(ordered)
    for at in reversed(range(len(ordered))):
        steps[at] = max(
            (
                steps[below] + (ordered[below].rank() < ordered[at].rank())
                for below in range(at + 1, len(ordered))
                if meet(at, below)
            ),
            default=0,
        )
    ranks = [(step == 0, rule.rank()) for step, rule in zip(steps, ordered, strict=True)]
    return FormerOrder(
        first=frozenset(rule.id for rule, step in zip(ordered, steps, strict=True) if step),
        suggesting=frozenset(
            ordered[below].id
            for at, below in combinations(range(len(ordered)), 2)
            if ordered[below].accepts and ranks[below] < ranks[at] and meet(at, below)
        ),
    )


def _meeting(ordered: Sequence[RuleValue], texts: Iterable[str]) -> _Meet:
    worded = [(at, rule.needle) for at, rule in enumerate(ordered) if rule.needle]
    together: set[tuple[int, int]] = set()
    for text in texts:
        together.update(combinations([at for at, needle in worded if needle in text], 2))

    def meet(at: int, below: int) -> bool:
        one, other = ordered[at], ordered[below]
        is_one_text = one.needle in other.needle or other.needle in one.needle or (at, below) in together
        return is_one_text and not _say_the_same(one, other) and _can_meet(one, other)

    return meet


def _say_the_same(one: RuleValue, other: RuleValue) -> bool:
    return (one.account_id, one.payee_id, one.accepts) == (other.account_id, other.payee_id, other.accepts)


def _can_meet(one: RuleValue, other: RuleValue) -> bool:
    """Whether bank account, sign and size leave a line that meets both."""
    asked = (*parts(one.condition), *parts(other.condition))
    amounts = [each for each in asked if isinstance(each, Amount)]
    banks = {each.id for each in asked if isinstance(each, Bank)}
    directions = {each.direction for each in asked if isinstance(each, Money)}
    if len(banks) > 1 or len(directions) > 1:
        return False
    # Ranges that meet have an end in common.
    return not amounts or any(all(each.holds(Look("", 0, end.size)) for each in amounts) for end in amounts)
