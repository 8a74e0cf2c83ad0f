"""What stood beside the entries of a book's past, coming and ending as its journal goes on.

PostgreSQL takes each of them only as it began, compared with what was there then: rates that nothing had replaced,
opening balances and transfers whose entries nothing had reversed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import ExchangeRate
from ledgerflow.posting.errors import HistoryError
from ledgerflow.posting.models import (
    Exchange,
    OpeningBalance,
    OwnTaxLine,
    PrivatePart,
    RevaluedBalance,
    StatedAmount,
    Transfer,
)
from ledgerflow.users.models import User

AT_A_TIME = 5_000

#: What changes once, when it ends.
Ended = TypeVar("Ended", OpeningBalance, Transfer, ExchangeRate)
OfEntry = TypeVar("OfEntry", Exchange, RevaluedBalance, OwnTaxLine, PrivatePart)


@dataclass(frozen=True, slots=True)
class PastFacts:
    """What stands beside entries, as it is now and not saved yet.

    All opening balances, rates, exchanges, revalued balances, own tax lines and private parts, and the transfers that
    were taken back. What has an id has it already. What belongs to entries comes in their order, rates in that of their
    ids.
    """

    openings: Sequence[OpeningBalance] = ()
    transfers: Sequence[Transfer] = ()
    rates: Iterable[ExchangeRate] = ()
    exchanges: Iterable[Exchange] = ()
    revalued: Iterable[RevaluedBalance] = ()
    tax_lines: Iterable[OwnTaxLine] = ()
    private_parts: Iterable[PrivatePart] = ()


class Beside:
    """What stands beside entries, begun and ended as the journal goes on."""

    def __init__(self, book: Book, facts: PastFacts, user: User) -> None:
        self._book, self._user = book, user
        self._rates = _Rates(facts.rates)
        self._exchanges = _InOrder(facts.exchanges)
        self._revalued = _InOrder(facts.revalued)
        self._tax_lines = _InOrder(facts.tax_lines)
        self._private_parts = _InOrder(facts.private_parts)
        self._openings: dict[int, OpeningBalance] = {}
        self._without_entries: list[OpeningBalance] = []
        for opening in facts.openings:
            if opening.entry_number is None:
                self._without_entries.append(opening)
            elif opening.entry_number in self._openings:
                raise HistoryError(f"Entry {opening.entry_number} opened one account, and not two.")
            else:
                self._openings[opening.entry_number] = opening
        self._transfers: dict[int, list[Transfer]] = {}
        for transfer in facts.transfers:
            self._transfers.setdefault(max(_entries_of(transfer)), []).append(transfer)
        self._begun: dict[int, OpeningBalance | Transfer] = {}

    def begin(self) -> None:
        """Bring in the first rates, and balances of zero that ended, each at once."""
        self._rates.begin()
        for opening in self._without_entries:
            if opening.ended_at is not None:
                save_as_it_began(opening)
                save_its_end(opening)

    def end_with(self, reversed_numbers: Iterable[int | None], *, freed: Collection[int]) -> None:
        """End what stood beside entries that are reversed now; a transfer ends with both of its entries.

        ``freed`` are the lines that no longer stand in the journal; what the bank stated of them then is forgotten.
        """
        for number in reversed_numbers:
            ending = None if number is None else self._begun.pop(number, None)
            if isinstance(ending, OpeningBalance) or (
                ending is not None and not self._begun.keys() & _entries_of(ending)
            ):
                save_its_end(ending)
        if freed:
            StatedAmount.objects.filter(book=self._book, line_id__in=freed).delete()

    def come_before_links(self, numbers: range, lines: Mapping[int, int], posted_at: datetime) -> None:
        """Bring in what stands beside the entries, and for the moment what the bank stated of their ``lines``."""
        exchanges = self._exchanges.through(numbers)
        revalued = self._revalued.through(numbers)
        self._rates.stand(row.exchange_rate_id for row in exchanges)
        self._rates.stand(row.exchange_rate_id for row in revalued)
        Exchange.objects.bulk_create(exchanges, batch_size=AT_A_TIME)
        RevaluedBalance.objects.bulk_create(revalued, batch_size=AT_A_TIME)
        OwnTaxLine.objects.bulk_create(self._tax_lines.through(numbers), batch_size=AT_A_TIME)
        PrivatePart.objects.bulk_create(self._private_parts.through(numbers), batch_size=AT_A_TIME)
        StatedAmount.objects.bulk_create(
            StatedAmount(
                book=self._book,
                line_id=lines[row.entry_number],
                base_amount=row.stated_amount,
                stated_by=self._user,
                stated_at=posted_at,
            )
            for row in exchanges
            if row.stated_amount is not None and row.entry_number in lines
        )

    def come_after_links(self, numbers: range) -> None:
        """Bring in the opening balances and transfers of the entries, whose lines are linked."""
        for number in numbers:
            if opening := self._openings.pop(number, None):
                save_as_it_began(opening)
                self._begun[number] = opening
            for transfer in self._transfers.pop(number, ()):
                save_as_it_began(transfer)
                self._begun |= dict.fromkeys(_entries_of(transfer), transfer)

    def finish(self) -> None:
        """Bring in the balances of zero that stand and the last rates; what began and was to end has ended.

        Raises:
            HistoryError: an entry or its reversal is not in the book.
        """
        self._exchanges.finish()
        self._revalued.finish()
        self._tax_lines.finish()
        self._private_parts.finish()
        for number in (*self._openings, *self._transfers):
            raise HistoryError(f"The book has no entry {number}, which opened an account or was a transfer.")
        for number, left in self._begun.items():
            if left.ended_at is not None:
                raise HistoryError(f"The book does not reverse entry {number}, though what it posted ended.")
        for opening in self._without_entries:
            if opening.ended_at is None:
                save_as_it_began(opening)
        self._rates.finish()


class _Rates:
    """Rates of one currency, day and source replace each other; each stands when an entry is made at it."""

    def __init__(self, rates: Iterable[ExchangeRate]) -> None:
        self._chains: dict[tuple[object, ...], list[ExchangeRate]] = {}
        for rate in rates:
            self._chains.setdefault((rate.currency, rate.date, rate.source), []).append(rate)
        self._chain_of = {
            rate.pk: chain for chain in self._chains.values() if len(chain) > 1 for rate in chain[1:]
        }

    def begin(self) -> None:
        """Bring in the first of each chain."""
        firsts = (_as_it_began(chain[0]) for chain in self._chains.values())
        ExchangeRate.objects.bulk_create(firsts, batch_size=AT_A_TIME)

    def stand(self, rate_ids: Iterable[int | None]) -> None:
        """Let the rates stand, each in place of those before it."""
        for rate_id in rate_ids:
            while rate_id in self._chain_of:
                self._replace(self._chain_of[rate_id])

    def finish(self) -> None:
        """Bring in those that are left, and replace what was replaced."""
        for chain in self._chains.values():
            while len(chain) > 1:
                self._replace(chain)
            if chain[0].replaced_at is not None:
                save_its_end(chain[0])

    def _replace(self, chain: list[ExchangeRate]) -> None:
        save_its_end(chain.pop(0))
        save_as_it_began(chain[0])
        del self._chain_of[chain[0].pk]


class _InOrder(Generic[OfEntry]):
    """Rows that come in the order of their entries, taken as the entries come."""

    def __init__(self, rows: Iterable[OfEntry]) -> None:
        self._rows: Iterator[OfEntry] = iter(rows)
        self._next: OfEntry | None = next(self._rows, None)

    def through(self, numbers: range) -> list[OfEntry]:
        """Return the rows of the entries."""
        found = []
        while self._next is not None and self._next.entry_number in numbers:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found

    def finish(self) -> None:
        """See that none is left.

        Raises:
            HistoryError: one is of an entry that is not in the book, or out of order.
        """
        if self._next is not None:
            raise HistoryError(
                f"The book has no entry {self._next.entry_number} that a rate, a tax line or a private part "
                "belongs to, or not in this order."
            )


def _entries_of(transfer: Transfer) -> set[int]:
    return {number for number in (transfer.out_entry, transfer.in_entry) if number is not None}


def save_as_it_began(fact: Ended) -> None:
    """Save it as it was before it ended."""
    _as_it_began(fact).save(force_insert=True)


def _as_it_began(fact: Ended) -> Ended:
    began = copy(fact)
    if isinstance(began, ExchangeRate):
        began.replaced_by_id, began.replaced_at = None, None
        return began
    began.ended_by_id, began.ended_at = None, None
    if isinstance(began, Transfer):
        began.state = Transfer.State.REJECTED if began.out_entry is None else Transfer.State.CONFIRMED
    else:
        began.reversed_by_number, began.end_reason = None, ""
    return began


def save_its_end(fact: OpeningBalance | Transfer | ExchangeRate) -> None:
    """Save what ended it."""
    if isinstance(fact, ExchangeRate):
        fact.save(update_fields=["replaced_by", "replaced_at"])
    elif isinstance(fact, Transfer):
        fact.save(update_fields=["state", "ended_by", "ended_at"])
    else:
        fact.save(update_fields=["reversed_by_number", "ended_by", "ended_at", "end_reason"])
