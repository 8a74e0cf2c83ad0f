"""Settle which lines are one movement under two days: as a set, for all lines of some amounts at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery

from ledgerflow.statements.days import OTHER_DAYS
from ledgerflow.statements.in_use import decided
from ledgerflow.statements.likeness import text_key
from ledgerflow.statements.models import BankAccount, DayQuestion, Hold, Sighting, Statement, StatementLine
from ledgerflow.statements.portions import Span
from ledgerflow.statements.services._anew import recognize_anew
from ledgerflow.statements.stored import span_of
from ledgerflow.statements.twins import NEAR, NOTHING, DatedLine, Kind, Showing, Twins, twins

_HELD = (Hold.DAYS, Hold.TWIN)
#: The bits of a number say which kinds of files show a line; further ones are taken for one kind.
_MOST_KINDS = 61
_MAY_BE_TWINS = (Hold.NONE, Hold.QUESTION, *_HELD)
# Lines may be twins that have a day in common by which they are not both dated, or that are alike but for a few days on
# which two kinds of files are whole; whether they are is decided with all that is known of them.
_CANDIDATES = """
WITH mine AS MATERIALIZED (
    SELECT id, amount, date, booking_date, value_date, transaction_date FROM statements_statementline
    WHERE book_id = %(book)s AND bank_account_id = %(account)s AND amount = ANY(%(amounts)s)
        AND hold IN ('', 'question', 'days', 'twin') AND NOT is_pending
), other_days AS MATERIALIZED (
    SELECT mine.id, amount, date, day
    FROM mine, LATERAL (VALUES (booking_date), (value_date), (transaction_date)) AS said (day)
    WHERE (value_date <> date OR booking_date IS NOT NULL OR transaction_date IS NOT NULL) AND day <> date
    UNION
    SELECT mine.id, mine.amount, mine.date, said.day
    FROM (
        SELECT line_id, differs FROM statements_sighting
        WHERE book_id = %(book)s AND statement_id = ANY(%(statements)s) AND differs IS NOT NULL
            AND differs ?| array['booking_date', 'value_date', 'transaction_date']
    ) otherwise
    JOIN mine ON mine.id = otherwise.line_id,
        LATERAL (VALUES ((differs->>'booking_date')::date), ((differs->>'value_date')::date),
            ((differs->>'transaction_date')::date)) AS said (day)
    WHERE said.day <> mine.date
), partly AS MATERIALIZED (
    SELECT sighting.line_id, bit_or(1::bigint << kinds.kind) AS kinds
    FROM statements_sighting sighting
    JOIN unnest(%(statements)s::bigint[], %(kinds)s::int[]) AS kinds (statement_id, kind)
        ON kinds.statement_id = sighting.statement_id
    WHERE sighting.book_id = %(book)s AND sighting.statement_id = ANY(%(statements)s) AND %(first)s::date IS NOT NULL
    GROUP BY sighting.line_id HAVING bit_or(1::bigint << kinds.kind) <> %(all_kinds)s
), near AS MATERIALIZED (
    SELECT mine.id, mine.amount, mine.date, partly.kinds FROM partly JOIN mine ON mine.id = partly.line_id
    WHERE mine.date BETWEEN %(first)s::date AND %(last)s::date
), looks AS MATERIALIZED (
    SELECT DISTINCT amount, date, kinds FROM near
), missed AS MATERIALIZED (
    SELECT one.amount, one.date, one.kinds, other.date AS other_date, other.kinds AS other_kinds
    FROM looks one JOIN looks other ON other.amount = one.amount AND other.kinds & one.kinds = 0
        AND other.date > one.date AND other.date <= one.date + %(near)s
)
SELECT one.id FROM other_days one
WHERE (one.amount, one.day) IN (SELECT amount, date FROM mine)
UNION
SELECT other.id FROM mine other
WHERE (other.amount, other.date) IN (SELECT amount, day FROM other_days)
UNION
SELECT id FROM (
    SELECT id, min(date) OVER alike <> max(date) OVER alike AS are_apart
    FROM other_days WINDOW alike AS (PARTITION BY amount, day)
) AS one WHERE are_apart
UNION
SELECT id FROM near WHERE (amount, date, kinds) IN (SELECT amount, date, kinds FROM missed)
UNION
SELECT id FROM near WHERE (amount, date, kinds) IN (SELECT amount, other_date, other_kinds FROM missed)
"""
_HELD_NOW = """
SELECT id, hold FROM statements_statementline
WHERE book_id = %(book)s AND bank_account_id = %(account)s AND hold IN ('days', 'twin') AND amount = ANY(%(amounts)s)
"""
# What is said of pairs of lines of these amounts, by people or, where nobody answered, by the files.
_SAID = """
SELECT question.id, question.statement_id, question.no, question.other_statement_id, question.other_no,
    question.answer, question.evidence, question.answered_by_id IS NOT NULL, one.line_id, other.line_id
FROM statements_dayquestion question
JOIN statements_sighting one ON one.book_id = question.book_id AND one.statement_id = question.statement_id
    AND one.no = question.no
JOIN statements_sighting other ON other.book_id = question.book_id
    AND other.statement_id = question.other_statement_id AND other.no = question.other_no
JOIN statements_statementline line ON line.book_id = question.book_id AND line.id = one.line_id
WHERE question.book_id = %(book)s AND question.bank_account_id = %(account)s AND question.other_no IS NOT NULL
    AND line.amount = ANY(%(amounts)s)
"""
# A file that says nothing else of a line's identifier says what stands with the line.
_IDS = """
SELECT sighting.statement_id, coalesce(sighting.differs->>'bank_id', line.bank_id) AS bank_id
FROM statements_sighting sighting
JOIN statements_statementline line ON line.book_id = sighting.book_id AND line.id = sighting.line_id
WHERE sighting.book_id = %(book)s AND sighting.statement_id = ANY(%(statements)s)
"""
_REPEATED = f"""
SELECT statement_id, bank_id FROM ({_IDS}) AS said
WHERE bank_id <> '' GROUP BY statement_id, bank_id HAVING count(*) > 1
"""  # noqa: S608 - text of this module
_SHARED_IDS = f"""
WITH numbered AS MATERIALIZED (
    SELECT DISTINCT kinds.kind, said.bank_id
    FROM ({_IDS}) AS said
    JOIN unnest(%(statements)s::bigint[], %(kinds)s::int[]) AS kinds (statement_id, kind) USING (statement_id)
    WHERE said.bank_id <> ''
)
SELECT DISTINCT one.kind, other.kind
FROM numbered one JOIN numbered other ON other.bank_id = one.bank_id AND other.kind > one.kind
"""  # noqa: S608 - text of this module


@dataclass(frozen=True, slots=True)
class _Said:
    """A row of the query."""

    id: int
    statement: int
    no: int
    other_statement: int
    other_no: int
    answer: str
    evidence: str
    is_by_person: bool
    line: int
    other_line: int


def settle_twins(
    *, bank_account: BankAccount, amounts: Iterable[Decimal], changed_days: Collection[date] = ()
) -> bool:
    """Say anew which lines of these amounts are shown under two days, and ask where nothing tells.

    One line of a movement stands, the others are held as its twins; what is asked about waits. A day on which that
    changes what is asked of it is recognized anew, and so are the ``changed_days``, of which somebody or a file that
    went changed what was known. Return whether there can be any. Two queries where only files of one format and layout
    are there; else their number does not grow with the lines.
    """
    statements = Statement.objects.filter(book=bank_account.book_id, bank_account=bank_account)
    lines = StatementLine.objects.filter(book=bank_account.book_id, bank_account=bank_account)
    kinds = statements.order_by().values_list("format", "layout").distinct()
    if len(kinds) < 2 and not changed_days and not lines.filter(hold__in=_HELD).exists():
        return False
    asked: dict[str, Any] = {
        "book": bank_account.book_id,
        "account": bank_account.pk,
        "amounts": sorted(set(amounts)),
    }
    held: dict[int, str] = {}
    said: list[_Said] = []
    pairs = DayQuestion.objects.filter(
        book=bank_account.book_id, bank_account=bank_account, other_no__isnull=False
    )
    with connection.cursor() as cursor:
        # Mostly there is nothing of either, and a hundred thousand amounts take time to hand over.
        if lines.filter(hold__in=_HELD).exists():
            cursor.execute(_HELD_NOW, asked)
            held = dict(cursor.fetchall())
        if pairs.exists():
            cursor.execute(_SAID, asked)
            said = [_Said(*row) for row in cursor.fetchall()]
        spans = {one.pk: span_of(one) for one in statements.select_related("document")}
        cursor.execute(_CANDIDATES, asked | _where_near(spans.values()))
        found = {line for (line,) in cursor.fetchall()}
    people = {
        frozenset((one.line, one.other_line)): one.answer == DayQuestion.Answer.SAME
        for one in said
        if one.is_by_person and one.line != one.other_line
    }
    found |= {line for pair in people for line in pair}
    dated = _dated(lines.filter(pk__in=found, is_pending=False, hold__in=_MAY_BE_TWINS))
    settled = twins(dated, spans, people, _numberings(bank_account, dated, spans.values()))
    parted = _write_questions(bank_account, settled, [one for one in said if not one.is_by_person], spans)
    parted |= {line for line, hold in held.items() if hold == Hold.TWIN and line not in settled.twins}
    lines.filter(pk__in=held.keys() - settled.twins - settled.waiting).update(hold=Hold.NONE)
    days = {*changed_days, *lines.filter(pk__in=parted).values_list("date", flat=True)}
    days |= _asked_days(bank_account).intersection(_paired_days(dated, settled, people))
    if days:
        recognize_anew(bank_account=bank_account, days=days)
    lines.filter(pk__in=settled.twins).exclude(hold=Hold.TWIN).update(hold=Hold.TWIN)
    lines.filter(pk__in=settled.waiting, hold__in=(Hold.NONE, Hold.TWIN)).update(hold=Hold.DAYS)
    return True


def _asked_days(bank_account: BankAccount) -> set[date]:
    """Return the days about which somebody is asked."""
    open_ones = DayQuestion.objects.filter(
        book=bank_account.book_id, bank_account=bank_account, answer="", other_no__isnull=True
    )
    return set(open_ones.values_list("date", flat=True))


def _paired_days(
    dated: Iterable[DatedLine], settled: Twins, people: Mapping[frozenset[int], bool]
) -> Iterator[date]:
    """Yield the days of lines of which another one is known to be the same."""
    same = {line for pair, is_same in people.items() if is_same for line in pair}
    yield from (line.date for line in dated if line.line in same)
    yield from (line.date for pair in settled.found for line in (pair.line, pair.other))


def days_of_twins(*, book: int, statements: Collection[int]) -> set[date]:
    """Return the days of lines that are the same as a line that the statements show under another day. Two queries."""
    said = DayQuestion.objects.filter(book=book, other_no__isnull=False, answer=DayQuestion.Answer.SAME)
    named = Sighting.objects.filter(book=book)
    days: set[date] = set()
    for mine, theirs in (("", "other_"), ("other_", "")):
        rows = said.filter(**{f"{mine}statement__in": statements})
        of_row = named.filter(statement=OuterRef(f"{theirs}statement"), no=OuterRef(f"{theirs}no"))
        days |= set(rows.annotate(day=Subquery(of_row.values("line__date"))).values_list("day", flat=True))
    return days


def amounts_of(*, book: int, statements: Collection[int]) -> set[Decimal]:
    """Return the amounts of the lines that the statements show. One query."""
    shown = Sighting.objects.filter(book=book, statement__in=statements)
    return set(shown.order_by().values_list("line__amount", flat=True).distinct())


def _where_near(spans: Collection[Span]) -> dict[str, Any]:
    """Return the days between the first and last on which files of two kinds are whole, and the kinds by number."""
    numbers: dict[tuple[str, str], int] = {}
    kinds = [numbers.setdefault((span.kind, span.layout), len(numbers)) for span in spans]
    reach: dict[tuple[str, str], tuple[date, date]] = {}
    for span in spans:
        begins = [day for day in (span.first_date, span.complete_from) if day is not None]
        if begins and span.end is not None:
            first, last = reach.get((span.kind, span.layout), (min(begins), span.end))
            reach[span.kind, span.layout] = min(first, *begins), max(last, span.end)
    both = [(max(one[0], other[0]), min(one[1], other[1])) for one, other in combinations(reach.values(), 2)]
    both = [(first, last) for first, last in both if first <= last]
    return {
        "statements": [span.statement for span in spans],
        "kinds": [min(kind, _MOST_KINDS) for kind in kinds],
        "all_kinds": sum({1 << min(kind, _MOST_KINDS) for kind in kinds}),
        "first": min((first for first, _last in both), default=None),
        "last": max((last for _first, last in both), default=None),
        "near": NEAR,
    }


def _dated(lines: Iterable[StatementLine]) -> list[DatedLine]:
    by_id = {line.pk: line for line in lines}
    if not by_id:
        return []
    shown: dict[int, list[Sighting]] = defaultdict(list)
    (book,) = {line.book_id for line in by_id.values()}
    for sighting in Sighting.objects.filter(book=book, line__in=list(by_id)).defer("place"):
        shown[sighting.line_id].append(sighting)
    by_people = decided(by_id)
    repeated = _repeated_ids(book, {one.statement_id for of_line in shown.values() for one in of_line})
    dated = (_dated_line(line, shown[pk], repeated) for pk, line in by_id.items())
    return [
        replace(one, is_in_use=one.line in by_people.in_use, is_left_out=one.line in by_people.left_out)
        for one in dated
    ]


def _repeated_ids(book: int, statements: Collection[int]) -> set[tuple[int, str]]:
    """Return the identifiers, by statement, that one of the statements uses more than once: they identify nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_REPEATED, {"book": book, "statements": list(statements)})
        return set(cursor.fetchall())


def _numberings(
    bank_account: BankAccount, dated: Sequence[DatedLine], spans: Collection[Span]
) -> set[frozenset[Kind]]:
    """Return the pairs of formats and layouts of which files share an identifier: they number movements alike."""
    if not any(one.numbered for one in dated):
        return set()
    kinds = sorted({(span.kind, span.layout) for span in spans})
    numbers = {kind: number for number, kind in enumerate(kinds)}
    with connection.cursor() as cursor:
        cursor.execute(
            _SHARED_IDS,
            {
                "book": bank_account.book_id,
                "account": bank_account.pk,
                "statements": [span.statement for span in spans],
                "kinds": [numbers[span.kind, span.layout] for span in spans],
            },
        )
        return {frozenset((kinds[one], kinds[other])) for one, other in cursor.fetchall()}


def _dated_line(
    line: StatementLine, shown: Sequence[Sighting], repeated: Collection[tuple[int, str]]
) -> DatedLine:
    days: set[date | None] = {line.date}
    booked: set[date | None] = set()
    valued: set[date | None] = set()
    texts: set[str] = set()
    numbered: set[tuple[int, str]] = set()
    for sighting in shown:
        said = sighting.differs or {}
        stated = {name: _day(said.get(name, getattr(line, name))) for name in OTHER_DAYS}
        days.update(stated.values())
        valued.add(stated["value_date"])
        # What dates a movement by its value day may not say when it was booked.
        is_by_value = stated["value_date"] == line.date
        booked.add(stated["booking_date"] or (None if is_by_value else line.date))
        texts.add(
            text_key(said.get("description", line.description), said.get("counterparty", line.counterparty))
        )
        bank_id = said.get("bank_id", line.bank_id)
        if bank_id and (sighting.statement_id, bank_id) not in repeated:
            numbered.add((sighting.statement_id, bank_id))
    return DatedLine(
        line=line.pk,
        date=line.date,
        amount=line.amount,
        days=_known(days),
        booked=_known(booked),
        valued=_known(valued),
        texts=frozenset(texts),
        numbered=frozenset(numbered),
        shown=frozenset((sighting.statement_id, sighting.no) for sighting in shown),
    )


def _day(said: date | str | None) -> date | None:
    return date.fromisoformat(said) if isinstance(said, str) else said


def _known(days: Iterable[date | None]) -> frozenset[date]:
    return frozenset(day for day in days if day is not None)


def _write_questions(
    bank_account: BankAccount, settled: Twins, there: Sequence[_Said], spans: Mapping[int, Span]
) -> set[int]:
    """Keep what was found and what is asked as rows, and drop those that say what is so no longer.

    Return the lines that such a row called the same as another one.
    """
    wanted = {}
    for pair in (*settled.found, *settled.asked):
        showings = sorted((_showing(line.shown, spans), line.date) for line in (pair.line, pair.other))
        ((other_statement, other_no), _), ((statement, no), day) = showings
        wanted[statement, no, other_statement, other_no, pair.evidence] = day
    known = {(one.statement, one.no, one.other_statement, one.other_no, one.evidence): one for one in there}
    gone = [one.id for key, one in known.items() if key not in wanted]
    if gone:
        DayQuestion.objects.filter(pk__in=gone).delete()
    DayQuestion.objects.bulk_create(
        DayQuestion(
            book_id=bank_account.book_id,
            bank_account=bank_account,
            date=day,
            statement_id=statement,
            no=no,
            other_statement_id=other_statement,
            other_no=other_no,
            evidence=evidence,
            answer="" if evidence == NOTHING else DayQuestion.Answer.SAME,
        )
        for (statement, no, other_statement, other_no, evidence), day in sorted(wanted.items())
        if (statement, no, other_statement, other_no, evidence) not in known
    )
    parted = [one for key, one in known.items() if key not in wanted and one.answer]
    return {line for one in parted for line in (one.line, one.other_line)}


def _showing(shown: Collection[Showing], spans: Mapping[int, Span]) -> Showing:
    return min(shown, key=lambda each: (spans[each[0]].key, each[1]))
