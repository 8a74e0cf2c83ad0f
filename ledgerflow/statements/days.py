"""Lay recognized movements over the lines that are there: a line keeps its id as long as some file shows it. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledgerflow.statements.portions import Answers, Occurrence, Pair, Portion, Slot, Span
from ledgerflow.statements.recognition import Contest, Elsewhere, recognize

#: What a richer file adds to a line; never a date or an amount.
_ADDED = ("counterparty", "reference", "bank_id")
#: The days that a file may state of a movement beside the one by which it dates it.
OTHER_DAYS = ("value_date", "booking_date", "transaction_date")


class Words(NamedTuple):
    """What a file says about a movement besides date and amount."""

    description: str
    counterparty: str | None
    reference: str | None
    bank_id: str | None
    value_date: date | None
    original_amount: Decimal | None = None
    original_currency: str | None = None
    rate: Decimal | None = None
    booking_date: date | None = None
    transaction_date: date | None = None

    def enriched(self, others: Iterable["Words"]) -> "Words":
        """Return these words with what they leave unsaid and another file says, the first that does."""
        words = self
        for other in others:
            added = {
                name: getattr(other, name)
                for name in _ADDED
                if not getattr(words, name) and getattr(other, name)
            }
            words = words._replace(**added) if added else words
        return words

    def where_not(self, line: "Words") -> dict[str, str | None] | None:
        """Return what these words say where the line says something else, as JSON values; None where they are equal."""
        if self == line:
            return None
        return {
            name: said.isoformat() if isinstance(said, date) else said if said is None else str(said)
            for name, said, kept in zip(self._fields, self, line, strict=True)
            if said != kept
        }

    @classmethod
    def restored(cls, line: "Words", differs: Mapping[str, str | None]) -> "Words":
        """Return what a sighting says: the line's words and where it differs."""
        said = line._asdict() | dict(differs)
        for name in OTHER_DAYS:
            said[name] = date.fromisoformat(said[name]) if isinstance(said[name], str) else said[name]
        for name in ("original_amount", "rate"):
            said[name] = Decimal(said[name]) if isinstance(said[name], str) else said[name]
        return cls(**said)


class Seen(NamedTuple):
    """One showing of a movement: by which statement, as which line (``None`` while it has none), in which words."""

    statement: int
    no: int
    line: int | None
    date: date
    amount: Decimal
    text: str
    words: Words
    is_pending: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A line as it is stored."""

    words: Words
    is_pending: bool
    hold: str


@dataclass(frozen=True, slots=True)
class Holds:
    """The reasons to hold a line back, as they are stored; ``days`` and ``twin`` are of lines under two days."""

    none: str
    proof: str
    question: str
    days: str
    twin: str


@dataclass(slots=True)
class Movement:
    """A movement and its line after recognition; ``line`` is ``None`` for one that has no line yet."""

    line: int | None
    shown: list[Seen]
    words: Words
    is_pending: bool
    hold: str


@dataclass(slots=True)
class Change:
    """What has to change in the rows of some days for the lines to be what the files show."""

    fresh: list[Movement] = field(default_factory=list)
    there: list[Movement] = field(default_factory=list)
    changed: list[Movement] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    questions: set[tuple[date, Pair]] = field(default_factory=set)


def plan(
    *,
    seen: Iterable[Seen],
    kept: Mapping[int, Kept],
    spans: Mapping[int, Span],
    answers: Mapping[date, Answers],
    apart: Mapping[tuple[int, int], Collection[int]],
    held_back: Collection[int],
    holds: Holds,
    elsewhere: Elsewhere,
) -> Change:
    """Recognize each day and return what has to change; how a line is held because of another day stays.

    ``apart`` says of a showing, by statement and number, of which statements it is no movement. ``kept`` are all lines
    of the days; those that nothing in ``seen`` shows any more go. ``held_back`` are the statements whose lines wait
    because they do not prove.
    """
    change = Change()
    by_day: dict[date, dict[int, list[Seen]]] = defaultdict(lambda: defaultdict(list))
    for one in seen:
        by_day[one.date][one.statement].append(one)
    staying: set[int] = set()
    for day, by_statement in sorted(by_day.items()):
        found = recognize(day, _portions(by_statement, spans, apart), answers.get(day, {}), elsewhere)
        of = {(one.statement, one.no): one for shown in by_statement.values() for one in shown}
        movements = _lay(found.slots, of, kept, holds)
        _hold(movements, found.contests, kept, held_back, holds)
        change.questions |= {(day, pair) for pair in found.questions}
        for movement in movements.values():
            if movement.line is None:
                change.fresh.append(movement)
                continue
            staying.add(movement.line)
            change.there.append(movement)
            line = kept[movement.line]
            if (line.words, line.is_pending, line.hold) != (
                movement.words,
                movement.is_pending,
                movement.hold,
            ):
                change.changed.append(movement)
    change.gone = sorted(kept.keys() - staying)
    return change


def _portions(
    by_statement: Mapping[int, Sequence[Seen]],
    spans: Mapping[int, Span],
    apart: Mapping[tuple[int, int], Collection[int]],
) -> Iterator[Portion]:
    for statement, shown in by_statement.items():
        yield Portion(
            spans[statement],
            [
                Occurrence(
                    statement,
                    one.no,
                    one.amount,
                    one.text,
                    one.words.bank_id,
                    one.is_pending,
                    frozenset(apart.get((statement, one.no), ())),
                    one.words.booking_date,
                    one.words.value_date,
                )
                # Where nothing tells which of two movements it is, the first of the file is it, whenever it was stored.
                for one in sorted(shown, key=lambda one: one.no)
            ],
        )


def _lay(
    slots: Sequence[Slot], of: Mapping[tuple[int, int], Seen], kept: Mapping[int, Kept], holds: Holds
) -> dict[int, Movement]:
    """Give each slot its line: of lines that look alike the free and older ones stay, where they are if they can."""
    movements = {}
    for group in _look_alike(slots, of):
        lines = {id(slot): _lines(slot, of) for slot in group}
        ranked = sorted(
            set().union(*lines.values()), key=lambda line: (kept[line].hold == holds.question, line)
        )
        rank = {line: number for number, line in enumerate(ranked[: len(group)])}
        given: dict[int, int] = {}
        # What came first keeps its line.
        for slot in sorted(group, key=lambda slot: min(slot.statements)):
            line = min((line for line in lines[id(slot)] if line in rank), key=rank.__getitem__, default=None)
            if line is not None:
                given[id(slot)] = line
                del rank[line]
        left = iter(rank)
        for slot in group:
            line = given[id(slot)] if id(slot) in given else next(left, None)
            movements[id(slot)] = _movement(line, sorted(of[shown[:2]] for shown in slot.occurrences), holds)
    return movements


def _lines(slot: Slot, of: Mapping[tuple[int, int], Seen]) -> set[int]:
    lines = (of[shown.statement, shown.no].line for shown in slot.occurrences)
    return {line for line in lines if line is not None}


def _look_alike(slots: Sequence[Slot], of: Mapping[tuple[int, int], Seen]) -> Collection[list[Slot]]:
    """Join the slots that share an amount and text, or a line."""
    parent: dict[object, object] = {}

    def root(mark: object) -> object:
        while parent.setdefault(mark, mark) != mark:
            parent[mark] = mark = parent[parent[mark]]
        return mark

    groups: dict[object, list[Slot]] = defaultdict(list)
    for slot in slots:
        first = (slot.occurrences[0].amount, slot.occurrences[0].text)
        for shown in slot.occurrences:
            parent[root((shown.amount, shown.text))] = root(first)
        for line in _lines(slot, of):
            parent[root(line)] = root(first)
    for slot in slots:
        groups[root((slot.occurrences[0].amount, slot.occurrences[0].text))].append(slot)
    return groups.values()


def _movement(line: int | None, shown: list[Seen], holds: Holds) -> Movement:
    """A movement speaks in the words of the statement that came first of those that show it.

    What that one does not say (counterparty, reference, the bank's id) a later one adds; nothing that is said changes.
    """
    first, *others = (one.words for one in shown)
    return Movement(line, shown, first.enriched(others), all(one.is_pending for one in shown), holds.none)


def _hold(
    movements: Mapping[int, Movement],
    contests: Sequence[Contest],
    kept: Mapping[int, Kept],
    held_back: Collection[int],
    holds: Holds,
) -> None:
    """Hold back what only statements that do not prove show, and the uncertain lines of each contest.

    Of a contest those wait that are held back anyway, then those that wait already, then the youngest, because
    older ones may be in the books.
    """
    for movement in movements.values():
        if all(one.statement in held_back for one in movement.shown):
            movement.hold = holds.proof

    def waits_before(movement: Movement) -> tuple[bool, bool, bool, int]:
        line = movement.line
        waits_already = line is not None and kept[line].hold == holds.question
        return (movement.hold == holds.none, not waits_already, line is not None, -(line or 0))

    for contest in contests:
        ranked = sorted((movements[id(slot)] for slot in contest.slots), key=waits_before)
        for movement in ranked[: contest.uncertain]:
            movement.hold = holds.question
    for movement in movements.values():
        hold = kept[movement.line].hold if movement.line is not None else holds.none
        # Only what the bank has booked may be a movement under another day.
        if not movement.is_pending and (
            (hold == holds.twin and movement.hold in (holds.none, holds.question))
            or (hold == holds.days and movement.hold == holds.none)
        ):
            movement.hold = hold
