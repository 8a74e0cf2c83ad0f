"""What may belong together, and why: pure reasoning over the open lines of bank and books.

Both sides in the bank account's currency, money out negative. Each open line is in one suggestion at most; what is
surer comes first. Where two answers would fit equally, there is none: a person sees the lines side by side anyway.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from ledgerflow.core.money import format_money, minor_digits
from ledgerflow.reconciliation.arithmetic import are_digits_swapped, only_sum
from ledgerflow.reconciliation.values import BankLine, BookLine, Kind, Suggestion

#: Days that a bank takes to book what was written down.
DELAY = timedelta(days=5)
#: Days between a bank line and an entry that are taken together for another reason than their amount.
NEAR = timedelta(days=10)
#: Days over which an equal amount is still worth a look.
FAR = timedelta(days=45)
#: The largest fee, as a share of what was written down.
MOST_FEE = Decimal("0.05")
#: Lines that are looked at for a sum; the nearest ones.
MOST_CANDIDATES = 16
_WHOLE = 8  # decimals that a bank may state


_Line = TypeVar("_Line", BankLine, BookLine)
_Pair = tuple[BankLine, BookLine]


def suggest(
    *,
    bank: Sequence[BankLine],
    books: Sequence[BookLine],
    settled: Collection[BookLine] = (),
    coming: Collection[BankLine] = (),
    currency: str,
    can_correct: bool = True,
) -> list[Suggestion]:
    """Return what may belong together, the surest first.

    ``settled`` are lines of the books that stand for a bank line already; ``coming`` are open bank lines after the day,
    which an entry may be waiting for. With ``can_correct`` off, nothing is suggested that posts an entry.
    """
    return list(_Search(bank, books, settled, coming, currency).run(can_correct=can_correct))


def opening(*, day: date, amount: Decimal, currency: str, is_stated: bool) -> Suggestion:
    """Return the suggestion for books that lack what the account held before its first statement."""
    source = "states" if is_stated else "closes with, less its lines,"
    return Suggestion(
        kind=Kind.OPENING,
        line_ids=(),
        entry_lines=(),
        reason=f"The books lack the opening balance of {format_money(amount, currency)} on {day}, which the first"
        f" statement {source}.",
        effect="Posts it against the account for opening balances.",
        amount=amount,
        day=day,
    )


class _Search:
    """The open lines that no suggestion has taken yet."""

    def __init__(
        self,
        bank: Sequence[BankLine],
        books: Sequence[BookLine],
        settled: Collection[BookLine],
        coming: Collection[BankLine],
        currency: str,
    ) -> None:
        self.bank = {line.line_id: line for line in bank}
        self.books = {(line.entry_number, line.no): line for line in books}
        self.done, self.coming = list(settled), coming
        self.currency = currency

    def run(self, *, can_correct: bool) -> Iterator[Suggestion]:
        yield from self.equal(DELAY, Kind.EXACT)
        yield from self.sums()
        if can_correct:
            yield from self.flipped()
            yield from self.swapped()
            yield from self.fees()
            yield from self.twice()
        yield from self.equal(FAR, Kind.SHIFTED)

    def take(
        self,
        kind: Kind,
        bank: Sequence[BankLine],
        books: Sequence[BookLine],
        *,
        reason: str,
        effect: str,
        amount: Decimal | None = None,
    ) -> Suggestion:
        for line in bank:
            del self.bank[line.line_id]
        for booked in books:
            del self.books[booked.entry_number, booked.no]
        return Suggestion(
            kind=kind,
            line_ids=tuple(line.line_id for line in bank),
            entry_lines=tuple((booked.entry_number, booked.no) for booked in books),
            reason=reason,
            effect=effect,
            amount=amount,
        )

    def equal(self, within: timedelta, kind: Kind) -> Iterator[Suggestion]:
        for line, booked in self.pairs(
            (line, booked) for line, booked in self.by_amount() if abs(line.date - booked.date) <= within
        ):
            self.done.append(booked)
            days = abs((line.date - booked.date).days)
            reason = f"{self.money(line.amount)} on both sides"
            if days:
                side = "later" if line.date > booked.date else "earlier"
                reason += f"; the bank has it {days} day{'s' if days > 1 else ''} {side}"
            yield self.take(kind, [line], [booked], reason=f"{reason}.", effect=_MATCHES)

    def by_amount(self) -> Iterator[_Pair]:
        books = defaultdict(list)
        for booked in self.books.values():
            books[booked.amount].append(booked)
        for line in self.bank.values():
            for booked in books.get(line.amount, ()):
                yield line, booked

    def pairs(self, candidates: Iterable[_Pair]) -> Iterator[_Pair]:
        """Yield the pairs whose two lines are both free still, the nearest days first."""

        def nearest(pair: _Pair) -> tuple[int, date, int, int, int]:
            line, booked = pair
            return (
                abs((line.date - booked.date).days),
                line.date,
                line.line_id,
                booked.entry_number,
                booked.no,
            )

        for line, booked in sorted(candidates, key=nearest):
            if line.line_id in self.bank and (booked.entry_number, booked.no) in self.books:
                yield line, booked

    def near(self) -> Iterator[_Pair]:
        """Yield every bank line with every entry of the days around it."""
        for line in self.bank.values():
            for booked in self.books.values():
                if abs(line.date - booked.date) <= NEAR:
                    yield line, booked

    def sums(self) -> Iterator[Suggestion]:
        for line in list(self.bank.values()):
            parts = _parts(line, self.books.values())
            if parts is not None:
                self.done += parts
                amounts = " and ".join(self.money(part.amount) for part in parts)
                reason = f"The bank's {self.money(line.amount)} is {amounts} of the books together."
                yield self.take(Kind.ONE_TO_MANY, [line], parts, reason=reason, effect=_MATCHES)
        for booked in list(self.books.values()):
            lines = _parts(booked, self.bank.values())
            if lines is not None:
                self.done.append(booked)
                amounts = " and ".join(self.money(line.amount) for line in lines)
                reason = f"The books' {self.money(booked.amount)} is {amounts} of the bank together."
                yield self.take(Kind.MANY_TO_ONE, lines, [booked], reason=reason, effect=_MATCHES)

    def flipped(self) -> Iterator[Suggestion]:
        for line, booked in self.pairs(pair for pair in self.near() if pair[0].amount == -pair[1].amount):
            if booked.is_manual and booked.is_simple:
                reason = f"The bank says {self.money(line.amount)}, the books say it with the other sign."
                yield self.take(
                    Kind.SIGN,
                    [line],
                    [booked],
                    reason=reason,
                    effect=self.corrects(line, booked),
                    amount=line.amount,
                )

    def swapped(self) -> Iterator[Suggestion]:
        digits = minor_digits(self.currency)
        for line, booked in self.pairs(
            pair for pair in self.near() if are_digits_swapped(pair[0].amount, pair[1].amount, digits)
        ):
            if booked.is_manual and booked.is_simple:
                reason = (
                    f"The bank says {self.money(line.amount)}, the books say {self.money(booked.amount)}: two digits"
                    f" are swapped (the difference, {self.money(line.amount - booked.amount)}, is divisible by nine)."
                )
                yield self.take(
                    Kind.DIGITS,
                    [line],
                    [booked],
                    reason=reason,
                    effect=self.corrects(line, booked),
                    amount=line.amount,
                )

    def corrects(self, line: BankLine, booked: BookLine) -> str:
        return (
            f"Reverses entry {booked.entry_number}, posts it anew with {self.money(line.amount)} and matches that"
            " with the bank line."
        )

    def fees(self) -> Iterator[Suggestion]:
        for line, booked in self.pairs(pair for pair in self.near() if is_fee(*pair)):
            fee = booked.amount - line.amount
            self.done.append(booked)
            reason = (
                f"The bank says {self.money(line.amount)}, the books say {self.money(booked.amount)}: a fee of"
                f" {self.money(fee)} may be in it."
            )
            effect = f"Posts the fee of {self.money(fee)} to an account you choose, and matches both with the bank."
            yield self.take(Kind.FEE, [line], [booked], reason=reason, effect=effect, amount=fee)

    def twice(self) -> Iterator[Suggestion]:
        by_hand = [
            booked
            for booked in self.books.values()
            if booked.is_manual
            and not any(
                line.amount == booked.amount and abs(line.date - booked.date) <= NEAR for line in self.coming
            )
        ]
        for booked in sorted(by_hand, key=lambda booked: (booked.date, booked.entry_number, booked.no)):
            twin = next(
                (
                    other
                    for other in self.done
                    if other.amount == booked.amount
                    and other.entry_number != booked.entry_number
                    and abs(other.date - booked.date) <= DELAY
                ),
                None,
            )
            if twin is not None:
                reason = (
                    f"Entry {booked.entry_number} says {self.money(booked.amount)} like entry {twin.entry_number} of"
                    f" {twin.date}, and the bank says it once: it was probably typed twice."
                )
                effect = f"Reverses entry {booked.entry_number} on its own date."
                yield self.take(Kind.TWICE, [], [booked], reason=reason, effect=effect)

    def money(self, amount: Decimal) -> str:
        return format_money(amount, self.currency)


_MATCHES = "Matches them: the bank's side is not posted again."


def is_fee(line: BankLine, booked: BookLine) -> bool:
    """Whether the bank line is the line of the books less a small fee: less came in, or more went out."""
    fee = booked.amount - line.amount
    has_same_sign = line.amount * booked.amount > 0
    return has_same_sign and 0 < fee <= abs(booked.amount) * MOST_FEE


def _parts(whole: BankLine | BookLine, candidates: Iterable[_Line]) -> list[_Line] | None:
    """Return the lines of the days around, with the same sign, that add up to the whole; none where two ways fit."""
    near = sorted(
        (
            each
            for each in candidates
            if abs(each.date - whole.date) <= NEAR
            and each.amount * whole.amount > 0
            and abs(each.amount) < abs(whole.amount)
        ),
        key=lambda each: abs((each.date - whole.date).days),
    )[:MOST_CANDIDATES]
    found = only_sum(_units(whole.amount), [_units(each.amount) for each in near])
    return None if found is None else [near[at] for at in found]


def _units(amount: Decimal) -> int:
    return int(amount.scaleb(_WHOLE))
