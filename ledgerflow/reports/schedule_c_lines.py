"""The journal lines behind the figures of Schedule C: added up by account, and one by one with their evidence.

Evidence is the bank statement that shows the line: a line has it when its entry, or the entry that it reverses, came
from a bank line. Receipts are those attached to that bank line. Entries that close a year are left out. Amounts are
base amounts, debit positive. On the accrual basis the lines of a year are those whose document is of it, where one has
a date, and else those that the bank booked in it.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.ledger.selectors import Place, closing_entries
from ledgerflow.posting.accrual_selectors import SHIFTED
from ledgerflow.reports.basis import Basis as Method

#: Rows fetched at once from the database.
_BLOCK = 2_000


class Counted(NamedTuple):
    """Journal lines that count together: those of an account with the same tax line of their own, or with none."""

    account_id: int
    own_tax_line: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved in the days asked for.

    ``evidence_count`` of its lines are shown by a statement, ``receipt_count`` have a receipt.
    """

    amount: Decimal
    line_count: int
    evidence_count: int
    receipt_count: int


@dataclass(frozen=True, slots=True)
class BankEvidence:
    """The bank line behind a journal line, and where a document shows it; money out of the bank is negative."""

    line_id: int
    date: date
    amount: Decimal
    currency: str
    description: str
    document_id: int
    document_sha256: str
    document_name: str
    place: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LineEvidence:
    """A receipt of a bank line; its id is that of its document."""

    id: int
    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A journal line behind a figure."""

    account_id: int
    place: Place
    amount: Decimal
    text: str
    reverses_number: int | None
    evidence: BankEvidence | None
    receipts: tuple[LineEvidence, ...]
    own_tax_line: str

    @property
    def counted(self) -> Counted:
        """With which lines it counts."""
        return Counted(self.account_id, self.own_tax_line)


@dataclass(frozen=True, slots=True)
class Days:
    """The days that lines are of, both included, and what says of which day a line is."""

    first: date
    last: date
    method: Method = Method.CASH


def moved(*, book: Book, account_ids: Collection[int], days: Days) -> dict[Counted, Moved]:
    """Return what moved on each account that has lines in the days, by their own tax lines; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED.format(**_OF[days.method]), _bounds(book, account_ids, days))
        return {Counted(account_id, own): Moved(*rest) for account_id, own, *rest in cursor.fetchall()}


def page_of_lines(
    *,
    book: Book,
    counted: Collection[Counted],
    days: Days,
    after: Place | None = None,
    limit: int = 100,
) -> tuple[list[FigureLine], Place | None]:
    """Return the lines that count so, oldest first, after the place, and the place to ask for next; two queries."""
    beyond = after or Place(date.min, 0, 0)
    facts = _bounds(book, {each.account_id for each in counted}, days) | {
        "counted_accounts": [each.account_id for each in counted],
        "counted_lines": [each.own_tax_line for each in counted],
        "after_date": beyond.date,
        "after_entry": beyond.entry_number,
        "after_no": beyond.no,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(beyond=_BEYOND, limit="LIMIT %(limit)s", **_OF[days.method]), facts)
        lines = [_line(row) for row in cursor.fetchall()]
    more, lines = len(lines) > limit, lines[:limit]
    return lines, lines[-1].place if more else None


def all_lines(*, book: Book, account_ids: Collection[int], days: Days) -> Iterator[FigureLine]:
    """Yield every line of the accounts, oldest first, as they are at one moment; two queries, read in blocks."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            _LINES.format(beyond="", limit="", **_OF[days.method]), _bounds(book, account_ids, days)
        )
        while rows := cursor.fetchmany(_BLOCK):
            yield from map(_line, rows)


def _bounds(book: Book, account_ids: Collection[int], days: Days) -> dict[str, Any]:
    return {
        "book": book.pk,
        "accounts": list(account_ids),
        "first": days.first,
        "last": days.last,
        "closings": closing_entries(book=book),
    }


def _line(row: tuple[Any, ...]) -> FigureLine:
    account_id, own, day, entry_number, no, amount, text, reverses_number, receipts, *bank = row
    evidence = _evidence(bank)
    words = text or (evidence.description if evidence else "")
    return FigureLine(
        account_id=account_id,
        place=Place(day, entry_number, no),
        amount=amount,
        text=words,
        reverses_number=reverses_number,
        evidence=evidence,
        receipts=tuple(LineEvidence(**one) for one in json.loads(receipts or "[]")),
        own_tax_line=own,
    )


def _evidence(bank: Sequence[Any]) -> BankEvidence | None:
    line_id, day, amount, currency, description, document_id, sha256, name, place = bank
    if line_id is None:
        return None
    return BankEvidence(
        line_id, day, amount, currency, description, document_id, sha256, name, json.loads(place)
    )


_BOOKED = """
SELECT line.* FROM ledger_journalline AS line
 WHERE line.book_id = %(book)s AND line.account_id = ANY(%(accounts)s)
   AND line.date BETWEEN %(first)s AND %(last)s AND line.entry_number <> ALL(%(closings)s::bigint[])
"""
# What a document moves out of the days is left out, and what one moves into them comes from outside.
_EARNED = f"""
{_BOOKED} AND NOT EXISTS (
       SELECT FROM shifted WHERE shifted.entry_number = line.entry_number AND shifted.no = line.no
          AND shifted.document_date NOT BETWEEN %(first)s AND %(last)s)
 UNION ALL
SELECT line.* FROM shifted
  JOIN ledger_journalline AS line
    ON line.book_id = %(book)s AND line.entry_number = shifted.entry_number AND line.no = shifted.no
 WHERE shifted.account_id = ANY(%(accounts)s) AND shifted.document_date BETWEEN %(first)s AND %(last)s
   AND shifted.posted_on NOT BETWEEN %(first)s AND %(last)s AND line.entry_number <> ALL(%(closings)s::bigint[])
"""  # noqa: S608 - composed of the constant above
_OF = {
    Method.CASH: {"before": "", "source": _BOOKED},
    Method.ACCRUAL: {"before": f"WITH {SHIFTED}", "source": _EARNED},
}
# What an entry was posted with counts for its reversal, too, whose lines have the same numbers.
_OWN = """
  LEFT JOIN posting_owntaxline AS own ON own.book_id = line.book_id AND own.no = line.no
        AND own.entry_number = coalesce(entry.reverses_number, entry.number)
"""
_MOVED = f"""
{{before}}
SELECT line.account_id, coalesce(own.tax_line, ''), sum(line.base_amount), count(*), count(posting.line_id),
       count(*) FILTER (WHERE posting.line_id IN (
           SELECT line_id FROM statements_linereceipt WHERE book_id = %(book)s AND detached_at IS NULL))
  FROM ({{source}}) AS line
  JOIN ledger_journalentry AS entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
  {_OWN}
  LEFT JOIN LATERAL (
        SELECT line_id FROM classification_classification
         WHERE book_id = line.book_id AND entry_number = coalesce(entry.reverses_number, entry.number)
        UNION ALL
        SELECT line_id FROM posting_reversedposting
         WHERE book_id = line.book_id AND entry_number = coalesce(entry.reverses_number, entry.number)
       ) AS posting ON true
 GROUP BY line.account_id, coalesce(own.tax_line, '')
"""  # noqa: S608 - composed of the constant above

# A bank line is where it stands now, or, once its import was undone, what was kept of it. Of several documents that
# show it, the first is taken.
_LINES = f"""
{{before}}
SELECT line.account_id, line.own_tax_line, line.date, line.entry_number, line.no, line.base_amount, words.text,
       entry.reverses_number,
       (SELECT json_agg(json_build_object('id', receipt.id, 'sha256', receipt.sha256, 'name', receipt.name)
                        ORDER BY attached.id)::text
          FROM statements_linereceipt AS attached
          JOIN documents_document AS receipt
                 ON receipt.book_id = attached.book_id AND receipt.id = attached.receipt_id
         WHERE attached.book_id = line.book_id AND attached.line_id = posting.line_id
           AND attached.detached_at IS NULL),
       posting.line_id, coalesce(bank.date, gone.date), coalesce(bank.amount, gone.amount),
       coalesce(bank.currency, gone.currency), coalesce(bank.description, gone.description),
       document.id, document.sha256, document.name, coalesce(seen.place, gone.place)
  FROM (SELECT line.*, coalesce(own.tax_line, '') AS own_tax_line FROM ({{source}}) AS line
          JOIN ledger_journalentry AS entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
          {_OWN} {{beyond}}
         ORDER BY line.date, line.entry_number, line.no {{limit}}) AS line
  JOIN ledger_journalentry AS entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
  LEFT JOIN ledger_entrytext AS words ON words.book_id = line.book_id AND words.entry_number = line.entry_number
  LEFT JOIN LATERAL (
        SELECT line_id FROM classification_classification
         WHERE book_id = line.book_id AND entry_number = coalesce(entry.reverses_number, entry.number)
        UNION ALL
        SELECT line_id FROM posting_reversedposting
         WHERE book_id = line.book_id AND entry_number = coalesce(entry.reverses_number, entry.number)
       ) AS posting ON true
  LEFT JOIN statements_statementline AS bank ON bank.book_id = line.book_id AND bank.id = posting.line_id
  LEFT JOIN posting_withdrawnline AS gone ON gone.book_id = line.book_id AND gone.id = posting.line_id
  LEFT JOIN LATERAL (
        SELECT statement.document_id, sighting.place
          FROM statements_sighting AS sighting
          JOIN statements_statement AS statement ON statement.id = sighting.statement_id
         WHERE sighting.book_id = line.book_id AND sighting.line_id = posting.line_id
         ORDER BY sighting.statement_id, sighting.no LIMIT 1) AS seen ON true
  LEFT JOIN documents_document AS document
         ON document.book_id = line.book_id AND document.id = coalesce(seen.document_id, gone.document_id)
 ORDER BY line.date, line.entry_number, line.no
"""  # noqa: S608 - composed of the constant above
_BEYOND = """
         WHERE (line.date, line.entry_number, line.no) > (%(after_date)s, %(after_entry)s, %(after_no)s)
           AND (line.account_id, coalesce(own.tax_line, '')) IN (
               SELECT * FROM unnest(%(counted_accounts)s::bigint[], %(counted_lines)s::text[]))
"""
