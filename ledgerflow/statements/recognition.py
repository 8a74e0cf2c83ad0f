"""Which movements do several files show of one day on one bank account? A pure function over values.

A file may show what another file showed already. The answer depends only on the set of statements (and on what people
answered), never on the order in which they came.

A movement is known again by the bank's identifier with date and amount, else by date, amount and text, counted: two
equal coffees are two. The part of a day that one statement shows is its *portion*. Between two portions stands one of:

* one contains the other (either is complete, or both begin with the day, or both end with it): what looks alike is the
  same, and the larger count wins;
* they are disjoint (a person said so, or proven balances follow on each other): what looks alike adds up;
* nothing tells. Then what looks alike is kept apart and a person is asked. Nothing is guessed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from typing import NamedTuple

_WORD = re.compile(r"\w+")


class Occurrence(NamedTuple):
    """A line of a statement: the day is that of the portion; ``text`` is a :func:`text_key`."""

    statement: int
    no: int
    amount: Decimal
    text: str
    bank_id: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """What a statement says about its beginning and end, which tells where it cuts a day in the middle.

    ``key`` orders statements alike wherever and whenever they were imported, so it holds no database id.
    """

    statement: int
    key: tuple[str, int]
    first_date: date | None
    last_date: date | None
    complete_from: date | None = None
    complete_to: date | None = None
    opening_balance: Decimal | None = None
    closing_balance: Decimal | None = None
    is_proven: bool = False

    def cut_at_start(self, day: date) -> bool:
        """Whether movements of the day may be missing before those shown."""
        return day == self.first_date and (self.complete_from is None or self.complete_from > day)

    def cut_at_end(self, day: date) -> bool:
        """Whether movements of the day may be missing after those shown."""
        return day == self.last_date and (self.complete_to is None or self.complete_to < day)

    def ends_where_begins(self, other: "Span", day: date) -> bool:
        """Whether proven balances show that the other statement goes on where this one ends, on that day."""
        return (
            self.is_proven
            and other.is_proven
            and self.last_date == day == other.first_date
            and self.closing_balance is not None
            and self.closing_balance == other.opening_balance
            and self.closing_balance not in (self.opening_balance, other.closing_balance)
        )


@dataclass(frozen=True, slots=True)
class Portion:
    """What one statement shows of the day."""

    span: Span
    occurrences: Sequence[Occurrence]


Pair = frozenset[int]
#: What people answered about two statements on the day: whether what looks alike is the same.
Answers = Mapping[Pair, bool]


@dataclass(slots=True, eq=False)
class Slot:
    """One movement: the occurrences that are it, at most one of each statement."""

    occurrences: list[Occurrence] = field(default_factory=list)
    statements: set[int] = field(default_factory=set)

    def add(self, occurrence: Occurrence) -> None:
        """Say that this occurrence is the movement."""
        self.occurrences.append(occurrence)
        self.statements.add(occurrence.statement)


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


def text_key(*words: str | None) -> str:
    """Return what is compared of a line's texts: its words, without case, order, spaces and punctuation.

    Banks move words between fields and pad them differently from one export to the next.
    """
    return " ".join(sorted(set(_WORD.findall(" ".join(word for word in words if word).casefold()))))


def recognize(day: date, portions: Iterable[Portion], answers: Answers) -> Day:
    """Return the movements of the day that the portions show, each with the occurrences that are it."""
    ordered = sorted(
        portions, key=lambda portion: (_cut(portion.span, day), -len(portion.occurrences), portion.span.key)
    )
    if len(ordered) == 1:
        return Day([Slot([shown], {shown.statement}) for shown in ordered[0].occurrences], [], set())
    return _Recognition(day, ordered, answers).run()


def _cut(span: Span, day: date) -> tuple[bool, bool]:
    return (span.cut_at_start(day), span.cut_at_end(day))


class _Relation(Enum):
    CONTAINED = auto()
    DISJOINT = auto()
    UNKNOWN = auto()


class _Recognition:
    """One day's work: identifiers first, then texts, portion by portion, the most complete and largest first."""

    def __init__(self, day: date, portions: Sequence[Portion], answers: Answers) -> None:
        self.day = day
        self.portions = portions
        self.relations = _relations(day, portions, answers)
        self.not_ids = _not_identifying(portions, self.relations)
        self.slots: list[Slot] = []
        self.by_text: dict[tuple[Decimal, str], list[Slot]] = defaultdict(list)
        self.questions: set[Pair] = set()
        self.doubts: list[list[Slot]] = []

    def run(self) -> Day:
        self._place_identified()
        for portion in self.portions:
            self._place_by_text(portion)
        return Day(self.slots, list(_contests(self.doubts)), self.questions)

    def _is_identified(self, shown: Occurrence) -> bool:
        return shown.bank_id is not None and shown.bank_id not in self.not_ids

    def _place_identified(self) -> None:
        """Movements with the same identifier and amount are the same, whatever their texts."""
        by_id: dict[tuple[str, Decimal], Slot] = {}
        for shown in sorted(
            (
                shown
                for portion in self.portions
                for shown in portion.occurrences
                if self._is_identified(shown)
            ),
            key=lambda shown: (shown.bank_id or "", shown.amount, shown.text),
        ):
            identity = (shown.bank_id or "", shown.amount)
            slot = by_id.get(identity)
            if slot is None:
                slot = by_id[identity] = Slot()
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
        free, doubtful = [], []
        for slot in slots:
            if statement in slot.statements:
                continue
            relations = {self.relations[frozenset((statement, other))] for other in slot.statements}
            if _Relation.DISJOINT in relations:
                continue
            if _Relation.CONTAINED in relations:
                free.append(slot)
            else:
                doubtful.append(slot)
        for slot, shown in zip(free, occurrences, strict=False):
            slot.add(shown)
        own = [Slot([shown], {statement}) for shown in occurrences[len(free) :]]
        self.slots += own
        slots += own
        if own and doubtful:
            self.doubts.append([*own, *doubtful])
            self.questions |= {frozenset((statement, other.occurrences[0].statement)) for other in doubtful}


def _relations(day: date, portions: Sequence[Portion], answers: Answers) -> dict[Pair, _Relation]:
    some_complete = any(_cut(portion.span, day) == (False, False) for portion in portions)
    return {
        frozenset((one.span.statement, other.span.statement)): _relation(
            day, one, other, answers, some_complete
        )
        for number, one in enumerate(portions)
        for other in portions[:number]
    }


def _relation(day: date, one: Portion, other: Portion, answers: Answers, some_complete: bool) -> _Relation:
    answer = answers.get(frozenset((one.span.statement, other.span.statement)))
    if answer is not None:
        return _Relation.CONTAINED if answer else _Relation.DISJOINT
    # A complete portion, even a third one, holds all there is: nothing is left to ask.
    if (
        some_complete
        or _cut(one.span, day) == _cut(other.span, day) != (True, True)
        or _are_twins(one, other)
    ):
        return _Relation.CONTAINED
    if one.span.ends_where_begins(other.span, day) or other.span.ends_where_begins(one.span, day):
        return _Relation.DISJOINT
    return _Relation.UNKNOWN


def _are_twins(one: Portion, other: Portion) -> bool:
    """Whether both statements have this day only and show the same: the same statement, downloaded again.

    A file without identifiers is also the same as one with them.
    """
    if any(portion.span.first_date != portion.span.last_date for portion in (one, other)):
        return False
    by_id = all(any(shown.bank_id for shown in portion.occurrences) for portion in (one, other))
    return _shows(one, by_id=by_id) == _shows(other, by_id=by_id)


def _shows(portion: Portion, *, by_id: bool) -> Counter[tuple[Decimal, str, str | None]]:
    return Counter(
        (shown.amount, shown.text, shown.bank_id if by_id else None) for shown in portion.occurrences
    )


def _not_identifying(portions: Sequence[Portion], relations: Mapping[Pair, _Relation]) -> Collection[str]:
    """The identifiers of the day that are none: used twice by one statement, or made anew for each download.

    They are made anew when one portion contains the other, all lines of both have identifiers and look alike, and yet
    not one identifier is shared.
    """
    used = [Counter(shown.bank_id for shown in portion.occurrences if shown.bank_id) for portion in portions]
    twice = {bank_id for counted in used for bank_id, count in counted.items() if count > 1}
    texts = [Counter((shown.amount, shown.text) for shown in portion.occurrences) for portion in portions]
    whole = [all(shown.bank_id for shown in portion.occurrences) for portion in portions]
    for number, one in enumerate(portions):
        for before, other in enumerate(portions[:number]):
            if (
                whole[number]
                and whole[before]
                and relations[frozenset((one.span.statement, other.span.statement))] is _Relation.CONTAINED
                and used[number].keys().isdisjoint(used[before])
                and (texts[number] <= texts[before] or texts[before] <= texts[number])
            ):
                return {bank_id for counted in used for bank_id in counted}
    return twice


def _contests(doubts: Iterable[Sequence[Slot]]) -> Iterator[Contest]:
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
