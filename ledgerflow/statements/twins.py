"""Which lines are one movement that two files date differently? A pure function over values.

One file dates a movement by its booking, another by its value day or by the day of the purchase, so they show it as two
lines, twins. Files of one format and layout date alike: a line that a file of that kind shows is no twin of another one
that it shows. Lines of one amount are twins where a day that the files state of the one is a day of the other, and

* the bank's identifier is the same; or
* their words agree (they are the same, one text is a cut of the other, or the shorter one has no telling word of its
  own), and either the files state the same days of both, or both files show both days whole, and yet each shows the
  movement on one of them alone. None may compete with another.

Lines that look alike in everything are interchangeable: as many are joined as both sides have, the others stay. What
is left is asked about: lines with a day in common, as at the edge of what a file shows, whose words do not agree or
that compete, and lines that are alike but for a few days, where both files show both days whole.

What somebody left out of the books is neither joined silently nor stands for what is in them.

The answer depends on the set of statements and on what people decided, never on the order in which files came.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from itertools import chain, islice, product

from ledgerflow.statements.likeness import Kinship, likeness, telling_words
from ledgerflow.statements.portions import Span

#: Between two days of one movement lie so many at most.
APART = timedelta(days=10)
#: A day that no file states of the other line is asked about within a long weekend.
NEAR = 5
#: Texts agree where they share so many telling words, and the shorter one has no other.
_SHARED = 2
#: Of one amount, where more pairs may be one movement each line is asked about once, and again when that is answered.
_MOST_ASKED = 30
#: Where more classes of lines of one amount meet, their texts are not compared: they are asked about.
_MOST_COMPARED = 20_000

#: What shows that two lines are one movement; nothing does where people are asked.
BANK_ID, WORDS, NOTHING = "bank_id", "words", ""
#: A line where a file shows it: statement and number.
Showing = tuple[int, int]
#: Format and layout of a file.
Kind = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A line with what its files say: every day that one states of it, words as text keys, identifiers by statement.

    ``booked`` and ``valued`` are those of the days of which a file says which they are. ``is_in_use``: somebody or a
    rule decided about it; ``is_left_out``: that it is in no books.
    """

    line: int
    date: dt.date
    amount: Decimal
    days: frozenset[dt.date]
    booked: frozenset[dt.date]
    valued: frozenset[dt.date]
    texts: frozenset[str]
    numbered: frozenset[tuple[int, str]]
    shown: frozenset[Showing]
    is_in_use: bool = False
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines that are one movement by this evidence, or, where there is none, may be."""

    line: DatedLine
    other: DatedLine
    evidence: str


@dataclass(slots=True)
class Twins:
    """The pairs that are found and asked about, and which lines wait: as twins of another, or for an answer."""

    found: list[Pair] = field(default_factory=list)
    asked: list[Pair] = field(default_factory=list)
    twins: set[int] = field(default_factory=set)
    waiting: set[int] = field(default_factory=set)


def twins(
    lines: Iterable[DatedLine],
    spans: Mapping[int, Span],
    said: Mapping[frozenset[int], bool],
    numberings: Collection[frozenset[Kind]],
) -> Twins:
    """Return which of the lines are one movement.

    ``said`` says of two lines whether a person called them the same; ``spans`` are the statements that show lines;
    ``numberings`` are the pairs of formats and layouts whose files number movements alike.
    """
    by_amount: dict[Decimal, list[DatedLine]] = defaultdict(list)
    for line in lines:
        by_amount[line.amount].append(line)
    found = Twins()
    for alike in by_amount.values():
        if len(alike) > 1:
            _OneAmount(alike, spans, said, numberings, found).run()
    return found


@dataclass(eq=False)
class _Movement:
    """Lines that are one movement; ``kinds`` are the spans that show it, one of each format and layout."""

    lines: list[DatedLine]
    kinds: list[Span]
    key: tuple[object, ...]

    @cached_property
    def dates(self) -> frozenset[dt.date]:
        return frozenset(line.date for line in self.lines)

    @cached_property
    def days(self) -> frozenset[dt.date]:
        return frozenset().union(*(line.days for line in self.lines))

    @cached_property
    def booked(self) -> frozenset[dt.date]:
        return frozenset().union(*(line.booked for line in self.lines))

    @cached_property
    def valued(self) -> frozenset[dt.date]:
        return frozenset().union(*(line.valued for line in self.lines))

    @cached_property
    def texts(self) -> frozenset[str]:
        return frozenset().union(*(line.texts for line in self.lines))

    @cached_property
    def bank_ids(self) -> frozenset[str]:
        return frozenset(bank_id for line in self.lines for _statement, bank_id in line.numbered)

    @cached_property
    def statements(self) -> frozenset[int]:
        return frozenset(statement for line in self.lines for statement, _no in line.shown)

    @cached_property
    def is_in_use(self) -> bool:
        return any(line.is_in_use for line in self.lines)

    @cached_property
    def is_left_out(self) -> bool:
        return any(line.is_left_out for line in self.lines)

    @property
    def stands(self) -> DatedLine:
        """The line that stands for it: one that is in use, else the oldest that is not left out."""
        return min(self.lines, key=lambda line: (not line.is_in_use, line.is_left_out, line.line))


#: Movements that are alike in everything that is looked at.
_Class = list[_Movement]
_Test = Callable[[_Movement, _Movement], bool]


class _OneAmount:
    """The lines of one amount."""

    def __init__(
        self,
        lines: Sequence[DatedLine],
        spans: Mapping[int, Span],
        said: Mapping[frozenset[int], bool],
        numberings: Collection[frozenset[Kind]],
        found: Twins,
    ) -> None:
        self.spans = spans
        own = {line.line for line in lines}
        self.said = {pair: same for pair, same in said.items() if pair <= own}
        self.spoken_of = frozenset().union(*self.said)
        self.numberings = numberings
        self.found = found
        self.movements: dict[int, _Movement] = {}
        self.whole: dict[tuple[Kind, dt.date], bool] = {}
        for line in lines:
            kinds = self._kinds(statement for statement, _no in line.shown)
            self._add(_Movement([line], kinds, min((spans[each].key, no) for each, no in line.shown)))

    def run(self) -> None:
        self._join_said()
        tests: tuple[tuple[str, _Test], ...] = (
            (BANK_ID, _share_an_id),
            (WORDS, lambda one, other: _have_all_days(one, other) and _are_equal(one, other)),
            (WORDS, lambda one, other: _have_all_days(one, other) and _agree(one, other)),
            (WORDS, lambda one, other: _are_equal(one, other) and self._are_missed(one, other)),
            (WORDS, lambda one, other: _agree(one, other) and self._are_missed(one, other)),
        )
        for evidence, test in tests:
            while self._join_clear(evidence, test):
                pass
        self._ask()
        for movement in self.movements.values():
            self.found.twins |= {line.line for line in movement.lines} - {movement.stands.line}
        self.found.waiting -= self.found.twins

    def _kinds(self, statements: Iterable[int]) -> list[Span]:
        kinds: list[Span] = []
        for span in sorted((self.spans[each] for each in set(statements)), key=lambda span: span.key):
            if not any(span.kind == kind.kind and span.layout == kind.layout for kind in kinds):
                kinds.append(span)
        return kinds

    def _add(self, movement: _Movement) -> _Movement:
        self.movements[id(movement)] = movement
        return movement

    def _join_said(self) -> None:
        of = {line.line: movement for movement in self.movements.values() for line in movement.lines}
        for pair in sorted((pair for pair, same in self.said.items() if same), key=sorted):
            one, other = (of[line] for line in sorted(pair))
            are_both_in_use = one.is_in_use and other.is_in_use
            if one is not other and one.statements.isdisjoint(other.statements) and not are_both_in_use:
                joined = self._joined(one, other)
                of |= {line.line: joined for line in joined.lines}

    def _joined(self, one: _Movement, other: _Movement) -> _Movement:
        statements = one.statements | other.statements
        del self.movements[id(one)], self.movements[id(other)]
        return self._add(
            _Movement([*one.lines, *other.lines], self._kinds(statements), min(one.key, other.key))
        )

    def _join_clear(self, evidence: str, test: _Test) -> bool:
        """Join the classes that nothing else competes with by this test; whether there were any."""
        next_to: dict[int, list[_Class]] = defaultdict(list)
        meeting = list(self._meeting(by_id=evidence == BANK_ID))
        if evidence == WORDS and len(meeting) > _MOST_COMPARED:
            return False
        edges = [pair for pair in meeting if test(pair[0][0], pair[1][0])]
        for one, other in edges:
            next_to[id(one)].append(other)
            next_to[id(other)].append(one)
        taken: set[int] = set()
        for one, other in edges:
            if taken & {id(one), id(other)} or not (
                self._is_clear(one, next_to[id(other)]) and self._is_clear(other, next_to[id(one)])
            ):
                continue
            pairs = [
                (first, second)
                for first, second in zip(one, other, strict=False)
                if not (first.is_in_use and second.is_in_use) and first.is_left_out == second.is_left_out
            ]
            for first, second in pairs:
                self.found.found.append(Pair(first.stands, second.stands, evidence))
                self._joined(first, second)
            if pairs:
                taken |= {id(one), id(other)}
        return bool(taken)

    def _is_clear(self, meant: _Class, rivals: Sequence[_Class]) -> bool:
        """Whether each of the rivals may be the same movement as the one that is meant."""
        return all(rival is meant or self._may_be_one(meant[0], rival[0]) for rival in rivals)

    def _may_be_one(self, one: _Movement, other: _Movement) -> bool:
        """Whether nothing shows that they are two: no file shows both, files of no kind do, nobody said so."""
        return (
            one.statements.isdisjoint(other.statements)
            and not any(mine.dates_like(their) for mine in one.kinds for their in other.kinds)
            and not self._number_apart(one, other)
            and (_share_an_id(one, other) or not _are_dated_apart(one, other))
            and not any(
                self.said.get(frozenset((mine.line, their.line))) is False
                for mine, their in product(one.lines, other.lines)
                if mine.line in self.spoken_of
            )
        )

    def _number_apart(self, one: _Movement, other: _Movement) -> bool:
        """Whether each has an identifier of its own in one numbering; in two numberings that says nothing."""
        return (
            bool(one.bank_ids and other.bank_ids)
            and one.bank_ids.isdisjoint(other.bank_ids)
            and any(
                frozenset((_kind(mine), _kind(their))) in self.numberings
                for mine, their in product(one.kinds, other.kinds)
            )
        )

    def _classes(self, *, by_id: bool) -> list[_Class]:
        classes: dict[object, _Class] = {}
        for movement in sorted(self.movements.values(), key=lambda movement: movement.key):
            alike: object = (
                movement.dates,
                movement.days,
                (movement.booked, movement.valued),
                movement.texts,
                frozenset(map(_kind, movement.kinds)),
                movement.bank_ids if by_id else bool(movement.bank_ids),
            )
            if any(line.line in self.spoken_of for line in movement.lines):
                alike = id(movement)
            classes.setdefault(alike, []).append(movement)
        return list(classes.values())

    def _meeting(self, *, by_id: bool = False) -> Iterator[tuple[_Class, _Class]]:
        """The classes that may be one and have a day in common, by which at most one of them is dated."""
        by_day: dict[dt.date, list[_Class]] = defaultdict(list)
        met: set[tuple[int, int]] = set()
        for one in self._classes(by_id=by_id):
            first = one[0]
            for day in sorted(first.days):
                for other in by_day[day]:
                    pair = (id(other), id(one))
                    if pair not in met and self._meet(first, other[0]):
                        met.add(pair)
                        yield other, one
                by_day[day].append(one)

    def _meet(self, one: _Movement, other: _Movement) -> bool:
        return (
            one.dates.isdisjoint(other.dates)
            and _distance(one, other) <= APART
            and self._may_be_one(one, other)
        )

    def _ask(self) -> None:
        """Ask about what has a day in common and was not joined, and about what is alike but for a few days.

        All that may be one movement waits for the answers. Of a class that several others meet another line is asked
        about each time, as far as it has them.
        """
        begun: dict[int, int] = defaultdict(int)
        asked: set[int] = set()
        pairs = chain(self._meeting(), self._near())
        first_ones = list(islice(pairs, _MOST_ASKED + 1))
        are_many = sum(min(len(one), len(other)) for one, other in first_ones) > _MOST_ASKED
        for one, other in chain(first_ones, pairs):
            count = min(len(one), len(other))
            members = [_from(each, begun[id(each)], count) for each in (one, other)]
            for each in (one, other):
                begun[id(each)] += count
            for first, second in zip(*members, strict=True):
                if _is_settled(first, second) or _is_settled(second, first):
                    continue
                if waits := [each.stands.line for each in (first, second) if not each.is_in_use]:
                    self.found.waiting.add(max(waits))
                if not (are_many and asked & {id(first), id(second)}):
                    self.found.asked.append(Pair(first.stands, second.stands, NOTHING))
                    asked |= {id(first), id(second)}

    def _near(self) -> Iterator[tuple[_Class, _Class]]:
        by_date: dict[dt.date, list[_Class]] = defaultdict(list)
        for one in self._classes(by_id=False):
            first = one[0]
            near = {day + timedelta(days=apart) for day in first.dates for apart in range(-NEAR, NEAR + 1)}
            met = {id(other): other for day in sorted(near - first.dates) for other in by_date[day]}
            for other in met.values():
                if self._are_near(first, other[0]):
                    yield other, one
            for day in first.dates:
                by_date[day].append(one)

    def _are_near(self, one: _Movement, other: _Movement) -> bool:
        return (
            one.days.isdisjoint(other.days)
            and self._may_be_one(one, other)
            and (_share_an_id(one, other) or _agree(one, other))
            and self._are_missed(one, other)
        )

    def _are_missed(self, one: _Movement, other: _Movement) -> bool:
        """Whether files like those of each show the days of the other whole, and not the movement."""
        return all(
            any(self._show_all_of(days, kind) for kind in kinds)
            for kinds, days in ((one.kinds, other.dates), (other.kinds, one.dates))
        )

    def _show_all_of(self, days: Collection[dt.date], like: Span) -> bool:
        return all(self._is_whole(day, like) for day in days)

    def _is_whole(self, day: dt.date, like: Span) -> bool:
        """Whether a file of the format and layout shows every movement of the day."""
        asked = (_kind(like), day)
        if asked not in self.whole:
            self.whole[asked] = any(
                span.shows_all_of(day) for span in self.spans.values() if span.dates_like(like)
            )
        return self.whole[asked]


def _from(members: _Class, begin: int, count: int) -> list[_Movement]:
    """Return so many members, from that one on and again from the first."""
    return [members[(begin + at) % len(members)] for at in range(count)]


def _is_settled(one: _Movement, other: _Movement) -> bool:
    """Whether the one is in the books and the other left out of them: whatever they are, it is there once."""
    return one.is_in_use and other.is_left_out


def _kind(span: Span) -> Kind:
    return (span.kind, span.layout)


def _share_an_id(one: _Movement, other: _Movement) -> bool:
    return not one.bank_ids.isdisjoint(other.bank_ids)


def _are_dated_apart(one: _Movement, other: _Movement) -> bool:
    """Whether the bank booked them on two days and valued them on two others: then they are two movements."""
    return all(
        mine and their and mine.isdisjoint(their)
        for mine, their in ((one.booked, other.booked), (one.valued, other.valued))
    )


def _distance(one: _Movement, other: _Movement) -> timedelta:
    return min(abs(mine - their) for mine, their in product(one.dates, other.dates))


def _have_all_days(one: _Movement, other: _Movement) -> bool:
    """Whether the files of both state the same days, two or more."""
    return one.days == other.days and len(one.days) > 1


def _are_equal(one: _Movement, other: _Movement) -> bool:
    return not one.texts.isdisjoint(other.texts - {""})


def _agree(one: _Movement, other: _Movement) -> bool:
    return any(_texts_agree(mine, their) for mine, their in product(one.texts, other.texts))


def _texts_agree(one: str, other: str) -> bool:
    if one == other:
        return bool(one)
    alike = likeness(one, other)
    if alike.kinship is Kinship.CUT:
        return True
    return alike.words >= _SHARED and alike.words == min(len(telling_words(one)), len(telling_words(other)))
