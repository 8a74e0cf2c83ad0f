"""Join movements of one amount that files of different formats word differently. Pure.

A bank names one movement ``CORNER BAKERY BERLIN`` in one export and ``Corner Bakery`` in another. Where two portions
hold the same movements, what is left of an amount on both sides is joined, in this order:

* one text is a cut of the other;
* no other shares more words with either, and where several share as many there are as many on both sides;
* proven balances show that one statement holds all that the other shows;
* a person said that they are the same.

What is left then is kept apart and asked about. Two files of one format word a movement alike, so different texts are
different movements there, unless the balances of both prove the opposite. Pending lines are in no balance.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ledgerflow.statements.likeness import UNLIKE, Kinship, Likeness, likeness
from ledgerflow.statements.portions import Between, Occurrence, Pair, Relation, Slot

#: The texts of more movements of one amount are not compared, because each would be with each.
_MOST_COMPARED = 200

Doubt = tuple[list[Slot], set[Pair]]


@dataclass(slots=True)
class Joined:
    """``into`` says by ``id`` which slot took another in; ``doubts`` are slots that may be one, with whom to ask."""

    into: dict[int, Slot] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)

    def root(self, slot: Slot) -> Slot:
        """Return the slot that the slot's occurrences are in now."""
        while id(slot) in self.into:
            slot = self.into[id(slot)]
        return slot


def join_reworded(slots: Sequence[Slot], between: Between, ids: Mapping[int, set[str]]) -> Joined:
    """Join the slots that are one movement. ``ids`` are, by statement, the bank's identifiers that identify."""
    joined = Joined()
    is_one_kind = all(map(between.is_of_one_kind, between.own))
    if is_one_kind and sum(map(between.is_whole_and_proven, between.spans)) < 2:
        return joined
    one_numbering = {
        pair
        for pair in between.own
        if between.is_of_one_kind(pair) or set.intersection(*(ids[statement] for statement in pair))
    }
    by_amount: dict[Decimal, list[Slot]] = defaultdict(list)
    for slot in slots:
        by_amount[slot.occurrences[0].amount].append(slot)
    for alike in by_amount.values():
        if len(alike) > 1:
            _OneAmount(alike, between, ids, one_numbering, joined).run()
    return joined


def _texts(slot: Slot) -> frozenset[str]:
    return frozenset(shown.text for shown in slot.occurrences)


class _OneAmount:
    """The movements of one amount."""

    def __init__(
        self,
        slots: Sequence[Slot],
        between: Between,
        ids: Mapping[int, set[str]],
        one_numbering: Collection[Pair],
        joined: Joined,
    ) -> None:
        self.slots = [slot for slot in slots if len(slot.statements) < len(between.spans)]
        self.between = between
        self.ids = ids
        self.one_numbering = one_numbering
        self.joined = joined
        self.booked = Counter(
            shown.statement for slot in slots for shown in slot.occurrences if not shown.is_pending
        )

    def run(self) -> None:
        if len(self.slots) > _MOST_COMPARED:
            self._run_uncompared()
            return
        found = [
            (self._likeness(other, slot), other, slot)
            for number, slot in enumerate(self.slots)
            for other in self.slots[:number]
            if self._may_be_one(other, slot)
        ]
        found.sort(key=lambda one: one[0], reverse=True)
        self._join((one, other) for alike, one, other in self._living(found) if alike.kinship is Kinship.CUT)
        found = list(self._living(found))
        while clearest := list(self._clearest(found)):
            self._join(clearest)
        self._join((one, other) for _alike, one, other in self._living(found) if self._is_certain(one, other))
        self.joined.doubts += self._doubts(found)

    def _living(self, found: Iterable[tuple[Likeness, Slot, Slot]]) -> Iterator[tuple[Likeness, Slot, Slot]]:
        """The pairs that are still two and may be one, each once, the most alike first."""
        seen = set()
        for alike, *pair in found:
            one, other = map(self.joined.root, pair)
            if (id(one), id(other)) not in seen and self._may_be_one(one, other):
                seen |= {(id(one), id(other)), (id(other), id(one))}
                yield alike, one, other

    def _join(self, pairs: Iterable[tuple[Slot, Slot]]) -> None:
        """Join the pairs whose portions hold the same movements; what was joined before may have settled others."""
        for pair in pairs:
            one, other = map(self.joined.root, pair)
            if self._may_be_one(one, other) and self._are_contained(one, other):
                for shown in other.occurrences:
                    one.add(shown)
                self.joined.into[id(other)] = one

    def _clearest(self, found: Iterable[tuple[Likeness, Slot, Slot]]) -> Iterator[tuple[Slot, Slot]]:
        """The pairs of which each is as much like the other as like anything else, where it does not matter which."""
        living = [
            (alike, one, other)
            for alike, one, other in self._living(found)
            if alike > UNLIKE and self._are_contained(one, other)
        ]
        best: dict[int, Likeness] = {}
        closest: dict[int, list[Slot]] = defaultdict(list)
        for alike, *pair in living:  # the most alike first
            for slot, partner in (pair, pair[::-1]):
                if best.setdefault(id(slot), alike) == alike:
                    closest[id(slot)].append(partner)
        for alike, one, other in living:
            if best[id(one)] == best[id(other)] == alike:
                of_one, of_other = closest[id(one)], closest[id(other)]
                more = max(of_one, of_other, key=len)
                if len(of_one) == len(of_other) or len({_texts(slot) for slot in more}) == 1:
                    yield one, other

    def _likeness(self, slot: Slot, other: Slot) -> Likeness:
        return max(
            likeness(one.text, another.text) for one in slot.occurrences for another in other.occurrences
        )

    def _pairs(self, slot: Slot, other: Slot) -> Iterator[Pair]:
        for statement in slot.statements:
            for another in other.statements:
                yield frozenset((statement, another))

    def _may_be_one(self, slot: Slot, other: Slot) -> bool:
        """Whether nothing shows that they are two."""
        return (
            slot is not other
            and slot.statements.isdisjoint(other.statements)
            and all(slot.may_be(shown) for shown in other.occurrences)
            and all(
                self.between.relations[pair] is not Relation.DISJOINT
                and (not self.between.is_of_one_kind(pair) or self._proves(pair, slot, other))
                for pair in self._pairs(slot, other)
            )
            and not any(
                self._number_apart(one, another) for one in slot.occurrences for another in other.occurrences
            )
        )

    def _number_apart(self, one: Occurrence, other: Occurrence) -> bool:
        """Whether each has an identifier of its own in one numbering; in two numberings that says nothing."""
        return (
            one.bank_id in self.ids[one.statement]
            and other.bank_id in self.ids[other.statement]
            and frozenset((one.statement, other.statement)) in self.one_numbering
        )

    def _are_contained(self, slot: Slot, other: Slot) -> bool:
        """Whether a portion that shows the one contains, or is contained in, one that shows the other."""
        between = self.between
        return any(
            between.own[pair] is Relation.CONTAINED or between.answers.get(pair)
            for pair in self._pairs(slot, other)
        )

    def _is_certain(self, slot: Slot, other: Slot) -> bool:
        """Whether they are one whatever their texts say: a person said so, or proven balances do."""
        answers = {self.between.answers.get(pair) for pair in self._own_contained(slot, other)}
        return False not in answers and (
            True in answers
            or any(self._proves(pair, slot, other) for pair in self._own_contained(slot, other))
        )

    def _own_contained(self, slot: Slot, other: Slot) -> list[Pair]:
        return [pair for pair in self._pairs(slot, other) if self.between.own[pair] is Relation.CONTAINED]

    def _proves(self, pair: Pair, slot: Slot, other: Slot) -> bool:
        """Whether balances prove that one of the statements holds every booked movement that the other shows."""
        if any(all(shown.is_pending for shown in each.occurrences) for each in (slot, other)):
            return False
        one, another = pair
        whole, other_whole = map(self.between.is_whole_and_proven, (one, another))
        if self.between.is_of_one_kind(pair) and not (whole and other_whole):
            return False
        more = self.booked[one] - self.booked[another]
        return (whole or other_whole) and (not whole or more >= 0) and (not other_whole or more <= 0)

    def _doubts(self, found: Iterable[tuple[Likeness, Slot, Slot]]) -> Iterator[Doubt]:
        for alike, one, other in self._living(found):
            contained = self._own_contained(one, other)
            if contained:
                asked = {pair for pair in contained if pair not in self.between.answers}
                if len(asked) == len(contained):
                    yield [one, other], asked
            elif alike > UNLIKE:
                asked = {
                    pair
                    for pair in self._pairs(one, other)
                    if self.between.relations[pair] is Relation.UNKNOWN
                }
                if asked:
                    yield [one, other], asked

    def _run_uncompared(self) -> None:
        """Join what is certain whatever the texts say; ask about all that is left."""
        for pair in self.between.own:
            first, second = sorted(pair, key=lambda statement: self.between.spans[statement].key)
            of_first = [slot for slot in self._roots() if pair & slot.statements == {first}]
            of_second = [slot for slot in self._roots() if pair & slot.statements == {second}]
            self._join(each for each in zip(of_first, of_second, strict=False) if self._is_certain(*each))
        left = self._roots()
        statements = set().union(*(slot.statements for slot in left))
        asked = {
            pair
            for pair, own in self.between.own.items()
            if own is Relation.CONTAINED
            and pair <= statements
            and pair not in self.between.answers
            and not self.between.is_of_one_kind(pair)
        }
        if asked:
            self.joined.doubts.append((left, asked))

    def _roots(self) -> list[Slot]:
        return [slot for slot in self.slots if self.joined.root(slot) is slot]
