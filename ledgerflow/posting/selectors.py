"""Provenance: which entry a bank line became, and which line, statement and file stand behind an entry."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification
from ledgerflow.posting.models import ReversedPosting, WithdrawnLine
from ledgerflow.statements.models import Sighting, StatementLine


@dataclass(frozen=True, slots=True)
class SourceLine:
    """The bank line behind an entry, as the bank states it; money out negative.

    ``is_withdrawn`` when its import was undone after the entry was reversed: the line itself is gone.
    """

    line_id: int
    date: date
    description: str
    counterparty: str | None
    payee: str
    amount: Decimal
    currency: str
    bank_account: str
    is_withdrawn: bool = False

    @property
    def text(self) -> str:
        """The payee where known, else what the bank says."""
        return self.payee or self.counterparty or self.description


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """Where a file shows a line: ``place`` is what the reader says, such as a line number or an XPath.

    ``following`` is the line number of the statement's next record, where the file is one of numbered lines.
    """

    statement_id: int
    document_id: int
    document_name: str
    place: dict[str, Any]
    following: int | None = None


@dataclass(frozen=True, slots=True)
class LineEntry:
    """An entry that a bank line became, and the one that reversed it since."""

    entry_number: int
    reversed_by_number: int | None = None


def entry_for_line(*, book: Book, line_id: int) -> int | None:
    """Return the number of the unreversed entry that the line became."""
    made = Classification.objects.filter(book=book, line_id=line_id)
    return made.values_list("entry_number", flat=True).first()


def entries_of_line(*, book: Book, line_id: int) -> list[LineEntry]:
    """Return every entry of the line, reversed ones too, oldest first."""
    reversed_ones = ReversedPosting.objects.filter(book=book, line_id=line_id).order_by("entry_number")
    entries = [LineEntry(*row) for row in reversed_ones.values_list("entry_number", "reversed_by_number")]
    # A line is posted anew only behind its reversed entries.
    if (live := entry_for_line(book=book, line_id=line_id)) is not None:
        entries.append(LineEntry(live))
    return entries


def line_ids_behind(*, book: Book, numbers: Collection[int]) -> dict[int, int]:
    """Return the id of the bank line behind each entry that has one, reversed entries too; one query.

    Of a transfer it is the line of the money that went out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, {"book": book.pk, "numbers": list(numbers)})
        return dict(cursor.fetchall())


_BEHIND = """
SELECT entry_number, line_id FROM classification_classification
 WHERE book_id = %(book)s AND entry_number = ANY(%(numbers)s::bigint[]) AND NOT is_counterpart
 UNION ALL
SELECT past.entry_number, past.line_id FROM posting_reversedposting AS past
 WHERE past.book_id = %(book)s AND past.entry_number = ANY(%(numbers)s::bigint[])
   AND NOT EXISTS (
       SELECT FROM posting_transfer AS transfer
        WHERE transfer.book_id = past.book_id AND transfer.in_line_id = past.line_id
          AND transfer.in_entry = past.entry_number AND transfer.out_entry = past.entry_number)
"""


def lines_for_entries(*, book: Book, numbers: Collection[int]) -> dict[int, SourceLine]:
    """Return the bank line behind each entry that has one; four queries, however many entries."""
    behind = line_ids_behind(book=book, numbers=numbers)
    lines = StatementLine.objects.select_related("bank_account").in_bulk(behind.values())
    withdrawn = WithdrawnLine.objects.select_related("bank_account").in_bulk(
        set(behind.values()) - lines.keys()
    )
    names = dict(
        Classification.objects.filter(book=book, line_id__in=lines, payee__isnull=False).values_list(
            "line_id", "payee__name"
        )
    )
    return {
        number: _source(line, names.get(line_id, ""), is_withdrawn=line_id in withdrawn)
        for number, line_id in behind.items()
        if (line := lines.get(line_id) or withdrawn.get(line_id)) is not None
    }


def texts_for_entries(*, book: Book, numbers: Collection[int]) -> dict[int, str]:
    """Return what each entry that has a bank line is called in lists; three queries, however many entries."""
    behind = line_ids_behind(book=book, numbers=numbers)
    said = StatementLine.objects.filter(book=book, pk__in=behind.values())
    texts = {
        line_id: payee or counterparty or description
        for line_id, payee, counterparty, description in said.values_list(
            "pk", "classification__payee__name", "counterparty", "description"
        )
    }
    withdrawn = WithdrawnLine.objects.filter(book=book, pk__in=set(behind.values()) - texts.keys())
    for line_id, counterparty, description in withdrawn.values_list("pk", "counterparty", "description"):
        texts[line_id] = counterparty or description
    return {number: texts[line_id] for number, line_id in behind.items() if line_id in texts}


def _source(line: StatementLine | WithdrawnLine, payee: str, *, is_withdrawn: bool) -> SourceLine:
    return SourceLine(
        line_id=line.pk,
        date=line.date,
        description=line.description,
        counterparty=line.counterparty,
        payee=payee,
        amount=line.amount,
        currency=line.currency,
        bank_account=line.bank_account.name,
        is_withdrawn=is_withdrawn,
    )


def withdrawn_behind(*, book: Book, number: int) -> WithdrawnLine | None:
    """Return the bank line behind an entry whose import was undone, with its document; nothing for other entries."""
    line_ids = ReversedPosting.objects.filter(book=book, entry_number=number).values("line_id")
    return (
        WithdrawnLine.objects.filter(book=book, pk__in=line_ids)
        .select_related("bank_account", "document")
        .order_by("amount")
        .first()
    )


def places_of_line(*, book: Book, line_id: int) -> list[SourcePlace]:
    """Return every file and place that shows the line, first import first; one query."""
    following = Sighting.objects.filter(
        book=book, statement_id=OuterRef("statement_id"), no=OuterRef("no") + 1
    ).values("place")
    sightings = (
        Sighting.objects.filter(book=book, line_id=line_id)
        .select_related("statement__document")
        .annotate(following=Subquery(following))
        .order_by("statement_id", "no")
    )
    return [
        SourcePlace(
            statement_id=seen.statement_id,
            document_id=seen.statement.document_id,
            document_name=seen.statement.document.name,
            place=seen.place,
            following=_line_number(seen.following),
        )
        for seen in sightings
    ]


def _line_number(place: dict[str, Any] | None) -> int | None:
    number = (place or {}).get("line")
    return number if isinstance(number, int) else None


_FIRST_DAYS = """
SELECT behind.line_id, min(entry.date)
  FROM (SELECT line_id, entry_number AS number FROM classification_classification
         WHERE line_id = ANY(%(lines)s) AND state = 'posted'
         UNION ALL
        SELECT line_id, unnest(ARRAY[entry_number, reversed_by_number]) FROM posting_reversedposting
         WHERE line_id = ANY(%(lines)s)) AS behind
  JOIN ledger_journalentry AS entry ON entry.book_id = %(book)s AND entry.number = behind.number
 GROUP BY behind.line_id
"""


def first_posting_days(*, book: Book, line_ids: Collection[int]) -> dict[int, date]:
    """Return the earliest day of the entries, reversed ones and reversals too, of each line that has any; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_DAYS, {"book": book.pk, "lines": list(line_ids)})
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class LinePart:
    """What a bank line becomes beside its bank account, in the line's currency and sign: a part, or its private part.

    ``share`` is the business's of the whole part, in percent, and ``said`` of what that is said: the line, its payee or
    the account; both are empty where all of it is.
    """

    account_id: int | None
    amount: Decimal
    tax_line: str
    is_private: bool
    share: Decimal | None
    said: str | None


def parts_of_line(*, book: Book, line_id: int) -> list[LinePart]:
    """Return what posting the line would make of it, the parts first and what is private of them behind; one query.

    A part that has no account to go to has none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT part.account_id, part.amount, part.tax_line, part.is_private, part.share, part.said"
            " FROM classification_classification made"
            " CROSS JOIN LATERAL posting_parts_of(made.line_id, made.state = 'posted') part"
            " WHERE made.book_id = %s AND made.line_id = %s ORDER BY part.no",
            [book.pk, line_id],
        )
        return [LinePart(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class ToldPart:
    """A :class:`LinePart` for programs: the account by its code, none where there is none for the private part.

    ``tax_line`` is the one that counts, the part's own where ``is_own_tax_line``, else its account's.
    """

    account: str | None
    amount: Decimal
    tax_line: str
    is_own_tax_line: bool
    is_private: bool
    share: Decimal | None
    said: str | None


def told_parts(*, book: Book, line_ids: Collection[int]) -> dict[int, list[ToldPart]]:
    """Return what posting would make of each line that has an account or parts, as :func:`parts_of_line`; one query."""
    found: dict[int, list[ToldPart]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT made.line_id, account.code, part.amount,"
            " COALESCE(NULLIF(part.tax_line, ''), account.tax_line, ''), part.tax_line <> '',"
            " part.is_private, part.share, part.said"
            " FROM classification_classification made"
            " CROSS JOIN LATERAL posting_parts_of(made.line_id, made.state = 'posted') part"
            " LEFT JOIN ledger_account account ON account.id = part.account_id"
            " WHERE made.book_id = %s AND made.line_id = ANY(%s) AND (made.account_id IS NOT NULL OR made.is_split)"
            " ORDER BY made.line_id, part.no",
            [book.pk, list(line_ids)],
        )
        for line_id, *part in cursor.fetchall():
            found[line_id].append(ToldPart(*part))
    return dict(found)


def divided_accounts(*, book: Book, account_ids: Collection[int], first: date, last: date) -> list[int]:
    """Return those of the accounts of which something private went to drawings in the days; one query.

    An entry that is reversed within the days has left nothing there.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT private.account_id FROM posting_privatepart private"
            " JOIN ledger_journalentry entry ON entry.book_id = private.book_id AND entry.number = private.entry_number"
            " WHERE private.book_id = %(book)s AND private.account_id = ANY(%(accounts)s)"
            " AND entry.date BETWEEN %(first)s AND %(last)s AND NOT EXISTS ("
            " SELECT FROM ledger_journalentry reversal WHERE reversal.book_id = private.book_id"
            " AND reversal.reverses_number = private.entry_number AND reversal.date BETWEEN %(first)s AND %(last)s)"
            " ORDER BY private.account_id",
            {"book": book.pk, "accounts": list(account_ids), "first": first, "last": last},
        )
        return [account_id for (account_id,) in cursor.fetchall()]
