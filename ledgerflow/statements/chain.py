"""Do the statements of a bank account follow one another? Pure arithmetic over what the files state.

Where the bank numbers its statements, a number that is passed over names the statement that is missing.

A file that states a closing balance and no opening one proves nothing by itself. Two of them do: what the earlier one
closes with, and the lines that only the later one shows, make what the later one closes with.
"""

import calendar
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from ledgerflow.core.money import ZERO

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Link:
    """A statement as the chain sees it: the days it speaks for, its balances, and its booked lines added up.

    ``number`` is the bank's own; numbers of one ``series`` can be compared.
    """

    statement: int
    first: date
    last: date
    opening: Decimal | None
    closing: Decimal | None
    total: Decimal
    number: int | None = None
    series: str = ""

    @property
    def opens_with(self) -> Decimal | None:
        """The opening balance, stated or following from the closing one."""
        if self.opening is None and self.closing is not None:
            return self.closing - self.total
        return self.opening

    @property
    def closes_with(self) -> Decimal | None:
        """The closing balance, stated or following from the opening one."""
        if self.closing is None and self.opening is not None:
            return self.opening + self.total
        return self.closing


@dataclass(frozen=True, slots=True)
class Joint:
    """Where one statement ends and the next goes on.

    ``difference`` is what the next one begins with minus what the one before ends with; None where a balance is
    missing on one side. ``gap`` holds the first and last day between them that neither speaks for. ``skipped`` are the
    numbers of statements that the bank issued between them and nobody has brought: where the balances meet there is
    none, because then the bank counts otherwise, or nothing happened.
    """

    before: int
    after: int
    day: date
    difference: Decimal | None
    gap: tuple[date, date] | None
    skipped: tuple[int, ...] = ()

    @property
    def is_missing(self) -> bool:
        """Whether days are missing here: a gap over which the balances do not agree, or do not say."""
        return self.gap is not None and self.difference != 0

    @property
    def is_mismatch(self) -> bool:
        """Whether the balances contradict each other."""
        return bool(self.difference)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A statement that speaks for no day that another one does not.

    ``difference`` is its closing balance minus the other's where both end on the same day.
    """

    statement: int
    of: int
    first: date
    last: date
    difference: Decimal | None


class Coverage(StrEnum):
    """How a month stands, from worst to best."""

    MISMATCH = "mismatch"
    MISSING = "missing"
    DUPLICATE = "duplicate"
    COVERED = "covered"


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a bank account: which statements speak for days of it, and what is wrong there.

    ``missing`` are the first and last days of gaps, cut to the month; ``skips`` are where numbered statements are
    missing.
    """

    first: date
    statements: tuple[int, ...]
    mismatches: tuple[Joint, ...]
    skips: tuple[Joint, ...]
    missing: tuple[tuple[date, date], ...]
    repeats: tuple[Repeat, ...]

    @property
    def coverage(self) -> Coverage:
        """The worst of what is wrong in the month."""
        if self.mismatches or any(repeat.difference for repeat in self.repeats):
            return Coverage.MISMATCH
        if self.missing or self.skips:
            return Coverage.MISSING
        return Coverage.DUPLICATE if self.repeats else Coverage.COVERED


@dataclass(frozen=True, slots=True)
class Chain:
    """All statements of a bank account, joined; ``months`` has every month from the first day to the last, in order."""

    joints: tuple[Joint, ...]
    repeats: tuple[Repeat, ...]
    months: tuple[Month, ...]

    @property
    def proven(self) -> frozenset[int]:
        """The statements whose balances agree with those of the statement before."""
        return frozenset(joint.after for joint in self.joints if joint.difference == 0)

    @property
    def is_unbroken(self) -> bool:
        """Whether there are several statements and the balances of each follow from those of the one before."""
        return bool(self.joints) and all(joint.difference == 0 for joint in self.joints)

    @property
    def coverage(self) -> Coverage | None:
        """The worst of all months; None without any."""
        standing = {month.coverage for month in self.months}
        return next((each for each in Coverage if each in standing), None)


def overlapping(links: Iterable[Link]) -> list[tuple[int, int]]:
    """Return the pairs of statements that follow one another and may show the same lines."""
    return [
        (before.statement, after.statement) for before, after in _pairs(links) if after.first <= before.last
    ]


def chain(
    links: Sequence[Link],
    shared: Mapping[tuple[int, int], Decimal],
    numbered: Collection[tuple[str, int]] = (),
) -> Chain:
    """Join the statements in the order of their days.

    ``shared`` has, for each pair of :func:`overlapping`, the booked lines that both show, added up. ``numbered`` are
    series and number of statements without days, which stand in no order.
    """
    joints, repeats = [], []
    for before, after in _pairs(links):
        if after.last <= before.last:
            repeats.append(_repeat(before, after))
        else:
            joint = _joint(before, after, shared.get((before.statement, after.statement), ZERO))
            skipped = () if joint.difference == 0 else _skipped(before, after, links, numbered)
            joints.append(replace(joint, skipped=skipped) if skipped else joint)
    return Chain(tuple(joints), tuple(repeats), tuple(_months(links, joints, repeats)))


def _pairs(links: Iterable[Link]) -> Iterator[tuple[Link, Link]]:
    """Yield each statement but the first behind the one that reaches furthest of those before it."""
    reached: Link | None = None
    for link in sorted(links, key=lambda link: (link.first, -link.last.toordinal(), link.statement)):
        if reached is not None:
            yield reached, link
        if reached is None or link.last > reached.last:
            reached = link


def _joint(before: Link, after: Link, shared: Decimal) -> Joint:
    ends, begins = before.closes_with, after.opens_with
    return Joint(
        before=before.statement,
        after=after.statement,
        day=after.first,
        difference=None if ends is None or begins is None else begins + shared - ends,
        gap=(before.last + _DAY, after.first - _DAY) if after.first > before.last + _DAY else None,
    )


def _skipped(
    before: Link, after: Link, links: Sequence[Link], numbered: Collection[tuple[str, int]]
) -> tuple[int, ...]:
    """The numbers between two statements, as far as the bank can have issued them: one a day at most.

    Numbers may begin anew with a year, so that only a statement of these days is one of them. One that goes on or back
    otherwise counts something else.
    """
    if before.number is None or after.number is None or before.series != after.series:
        return ()
    if after.number > before.number:
        missing = range(before.number + 1, after.number)
    elif after.last.year > before.last.year:
        missing = range(1, after.number)
    else:
        return ()
    if len(missing) > (after.last - before.last).days:
        return ()
    there = {number for series, number in numbered if series == before.series}
    there.update(
        link.number
        for link in links
        if link.number is not None
        and link.series == before.series
        and before.first <= link.first
        and link.last <= after.last
    )
    return tuple(number for number in missing if number not in there)


def _repeat(before: Link, after: Link) -> Repeat:
    ends, also_ends = before.closes_with, after.closes_with
    difference = None
    if after.last == before.last and ends is not None and also_ends is not None:
        difference = also_ends - ends
    return Repeat(after.statement, before.statement, after.first, after.last, difference)


def _months(links: Sequence[Link], joints: Sequence[Joint], repeats: Sequence[Repeat]) -> Iterator[Month]:
    if not links:
        return
    month, end = min(link.first for link in links).replace(day=1), max(link.last for link in links)
    while True:
        last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        gaps = [joint.gap for joint in joints if joint.gap is not None and joint.is_missing]
        yield Month(
            first=month,
            statements=tuple(
                sorted(link.statement for link in links if link.first <= last and month <= link.last)
            ),
            mismatches=tuple(joint for joint in joints if joint.is_mismatch and month <= joint.day <= last),
            skips=tuple(joint for joint in joints if joint.skipped and month <= joint.day <= last),
            missing=tuple((max(a, month), min(z, last)) for a, z in gaps if a <= last and month <= z),
            repeats=tuple(each for each in repeats if each.first <= last and month <= each.last),
        )
        if last >= end:
            return
        month = last + _DAY
