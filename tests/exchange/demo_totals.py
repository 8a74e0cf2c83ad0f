"""What stands on the accounts of the demo books, added up from the movements that their files were made of."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.pipeline import demo
from ledgerflow.pipeline.demo_statements import (
    CAFE_HABITS,
    CARD_HABITS,
    CHECKING_HABITS,
    Habit,
    Movement,
    months_before,
    movements_of,
)
from ledgerflow.posting.models import OpeningBalance


@dataclass(frozen=True)
class _Account:
    name: str
    number: str
    opening_cents: int
    habits: tuple[Habit, ...]


_BOOKS = {
    "demo-design": (
        demo._KINDS_DESIGN,
        (
            _Account("Business checking", "4416190233", 845000, CHECKING_HABITS),
            _Account("Business card", "5100447100882211", -31240, CARD_HABITS),
        ),
    ),
    "demo-cafe": (
        demo._KINDS_CAFE,
        (_Account("Geschäftskonto", "DE89370400440532013000", 1204510, CAFE_HABITS),),
    ),
}


@dataclass(frozen=True)
class Booked:
    """Cents on an account, debit positive."""

    date: date
    code: str
    cents: int


def demo_movements(book: Book, now: datetime) -> list[Booked]:
    """Return both sides of everything in the demo book; of the newest month, nothing is posted."""
    kinds, accounts = _BOOKS[book.slug]
    is_design = book.slug == "demo-design"
    months = demo.months_with_files(now.date()) if is_design else months_before(now.date(), 6)
    found = []
    for account in accounts:
        bank_account = book.bank_accounts.get(name=account.name)
        bank = bank_account.ledger_account.code
        moved = [
            movement
            for month in months[:-1]
            for movement in movements_of(account.habits, month, account.number)
            if not (is_design and _is_left(movement, account, now))
        ]
        # On which day the balance is brought forward is what the first file covers, not what it amounts to.
        opened = OpeningBalance.objects.get(book=book, bank_account=bank_account).date
        found += [Booked(opened, bank, account.opening_cents), Booked(opened, "3900", -account.opening_cents)]
        for movement in moved:
            if is_design and movement.kind == "unknown" and movement.day.year < now.year:
                found += [
                    Booked(movement.day, bank, movement.cents),
                    Booked(movement.day, demo.CHECKS, -movement.cents),
                ]
            elif movement.kind in kinds:
                found += [
                    Booked(movement.day, bank, movement.cents),
                    Booked(movement.day, kinds[movement.kind], -movement.cents),
                ]
            elif movement.kind == "transfer" and movement.day < months[-2]:
                # The other account has the other side, of the same day; of the last two months nobody confirmed it.
                found.append(Booked(movement.day, bank, movement.cents))
    return found


def _is_left(movement: Movement, account: _Account, now: datetime) -> bool:
    """Whether the line waits on the card's last statement of last year; one that recurs word by word was decided."""
    return (
        account.habits is CARD_HABITS
        and (movement.day.year, movement.day.month) == (now.year - 1, 12)
        and movement.kind in demo.LEFT_OPEN
        and not movement.text.startswith("ADOBE")
    )


def totals_through(booked: list[Booked], last: date) -> dict[str, Decimal]:
    """Return what stands on each account at the end of the day, accounts at zero left out."""
    totals: dict[str, int] = defaultdict(int)
    for each in booked:
        if each.date <= last:
            totals[each.code] += each.cents
    return {code: Decimal(cents).scaleb(-2) for code, cents in totals.items() if cents}
