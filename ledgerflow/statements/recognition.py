"""Which movements do several files show of one day on one bank account? A pure function over values.

A file may show what another file showed already. The answer depends only on the set of statements (and on what people
answered), never on the order in which they came.

A movement is known again by the bank's identifier with date and amount, else by date, amount and text, counted: two
equal coffees are two; last where files of two formats word it differently (:mod:`.rewording`).

The part of a day that one statement shows is its *portion*. Between two portions stands one of:

* one contains the other (either is complete, or both begin with the day, or both end with it): what looks alike is the
  same, and the larger count wins;
* they are disjoint (a person said so, or proven balances follow on each other): what looks alike adds up;
* nothing tells. Then what looks alike is kept apart and a person is asked. Nothing is guessed.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from ledgerflow.statements.portions import (
    Answers,
    Between,
    Occurrence,
    Pair,
    Portion,
    Relation,
    Slot,
    cut,
    not_identifying,
)
from ledgerflow.statements.rewording import Doubt, join_reworded

#: By showing (statement and number): formats and layouts of files that show the same movement on another day.
Elsewhere = Mapping[tuple[int, int], Collection[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Contest:
    """Movements of which some may be the same: ``uncertain`` of the ``slots`` wait for a person, the others exist."""

    slots: tuple[Slot, ...]
    uncertain: int


@dataclass(frozen=True, slots=True)
class Day:
    """The movements of a day, those in question, and the pairs of statements to ask about."""

    slots: list[Slot]
    contests: list[Contest]
    questions: set[Pair]


def recognize(
    day: date, portions: Iterable[Portion], answers: Answers, elsewhere: Elsewhere = MappingProxyType({})
) -> Day:
    """Return the movements of the day that the portions show, each with the occurrences that are it.

    Nobody is asked whether two are the same of which one is ``elsewhere``: files of the other's kind show it on another
    day.
    """
    ordered = sorted(
        portions, key=lambda portion: (cut(portion.span, day), -len(portion.occurrences), portion.span.key)
    )
    if len(ordered) == 1:
        return Day([Slot([shown], {shown.statement}) for shown in ordered[0].occurrences], [], set())
    return _Recognition(day, ordered, answers, elsewhere).run()


class _Recognition:
    """One day's work: identifiers first, then texts, portion by portion, the most complete and largest first."""

    def __init__(
        self, day: date, portions: Sequence[Portion], answers: Answers, elsewhere: Elsewhere
    ) -> None:
        self.portions = portions
        self.elsewhere = elsewhere
        self.between = Between(day, portions, answers)
        self.relations = self.between.relations
        self.not_ids = not_identifying(portions, self.relations)
        self.slots: list[Slot] = []
        self.by_text: dict[tuple[Decimal, str], list[Slot]] = defaultdict(list)
        self.doubts: list[Doubt] = []

    def run(self) -> Day:
        self._place_identified()
        for portion in self.portions:
            self._place_by_text(portion)
        ids = {
            portion.span.statement: {
                shown.bank_id for shown in portion.occurrences if shown.bank_id and self._is_identified(shown)
            }
            for portion in self.portions
        }
        joined = join_reworded(self.slots, self.between, ids)
        doubts = [
            ({id(root): root for root in map(joined.root, slots)}, asked)
            for slots, asked in (*self.doubts, *joined.doubts)
        ]
        if self.elsewhere:
            doubts = [doubt for doubt in doubts if not self._is_settled_elsewhere(list(doubt[0].values()))]
        return Day(
            [slot for slot in self.slots if joined.root(slot) is slot],
            list(_contests(slots.values() for slots, _asked in doubts if len(slots) > 1)),
            {pair for slots, asked in doubts if len(slots) > 1 for pair in asked},
        )

    def _is_settled_elsewhere(self, slots: Sequence[Slot]) -> bool:
        """Whether one of two movements is shown on another day by files like those that show the other."""
        return len(slots) == 2 and any(
            kind == span.kind and len({layout, span.layout} - {""}) < 2
            for one, other in (slots, slots[::-1])
            for shown in one.occurrences
            for kind, layout in self.elsewhere.get((shown.statement, shown.no), ())
            for span in (self.between.spans[statement] for statement in other.statements)
        )

    def _is_identified(self, shown: Occurrence) -> bool:
        return shown.bank_id is not None and shown.bank_id not in self.not_ids

    def _place_identified(self) -> None:
        """Movements with the same identifier and amount are the same, whatever their texts."""
        by_id: dict[tuple[str, Decimal], list[Slot]] = defaultdict(list)
        for shown in sorted(
            (
                shown
                for portion in self.portions
                for shown in portion.occurrences
                if self._is_identified(shown)
            ),
            key=lambda shown: (shown.bank_id or "", shown.amount, shown.text),
        ):
            same = by_id[shown.bank_id or "", shown.amount]
            slot = next((slot for slot in same if slot.may_be(shown)), None)
            if slot is None:
                slot = Slot()
                same.append(slot)
                self.slots.append(slot)
            alike = self.by_text[shown.amount, shown.text]
            if not alike or alike[-1] is not slot:
                alike.append(slot)
            slot.add(shown)

    def _place_by_text(self, portion: Portion) -> None:
        unidentified = defaultdict(list)
        for shown in portion.occurrences:
            if not self._is_identified(shown):
                unidentified[shown.amount, shown.text].append(shown)
        for alike, occurrences in unidentified.items():
            self._place_alike(portion.span.statement, self.by_text[alike], sorted(occurrences))

    def _place_alike(self, statement: int, slots: list[Slot], occurrences: Sequence[Occurrence]) -> None:
        """Let the occurrences be the movements they may be, in order; what is left over are movements of their own."""
        free, doubtful = deque[Slot](), []
        for slot in slots:
            if statement in slot.statements:
                continue
            relations = {self.relations[frozenset((statement, other))] for other in slot.statements}
            if Relation.DISJOINT in relations:
                continue
            if Relation.CONTAINED in relations:
                free.append(slot)
            else:
                doubtful.append(slot)
        own = []
        for shown in occurrences:
            at = next((at for at, slot in enumerate(free) if slot.may_be(shown)), None)
            if at is None:
                own.append(Slot([shown], {statement}))
            else:
                free[at].add(shown)
                del free[at]
        self.slots += own
        slots += own
        doubtful = [slot for slot in doubtful if any(slot.may_be(one.occurrences[0]) for one in own)]
        if doubtful:
            asked = {frozenset((statement, other.occurrences[0].statement)) for other in doubtful}
            self.doubts.append(([*own, *doubtful], asked))


def _contests(doubts: Iterable[Iterable[Slot]]) -> Iterator[Contest]:
    """Join doubts about the same slots into contests; what one statement alone shows of one exists for certain."""
    groups: dict[int, dict[int, Slot]] = {}
    for doubt in doubts:
        joined = {id(slot): slot for slot in doubt}
        for group in {id(groups[slot]): groups[slot] for slot in joined if slot in groups}.values():
            joined |= group
        for slot in joined:
            groups[slot] = joined
    for group in {id(group): group for group in groups.values()}.values():
        shown = Counter(statement for slot in group.values() for statement in slot.statements)
        yield Contest(tuple(group.values()), len(group) - max(shown.values()))
