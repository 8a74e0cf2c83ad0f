"""The lines of a statement as columns, and their way into PostgreSQL."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any

from django.db.backends.utils import CursorWrapper

from ledgerflow.core.copying import NULL, amounts, copy_rows, days, texts
from ledgerflow.statements.days import Words
from ledgerflow.statements.models import Statement
from ledgerflow.toolbox import values


class Columns:
    """A statement's lines, column by column: an empty counterparty, reference or identifier says nothing."""

    def __init__(self, lines: Sequence[values.StatementLine]) -> None:
        self.lines = lines
        self.count = len(lines)
        self.dates = self._column("date")
        self.amounts = self._column("amount")
        self.descriptions = self._column("description")
        self.places = self._column("place")
        self.value_dates = self._column("value_date")
        self.counterparties = self._column("counterparty")
        self.references = self._column("reference")
        self.bank_ids = self._column("bank_id")
        self.balances = self._column("balance")
        self.currencies = self._column("currency")
        self.original_amounts = self._column("original_amount")
        self.original_currencies = self._column("original_currency")
        self.rates = self._column("rate")
        self.booking_dates = self._other_days_of("booking_date")
        self.transaction_dates = self._other_days_of("transaction_date")
        self.is_pending = [status == values.PENDING for status in self._column("status")]

    def _column(self, name: str) -> list[Any]:
        return list(map(itemgetter(values.StatementLine._fields.index(name)), self.lines))

    def _other_days_of(self, name: str) -> list[Any]:
        """A column of days; what a reader repeats of the line's own date says nothing."""
        column = self._column(name)
        if not any(column):
            return column
        return [None if day == own else day for day, own in zip(column, self.dates, strict=True)]

    def only(self, numbers: Iterable[int]) -> "Columns":
        """Return the columns of these lines."""
        return Columns([self.lines[number] for number in numbers])

    def words(self, number: int) -> Words:
        """Return what the file says of one line."""
        return Words(
            self.descriptions[number],
            self.counterparties[number] or None,
            self.references[number] or None,
            self.bank_ids[number] or None,
            self.value_dates[number],
            self.original_amounts[number],
            self.original_currencies[number],
            self.rates[number],
            self.booking_dates[number],
            self.transaction_dates[number],
        )

    def copy_lines(self, cursor: CursorWrapper, statement: Statement, ids: Iterable[int], hold: str) -> None:
        """Insert every line under its id."""
        copy_rows(
            cursor,
            "statements_statementline",
            {
                "id": map(str, ids),
                "book_id": repeat(str(statement.book_id), self.count),
                "bank_account_id": repeat(str(statement.bank_account_id), self.count),
                "currency": repeat(statement.currency, self.count),
                "hold": repeat(hold, self.count),
                "date": days(self.dates),
                "value_date": days(self.value_dates),
                "amount": amounts(self.amounts),
                "description": texts(self.descriptions),
                "counterparty": texts([text or None for text in self.counterparties]),
                "reference": texts([text or None for text in self.references]),
                "bank_id": texts([text or None for text in self.bank_ids]),
                "is_pending": _flags(self.is_pending),
                **self._originals(),
                **self._other_days(),
            },
        )

    def _originals(self) -> dict[str, Iterable[str]]:
        """The columns about another currency; none where no line is about one, as nearly always."""
        if not any(self.original_currencies):
            return {}
        return {
            "original_amount": amounts(self.original_amounts),
            "original_currency": texts(self.original_currencies),
            "rate": amounts(self.rates),
        }

    def _other_days(self) -> dict[str, Iterable[str]]:
        """The columns of booking and transaction date, each only where a line has one."""
        columns = {"booking_date": self.booking_dates, "transaction_date": self.transaction_dates}
        return {name: days(column) for name, column in columns.items() if any(column)}

    def copy_sightings(
        self,
        cursor: CursorWrapper,
        statement: Statement,
        line_ids: Iterable[int],
        differs: Sequence[str | None] | None = None,
    ) -> None:
        """Insert the sightings, numbered from 1; ``differs`` is the JSON text of that column."""
        copy_rows(
            cursor,
            "statements_sighting",
            {
                "book_id": repeat(str(statement.book_id), self.count),
                "statement_id": repeat(str(statement.pk), self.count),
                "no": map(str, range(1, self.count + 1)),
                "line_id": map(str, line_ids),
                "place": self._places(),
                "balance": amounts(self.balances),
                "is_pending": _flags(self.is_pending),
                "differs": repeat(NULL, self.count) if differs is None else texts(differs),
            },
        )

    def _places(self) -> Iterator[str]:
        if all(len(place) == 1 and type(place.get("line")) is int for place in self.places):
            return ('{"line": %d}' % place["line"] for place in self.places)  # noqa: UP031 - a third of the time
        return texts([json.dumps(dict(place)) for place in self.places])


def _flags(column: Iterable[bool]) -> Iterator[str]:
    return ("t" if flag else "f" for flag in column)
