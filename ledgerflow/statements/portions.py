"""What statements show of one day, and what stands between each two of them. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from typing import NamedTuple


class Occurrence(NamedTuple):
    """A line of a statement: the day is that of the portion; ``text`` is a :func:`~.likeness.text_key`.

    ``apart`` are the statements none of whose movements it is: a person said so. ``booked`` is the day of booking where
    it is not the portion's, ``valued`` the one that counts for interest, where the file states them.
    """

    statement: int
    no: int
    amount: Decimal
    text: str
    bank_id: str | None
    is_pending: bool = False
    apart: frozenset[int] = frozenset()
    booked: date | None = None
    valued: date | None = None

    def is_dated_apart(self, other: "Occurrence") -> bool:
        """Whether the bank booked them on two days and valued them on two others: then they are two movements."""
        return (
            self.booked != other.booked
            and self.valued != other.valued
            and self.valued is not None
            and other.valued is not None
            and (self.bank_id is None or self.bank_id != other.bank_id)
        )


@dataclass(frozen=True, slots=True)
class Span:
    """What a statement says about its beginning and end, which tells where it cuts a day in the middle.

    ``key`` orders statements alike wherever and whenever they were imported, so it holds no database id. ``kind`` is
    the format, ``layout`` names that of its table where it has one: files of one kind and layout word a movement alike,
    others may not. Where a layout is not known it says nothing.
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
    kind: str = ""
    layout: str = ""

    def cut_at_start(self, day: date) -> bool:
        """Whether movements of the day may be missing before those shown."""
        return day == self.first_date and (self.complete_from is None or self.complete_from > day)

    def cut_at_end(self, day: date) -> bool:
        """Whether movements of the day may be missing after those shown."""
        return day == self.last_date and (self.complete_to is None or self.complete_to < day)

    def dates_like(self, other: "Span") -> bool:
        """Whether both are of one format and layout, so that they word and date a movement alike."""
        return self.kind == other.kind and len({self.layout, other.layout} - {""}) < 2

    @property
    def end(self) -> date | None:
        """The last day that the statement speaks for."""
        return max((day for day in (self.last_date, self.complete_to) if day is not None), default=None)

    def shows_all_of(self, day: date) -> bool:
        """Whether the statement shows every movement of the day, also where that is none."""
        begins = (self.complete_from is not None and self.complete_from <= day) or (
            self.first_date is not None and self.first_date < day
        )
        ends = (self.complete_to is not None and self.complete_to >= day) or (
            self.last_date is not None and self.last_date > day
        )
        return begins and ends

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

    def may_be(self, occurrence: Occurrence) -> bool:
        """Whether its statement shows no other line as this movement, and neither days nor people say it is another."""
        return self.statements.isdisjoint({occurrence.statement, *occurrence.apart}) and not any(
            occurrence.statement in one.apart
            or (one.booked != occurrence.booked and one.is_dated_apart(occurrence))
            for one in self.occurrences
        )

    def add(self, occurrence: Occurrence) -> None:
        """Say that this occurrence is the movement."""
        self.occurrences.append(occurrence)
        self.statements.add(occurrence.statement)


class Relation(Enum):
    """What stands between two portions."""

    CONTAINED = auto()
    DISJOINT = auto()
    UNKNOWN = auto()


class Between:
    """What stands between each two portions of a day, and what shows it.

    ``own`` are the relations that the two statements settle by what they say themselves; ``relations`` also follow what
    people answered, and that a complete portion, even a third one, holds all there is.
    """

    def __init__(self, day: date, portions: Sequence[Portion], answers: Answers) -> None:
        self.answers = answers
        self.spans = {portion.span.statement: portion.span for portion in portions}
        self.cuts = {portion.span.statement: cut(portion.span, day) for portion in portions}
        self.own: dict[Pair, Relation] = {}
        self.relations: dict[Pair, Relation] = {}
        some_complete = (False, False) in self.cuts.values()
        for number, one in enumerate(portions):
            for other in portions[:number]:
                pair = frozenset((one.span.statement, other.span.statement))
                self.own[pair] = own = _own_relation(day, one, other)
                answer = answers.get(pair)
                if answer is not None and own is not Relation.CONTAINED:
                    self.relations[pair] = Relation.CONTAINED if answer else Relation.DISJOINT
                else:
                    self.relations[pair] = Relation.CONTAINED if some_complete else own

    def is_whole_and_proven(self, statement: int) -> bool:
        """Whether the statement shows all of the day, and its balances prove that nothing booked is missing."""
        return self.spans[statement].is_proven and self.cuts[statement] == (False, False)

    def is_of_one_kind(self, pair: Pair) -> bool:
        """Whether both statements are of one format and layout, so that they word a movement alike."""
        one, other = (self.spans[statement] for statement in pair)
        return one.dates_like(other)


def cut(span: Span, day: date) -> tuple[bool, bool]:
    """Return whether the statement cuts the day at its start and at its end."""
    return (span.cut_at_start(day), span.cut_at_end(day))


def _own_relation(day: date, one: Portion, other: Portion) -> Relation:
    cuts = (cut(one.span, day), cut(other.span, day))
    if (False, False) in cuts or cuts[0] == cuts[1] != (True, True) or _are_twins(one, other):
        return Relation.CONTAINED
    if one.span.ends_where_begins(other.span, day) or other.span.ends_where_begins(one.span, day):
        return Relation.DISJOINT
    return Relation.UNKNOWN


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


def not_identifying(portions: Sequence[Portion], relations: Mapping[Pair, Relation]) -> Collection[str]:
    """Return the identifiers of the day that are none: used twice by one statement, or made anew for each download.

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
                and relations[frozenset((one.span.statement, other.span.statement))] is Relation.CONTAINED
                and used[number].keys().isdisjoint(used[before])
                and (texts[number] <= texts[before] or texts[before] <= texts[number])
            ):
                return {bank_id for counted in used for bank_id in counted}
    return twice
