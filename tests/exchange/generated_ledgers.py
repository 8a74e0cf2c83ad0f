"""Ledgers of many kinds and what their reports must say, made by plain arithmetic.

Nothing here knows LedgerFlow: amounts are whole numbers of the smallest coin, and the totals are added up while the
entries are made. No line is there to make an entry or a total come out; each entry has both its sides from the start.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

#: Digits after the decimal mark of the currencies that the ledgers use.
DIGITS = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3}
FIRST_DAY = date(2025, 1, 1)
YEAR_END = date(2025, 12, 31)
LAST_DAY = date(2026, 3, 31)
#: Before the entry that closes the year, and the year after it.
YEAR, QUARTER = (FIRST_DAY, date(2025, 12, 30)), (date(2026, 1, 1), LAST_DAY)

_NAMES = (
    "Office supplies", "Café & Küche", "家賃", "Аренда", "मूल वेतन", "ضرائب", 'Say "what"\\', "a;b, type:Z | c",
    "date:2026-99-99", "  lower case", "#tag ^link *!", "Ⅻ 3½ %", "Line\tbreak", "Εξοδα", "=1+1",
)  # fmt: skip
_TEXTS = (
    "Coffee", '(12) * Quoted "text" \\ end', "! urgent; date:2026-13-45", "Müller | Söhne", "=SUM(A1)", "", "日本語",
    "[2026-02-30] type:X", "* starred", "@@ 5 USD", "two  spaces\nand a line",
)  # fmt: skip


@dataclass(frozen=True)
class Account:
    code: str
    name: str
    type: str
    currency: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class BankLine:
    """What a bank says: ``amount`` in the smallest coin of ``currency``, money out negative."""

    account: str
    currency: str
    date: date
    amount: int


@dataclass(frozen=True)
class Act:
    """Something that LedgerFlow books by itself: how, and how many entries come of it.

    ``rate`` is in millionths, for a ``currency`` on a ``date``.
    """

    kind: str
    date: date
    count: int = 1
    lines: tuple[BankLine, ...] = ()
    other: str = ""
    rates: tuple[tuple[str, date, int], ...] = ()


@dataclass(frozen=True)
class Line:
    """``amount`` in the smallest coin of ``currency``, ``base`` in that of the book; debit positive."""

    account: str
    currency: str
    amount: int
    base: int


@dataclass(frozen=True)
class Entry:
    date: date
    lines: tuple[Line, ...]
    text: str = ""
    #: The place of the entry that it takes back, counted from 1.
    reverses: int | None = None


@dataclass
class Ledger:
    seed: int
    base: str
    accounts: dict[str, Account]
    entries: list[Entry] = field(default_factory=list)
    #: Places of the entries with which a new batch begins.
    batches: list[int] = field(default_factory=list)
    #: What makes entries without anybody writing their lines, by the place before the first of them.
    acts: dict[int, Act] = field(default_factory=dict)

    def balances(self, last: date) -> dict[str, Decimal]:
        """What stands on each account at the end of the day, accounts at zero left out."""
        return self.moved(date.min, last)

    def moved(self, first: date, last: date, *types: str) -> dict[str, Decimal]:
        """What moved on each account from the first day through the last, in money of the book."""
        totals: dict[str, int] = defaultdict(int)
        for entry in self.entries:
            if first <= entry.date <= last:
                for line in entry.lines:
                    totals[line.account] += line.base
        return {
            code: Decimal(total).scaleb(-DIGITS[self.base])
            for code, total in totals.items()
            if total and (not types or self.accounts[code].type in types)
        }

    def foreign_balances(self) -> dict[tuple[str, str], Decimal]:
        """What stands on each account in the end in each currency other than the book's."""
        totals: dict[tuple[str, str], int] = defaultdict(int)
        for entry in self.entries:
            for line in entry.lines:
                if line.currency != self.base:
                    totals[line.account, line.currency] += line.amount
        return {
            (code, currency): Decimal(total).scaleb(-DIGITS[currency])
            for (code, currency), total in totals.items()
            if total
        }


def ledger(seed: int) -> Ledger:
    """Return the ledger of the seed: the same seed, the same ledger."""
    return _Maker(seed).make()


class _Acts:
    """What LedgerFlow books by itself, worked out as it has to come out."""

    chance: random.Random
    base: str
    foreign: str
    ledger: Ledger
    rates: dict[tuple[str, date], int]

    def _days(self, first: date, last: date, count: int) -> Iterator[date]:
        """Days in no order, because entries need not be posted in the order of their dates."""
        for _ in range(count):
            yield first + timedelta(days=self.chance.randint(0, (last - first).days))

    def _home(self, account: str, amount: int) -> Line:
        return Line(account, self.base, amount, amount)

    def _of(self, kind: str) -> str:
        return self.chance.choice([each.code for each in self.ledger.accounts.values() if each.type == kind])

    def _amount(self) -> int:
        return self.chance.choice(
            (1, 3, 99, self.chance.randint(1, 9_999), self.chance.randint(1, 99_999_999))
        )

    def _by_itself(self, first: date, last: date) -> None:
        """Lines of banks that are booked at rates, and transfers from one currency into another."""
        for day in self._days(first, last, self.chance.randint(1, 4)):
            self._line_at_a_rate(day)
        for day in self._days(first, last - timedelta(days=3), self.chance.randint(1, 2)):
            self._transfer_between_currencies(day)

    def _act(self, act: Act, *entries: Entry) -> None:
        self.ledger.acts[len(self.ledger.entries)] = act
        self.ledger.entries.extend(entries)

    def _rate(self, currency: str, day: date) -> tuple[str, date, int]:
        """What one unit costs in the book's currency, in millionths; one rate a day."""
        if (currency, day) not in self.rates:
            self.rates[currency, day] = self.chance.choice(
                (1_000_000, self.chance.randint(500_000, 2_000_000), self.chance.randint(900, 200_000_000))
            )
        return currency, day, self.rates[currency, day]

    def _worth(self, amount: int, currency: str, millionths: int) -> int:
        """What the coins are worth in those of the book, half a coin rounded away from nothing."""
        dividend = abs(amount) * millionths * 10 ** DIGITS[self.base]
        divisor = 10 ** (6 + DIGITS[currency])
        worth = (2 * dividend + divisor) // (2 * divisor)
        return worth if amount > 0 else -worth

    def _converted(self, line: BankLine, millionths: int, other: str) -> tuple[Line, ...]:
        """What a foreign line becomes: its currency and the book's each add up to nothing by themselves."""
        base = self._worth(line.amount, line.currency, millionths)
        return (
            Line(line.account, line.currency, line.amount, base),
            Line("1900", line.currency, -line.amount, -base),
            self._home("1900", base),
            self._home(other, -base),
        )

    def _foreign_line(self, day: date, sign: int) -> tuple[BankLine, tuple[str, date, int]]:
        """A line that is worth at least a coin."""
        rate = self._rate(self.foreign, day)
        amount = sign * self.chance.randint(1, 9_999_999)
        while not self._worth(amount, self.foreign, rate[2]):
            amount *= 10
        return BankLine("1020", self.foreign, day, amount), rate

    def _line_at_a_rate(self, day: date) -> None:
        sign = self.chance.choice((1, -1))
        line, rate = self._foreign_line(day, sign)
        other = self._of("income" if sign > 0 else "expense")
        act = Act("line", day, lines=(line,), other=other, rates=(rate,))
        self._act(act, Entry(day, self._converted(line, rate[2], other)))

    def _transfer_between_currencies(self, day: date) -> None:
        """Money leaves in one currency and arrives in another, perhaps days later; the rest of both rates stays."""
        there = day + timedelta(days=self.chance.randint(0, 3))
        sent = BankLine("1000", self.base, day, -self._amount())
        received, rate = self._foreign_line(there, 1)
        out = Entry(day, (self._home("1000", sent.amount), self._home("1910", -sent.amount)))
        into = Entry(there, self._converted(received, rate[2], "1910"))
        self._act(Act("transfer", day, 2, lines=(sent, received), rates=(rate,)), out, into)

    def _revalue(self, day: date) -> None:
        """Bring what is kept abroad to its worth; half the time it is taken back on the next day."""
        rate = self._rate(self.foreign, day)
        amount = base = 0
        for entry in self.ledger.entries:
            if entry.date <= day:
                amount += sum(line.amount for line in entry.lines if line.account == "1020")
                base += sum(line.base for line in entry.lines if line.account == "1020")
        gain = (self._worth(amount, self.foreign, rate[2]) if amount else 0) - base
        if not gain:
            return
        lines = (Line("1020", self.foreign, 0, gain), self._home("4900", -gain))
        entries = [Entry(day, lines)]
        if is_reversed := self.chance.random() < 0.5:
            mirrored = (Line("1020", self.foreign, 0, -gain), self._home("4900", gain))
            entries.append(Entry(day + timedelta(days=1), mirrored, "", len(self.ledger.entries) + 1))
        self._act(Act("revaluation", day, 1 + is_reversed, rates=(rate,)), *entries)

    def _close_the_year(self) -> None:
        """Move what was earned and spent to retained earnings."""
        totals: dict[str, int] = defaultdict(int)
        for entry in self.ledger.entries:
            for line in entry.lines:
                if self.ledger.accounts[line.account].type in {"income", "expense"}:
                    totals[line.account] += line.base
        closed = [self._home(code, -total) for code, total in sorted(totals.items()) if total]
        earned = sum(line.base for line in closed)
        if earned:
            closed.append(self._home("3000", -earned))
        if closed:
            self._act(Act("closing", YEAR_END), Entry(YEAR_END, tuple(closed)))


class _Maker(_Acts):
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.base = self.chance.choice(("USD", "EUR", "JPY", "KWD"))
        self.foreign = self.chance.choice([code for code in DIGITS if code != self.base])
        self.ledger = Ledger(seed, self.base, {})
        self.rates: dict[tuple[str, date], int] = {}
        self._open("1000", "Checking", "asset", self.base)
        self._open("1010", "Savings", "asset")
        self._open("1020", f"Abroad {self.foreign}", "asset", self.foreign)
        self._open("2000", "Card", "liability", self.base)
        self._open("2500", "Loan", "liability")
        self._open("1900", "Conversion", "asset", role="conversion")
        self._open("1910", "On its way", "asset", role="transfer")
        self._open("4900", "Gains and losses", "income", role="exchange")
        self._open("3000", "Retained earnings", "equity", role="retained")
        self._open("3900", "Opening balances", "equity")
        for number in range(self.chance.randint(2, 4)):
            self._open(f"4{number}00", self.chance.choice(_NAMES), "income")
        for number in range(self.chance.randint(3, 6)):
            # Codes need not be numbers.
            code = self.chance.choice((f"6{number}00", f"x/{number}", f"É {number}"))
            self._open(code, self.chance.choice(_NAMES), "expense")

    def _open(
        self, code: str, name: str, kind: str, currency: str | None = None, role: str | None = None
    ) -> None:
        self.ledger.accounts[code] = Account(code, name, kind, currency, role)

    def make(self) -> Ledger:
        openings = (self._home("1000", 500_000), self._home("3900", -500_000))
        self._enter(FIRST_DAY, openings, "Opening balance")
        for day in self._days(FIRST_DAY, YEAR[1], self.chance.randint(15, 40)):
            self._something(day)
        self._by_itself(*YEAR)
        self._revalue(YEAR[1] - timedelta(days=self.chance.randint(1, 30)))
        self._close_the_year()
        for day in self._days(*QUARTER, self.chance.randint(5, 15)):
            self._something(day)
        self._by_itself(*QUARTER)
        self._revalue(LAST_DAY - timedelta(days=1))
        return self.ledger

    def _enter(self, day: date, lines: tuple[Line, ...], text: str = "", reverses: int | None = None) -> None:
        self.ledger.entries.append(Entry(day, lines, text, reverses))
        if self.chance.random() < 0.3:
            self.ledger.batches.append(len(self.ledger.entries))

    def _something(self, day: date) -> None:
        kinds = (
            self._purchase,
            self._sale,
            self._split,
            self._transfer,
            self._abroad,
            self._exchange,
            self._revaluation,
            self._worthless,
        )
        if self.chance.random() < 0.1 and (free := self._reversible()):
            self._reversal(day, self.chance.choice(free))
        else:
            self._enter(day, self.chance.choice(kinds)(), self.chance.choice(_TEXTS))

    def _purchase(self) -> tuple[Line, ...]:
        amount = self._amount()
        return self._home(self.chance.choice(("1000", "2000")), -amount), self._home(
            self._of("expense"), amount
        )

    def _sale(self) -> tuple[Line, ...]:
        amount = self._amount()
        return self._home("1000", amount), self._home(self._of("income"), -amount)

    def _split(self) -> tuple[Line, ...]:
        parts = [self._amount() for _ in range(self.chance.randint(2, 6))]
        return self._home("1000", -sum(parts)), *(self._home(self._of("expense"), part) for part in parts)

    def _transfer(self) -> tuple[Line, ...]:
        amount = self._amount()
        here, there = self.chance.sample(("1000", "1010", "2000", "2500"), 2)
        return self._home(here, -amount), self._home(there, amount)

    def _abroad(self) -> tuple[Line, ...]:
        """Spend foreign money at home or on a foreign account."""
        foreign, base = self._amount(), self._amount()
        return Line("1020", self.foreign, -foreign, -base), self._home(self._of("expense"), base)

    def _exchange(self) -> tuple[Line, ...]:
        """Change money at one rate that is booked at another: the rest is a gain or a loss, known beforehand."""
        foreign, kept, fee = self._amount(), self._amount(), self._amount()
        other = self.chance.choice([code for code in DIGITS if code not in {self.base, self.foreign}])
        return (
            Line("1020", self.foreign, foreign, kept),
            Line("1010", other, -self._amount(), -kept - fee),
            self._home(self._of("expense"), fee),
        )

    def _revaluation(self) -> tuple[Line, ...]:
        """Foreign money that is worth more or less than before, whether it stays or some of it went the other way."""
        gain = self._amount() * self.chance.choice((1, -1))
        moved = self.chance.choice((0, self._amount() * (-1 if gain > 0 else 1)))
        return Line("1020", self.foreign, moved, gain), self._home(self._of("income"), -gain)

    def _worthless(self) -> tuple[Line, ...]:
        """Foreign money that counts for nothing moves to another account."""
        amount = self._amount()
        return Line("1020", self.foreign, -amount, 0), Line("1010", self.foreign, amount, 0)

    def _reversible(self) -> list[int]:
        made_by_acts = {
            place + each for place, act in self.ledger.acts.items() for each in range(1, act.count + 1)
        }
        taken_back = {each.reverses for each in self.ledger.entries}
        return [
            place
            for place, each in enumerate(self.ledger.entries, 1)
            if each.reverses is None and place not in taken_back | made_by_acts and len(each.lines) < 7
        ]

    def _reversal(self, day: date, place: int) -> None:
        mirrored = tuple(
            Line(line.account, line.currency, -line.amount, -line.base)
            for line in self.ledger.entries[place - 1].lines
        )
        self._enter(day, mirrored, "Taken back", place)
