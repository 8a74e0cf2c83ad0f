"""Both sides of a bank account through a day: what is open on either, and how much is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Sum

from ledgerflow.asking.selectors import open_question_about
from ledgerflow.classification.models import Classification, State
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import Account, AccountRole, JournalLine, Movement
from ledgerflow.reconciliation.models import Reconciliation
from ledgerflow.statements.models import SETTLED_HOLDS, StatementLine

#: Open lines of a side that are shown and reasoned about, the oldest first.
MOST_OPEN = 200
_EXCLUDED = "excluded"
_OPEN = "open"

# The lines on the ledger account of a bank account that were not posted from a line of that bank account: made by hand,
# or from the line of another one. And those that were, whose entry was reversed after the day. They are few among many,
# which no statistics tell: each is looked up by key (LATERAL with LIMIT, and `+ 0` where another index would be taken).
_OTHERS = """
    WITH by_hand AS MATERIALIZED (
        SELECT line.entry_number, line.no, line.date, line.amount, batch.source
        FROM ledger_postingbatch batch
        CROSS JOIN LATERAL (
            SELECT * FROM ledger_journalline line
            WHERE line.book_id = batch.book_id
                AND line.entry_number BETWEEN batch.first_number AND batch.first_number + batch.entry_count - 1
                AND line.account_id + 0 = %(account)s
            ORDER BY line.entry_number LIMIT batch.entry_count * 10000::bigint
        ) line
        WHERE batch.book_id = %(book)s AND batch.source <> 'statement'
            AND line.currency = %(currency)s AND line.date <= %(day)s
    ), further AS MATERIALIZED (
        SELECT entry_number, no, date, amount FROM ledger_journalline
        WHERE book_id = %(book)s AND account_id = %(account)s AND currency = %(currency)s AND date <= %(day)s AND no > 1
    ), late AS MATERIALIZED (
        SELECT reversal.reverses_number
        FROM ledger_journalentry reversal
        WHERE reversal.book_id = %(book)s AND reversal.reverses_number IS NOT NULL AND reversal.date > %(day)s
    ), other AS MATERIALIZED (
        SELECT * FROM by_hand
        UNION ALL
        SELECT further.*, 'statement' FROM further CROSS JOIN LATERAL (
            SELECT batch.source FROM ledger_journalentry entry
            JOIN ledger_postingbatch batch ON batch.book_id = entry.book_id AND batch.no = entry.batch_no
            WHERE entry.book_id = %(book)s AND entry.number = further.entry_number LIMIT 1
        ) origin WHERE origin.source = 'statement'
        UNION ALL
        SELECT line.* FROM late CROSS JOIN LATERAL (
            SELECT line.entry_number, line.no, line.date, line.amount, batch.source
            FROM ledger_journalline line
            JOIN ledger_journalentry entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
            JOIN ledger_postingbatch batch ON batch.book_id = entry.book_id AND batch.no = entry.batch_no
            WHERE line.book_id = %(book)s AND line.entry_number = late.reverses_number AND line.no = 1
                AND line.account_id + 0 = %(account)s AND line.currency = %(currency)s AND line.date <= %(day)s
                AND batch.source = 'statement'
            LIMIT 1
        ) line
    ), judged AS MATERIALIZED (
        SELECT other.*, entry.line_count, reversal.number AS reversed_by, reversal.date AS reversed_on,
            original.source = 'statement' AND other.no = 1 AND original.date <= %(day)s AS undoes_bank_line,
            CASE
                WHEN matched.match_id IS NOT NULL THEN 'matched'
                WHEN reversal.date <= %(day)s OR original.date <= %(day)s THEN 'cancelled'
                WHEN opening.no IS NOT NULL THEN 'opening'
                ELSE 'open'
            END AS kind
        FROM other
        CROSS JOIN LATERAL (
            SELECT line_count, reverses_number FROM ledger_journalentry
            WHERE book_id = %(book)s AND number = other.entry_number LIMIT 1
        ) entry
        LEFT JOIN LATERAL (
            SELECT number, date FROM ledger_journalentry
            WHERE book_id = %(book)s AND reverses_number = other.entry_number LIMIT 1
        ) reversal ON true
        LEFT JOIN LATERAL (
            SELECT original.date, batch.source FROM ledger_journalentry original
            JOIN ledger_postingbatch batch ON batch.book_id = original.book_id AND batch.no = original.batch_no
            WHERE original.book_id = %(book)s AND original.number = entry.reverses_number LIMIT 1
        ) original ON true
        LEFT JOIN LATERAL (
            SELECT match_id FROM reconciliation_matchedentryline
            WHERE book_id = %(book)s AND entry_number = other.entry_number AND no = other.no LIMIT 1
        ) matched ON true
        LEFT JOIN LATERAL (
            SELECT no FROM ledger_journalline
            WHERE book_id = %(book)s AND entry_number = other.entry_number AND account_id + 0 = %(opening)s LIMIT 1
        ) opening ON true
    )
"""
# The open lines, the oldest first; of every other kind one row, because each row tells how many there are.
_FOUND = f"""
    {_OTHERS}
    SELECT judged.kind, judged.count, judged.total, judged.undoing, judged.entry_number, judged.no, judged.date,
        judged.amount, judged.source, judged.line_count, judged.reversed_by, judged.reversed_on,
        coalesce(words.text, '')
    FROM (
        SELECT judged.*, count(*) OVER same AS count, sum(amount) OVER same AS total,
            count(*) FILTER (WHERE undoes_bank_line) OVER same AS undoing,
            row_number() OVER (PARTITION BY kind ORDER BY date, entry_number, no) AS place
        FROM judged WINDOW same AS (PARTITION BY kind)
    ) judged
    LEFT JOIN ledger_entrytext words ON words.book_id = %(book)s AND words.entry_number = judged.entry_number
    WHERE judged.place = 1 OR judged.kind = 'open' AND judged.place <= %(limit)s
    ORDER BY judged.kind, judged.place
"""  # noqa: S608 - composed of the constants above


@dataclass(frozen=True, slots=True)
class OpenBankLine:
    """A line of the bank that the books do not have, and why not yet; ``can_match`` unless it is held back.

    ``review_tab`` is where the review queue has it, behind the line ``review_after``.
    """

    line: StatementLine
    why: str
    can_match: bool
    review_tab: str

    @property
    def review_after(self) -> int:
        """The key of the queue's page that begins with the line."""
        return self.line.pk - 1

    @property
    def is_excluded(self) -> bool:
        """Whether a person keeps it out of the books."""
        return self.review_tab == _EXCLUDED


@dataclass(frozen=True, slots=True)
class OpenBookLine:
    """A line of the books that no bank line stands for; ``reversed_by`` an entry after the day, if at all."""

    entry_number: int
    no: int
    day: date
    amount: Decimal
    source: str
    line_count: int
    reversed_by: int | None
    reversed_on: date | None
    text: str

    @property
    def is_manual(self) -> bool:
        """Whether a person made its entry."""
        return self.source == "manual"

    @property
    def can_match(self) -> bool:
        """Whether it may be matched: neither reversed nor a reversal."""
        return self.reversed_by is None and self.source != "reversal"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines, and what they add up to."""

    count: int = 0
    total: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Sides:
    """Everything on both sides through the day of a reconciliation, the settled part counted.

    ``posted`` are lines of the books that were posted from bank lines; ``cancelled`` are entries and their reversals.
    """

    bank: Sequence[OpenBankLine]
    books: Sequence[OpenBookLine]
    open_bank: Tally
    open_books: Tally
    posted: int
    matched: Tally
    cancelled: Tally
    opening: Tally


def sides(*, reconciliation: Reconciliation) -> Sides:
    """Return what is open on both sides through the day, and how much is settled; six queries."""
    facts = _facts(reconciliation)
    waiting = _open_bank_lines(reconciliation)
    tally = waiting.filter(line__is_pending=False).aggregate(count=Count("pk"), total=Sum("line__amount"))
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, facts)
        rows = cursor.fetchall()
    counted = {kind: Tally(count, total) for kind, count, total, *_ in rows}
    # A bank line that was posted and taken back stands in the books twice, and agrees with nothing.
    undone = sum(row[3] for row in {row[0]: row for row in rows}.values())
    others = sum(tally.count for tally in counted.values()) + undone
    return Sides(
        bank=[_open_bank_line(made) for made in waiting.order_by("line__date", "line_id")[:MOST_OPEN]],
        books=[OpenBookLine(*row[4:]) for row in rows if row[0] == _OPEN],
        open_bank=Tally(tally["count"], tally["total"] or ZERO),
        open_books=counted.get(_OPEN, Tally()),
        posted=_line_count(reconciliation) - others,
        matched=counted.get("matched", Tally()),
        cancelled=counted.get("cancelled", Tally()),
        opening=counted.get("opening", Tally()),
    )


def _line_count(reconciliation: Reconciliation) -> int:
    """Return how many lines the ledger account has through the day, from the kept movements and one month's lines."""
    day, month = reconciliation.as_of, reconciliation.as_of.replace(day=1)
    of_account = {
        "book": reconciliation.book_id,
        "account": reconciliation.bank_account.ledger_account_id,
        "currency": reconciliation.bank_account.currency,
    }
    whole = Movement.objects.filter(month__lt=month, **of_account).aggregate(count=Sum("line_count"))
    return (whole["count"] or 0) + JournalLine.objects.filter(date__range=(month, day), **of_account).count()


def _facts(reconciliation: Reconciliation) -> dict[str, int | str | date | None]:
    opening = Account.objects.filter(book=reconciliation.book_id, role=AccountRole.OPENING)
    return {
        "book": reconciliation.book_id,
        "account": reconciliation.bank_account.ledger_account_id,
        "currency": reconciliation.bank_account.currency,
        "day": reconciliation.as_of,
        "opening": opening.values_list("pk", flat=True).first(),
        "limit": MOST_OPEN,
    }


def _open_bank_lines(reconciliation: Reconciliation) -> QuerySet[Classification]:
    return (
        Classification.objects.filter(
            state__in=(State.OPEN, State.ACCEPTED, State.EXCLUDED),
            book=reconciliation.book_id,
            line__book=reconciliation.book_id,
            line__bank_account=reconciliation.bank_account_id,
            line__date__lte=reconciliation.as_of,
        )
        .exclude(line__hold__in=SETTLED_HOLDS)
        .select_related("line")
        .annotate(is_asked=open_question_about(book=reconciliation.book, line=OuterRef("line")))
    )


def _open_bank_line(made: Classification) -> OpenBankLine:
    line = made.line
    if made.state == State.EXCLUDED:
        why, tab = f"excluded: {made.note}" if made.note else "excluded from the books", _EXCLUDED
    elif line.is_pending:
        why, tab = "not booked yet", "needs-answer"
    elif line.hold:
        why, tab = f"held back: {line.get_hold_display()}", "needs-answer"
    elif made.state == State.ACCEPTED:
        why, tab = "accepted, not posted yet", "reviewed"
    elif getattr(made, "is_asked", False):
        why, tab = "a question about it waits for an answer", "needs-answer"
    else:
        why, tab = "to review", "to-review"
    return OpenBankLine(line=line, why=why, can_match=not (line.hold or line.is_pending), review_tab=tab)
