"""Bank against books: the figures, what is open on either side, and what may belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, State
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import Account, AccountRole, JournalLine, Movement
from ledgerflow.reconciliation import engine
from ledgerflow.reconciliation.engine import DELAY, Suggestion
from ledgerflow.reconciliation.models import Match, Reconciliation
from ledgerflow.statements.chain_selectors import opening_of
from ledgerflow.statements.models import BankAccount, StatementLine

#: Open lines of a side that are shown and reasoned about, the oldest first.
MOST_OPEN = 200
_EXCLUDED = "excluded"

# The lines on the ledger account of a bank account that were not posted from a line of that bank account: made by hand,
# or from the line of another one. And those that were, whose entry was reversed after the day.
_OTHERS = """
    WITH other AS MATERIALIZED (
        SELECT line.entry_number, line.no, line.date, line.amount, batch.source
        FROM ledger_postingbatch batch
        JOIN ledger_journalline line ON line.book_id = batch.book_id
            AND line.entry_number BETWEEN batch.first_number AND batch.first_number + batch.entry_count - 1
        WHERE batch.book_id = %(book)s AND batch.source <> 'statement'
            AND line.account_id = %(account)s AND line.currency = %(currency)s AND line.date <= %(day)s
        UNION ALL
        SELECT line.entry_number, line.no, line.date, line.amount, batch.source
        FROM ledger_journalline line
        JOIN ledger_journalentry entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
        JOIN ledger_postingbatch batch ON batch.book_id = entry.book_id AND batch.no = entry.batch_no
        WHERE line.book_id = %(book)s AND line.account_id = %(account)s AND line.currency = %(currency)s
            AND line.date <= %(day)s AND line.no > 1 AND batch.source = 'statement'
        UNION ALL
        SELECT line.entry_number, line.no, line.date, line.amount, of_line.source
        FROM ledger_postingbatch batch
        JOIN ledger_journalentry reversal ON reversal.book_id = batch.book_id
            AND reversal.number BETWEEN batch.first_number AND batch.first_number + batch.entry_count - 1
        JOIN ledger_journalline line ON line.book_id = reversal.book_id AND line.entry_number = reversal.reverses_number
        JOIN ledger_journalentry entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
        JOIN ledger_postingbatch of_line ON of_line.book_id = entry.book_id AND of_line.no = entry.batch_no
        WHERE batch.book_id = %(book)s AND batch.source = 'reversal' AND reversal.date > %(day)s
            AND line.account_id = %(account)s AND line.currency = %(currency)s AND line.date <= %(day)s
            AND line.no = 1 AND of_line.source = 'statement'
    ), judged AS MATERIALIZED (
        SELECT other.*, entry.line_count, reversal.number AS reversed_by, reversal.date AS reversed_on,
            origin.source = 'statement' AND other.no = 1 AND original.date <= %(day)s AS undoes_bank_line,
            CASE
                WHEN matched.match_id IS NOT NULL THEN 'matched'
                WHEN reversal.date <= %(day)s OR original.date <= %(day)s THEN 'cancelled'
                WHEN EXISTS (
                    SELECT FROM ledger_journalline side
                    WHERE side.book_id = %(book)s AND side.entry_number = other.entry_number
                        AND side.account_id = %(opening)s
                ) THEN 'opening'
                ELSE 'open'
            END AS kind
        FROM other
        JOIN ledger_journalentry entry ON entry.book_id = %(book)s AND entry.number = other.entry_number
        LEFT JOIN ledger_journalentry reversal
            ON reversal.book_id = %(book)s AND reversal.reverses_number = other.entry_number
        LEFT JOIN ledger_journalentry original
            ON original.book_id = %(book)s AND original.number = entry.reverses_number
        LEFT JOIN ledger_postingbatch origin ON origin.book_id = %(book)s AND origin.no = original.batch_no
        LEFT JOIN reconciliation_matchedentryline matched ON matched.book_id = %(book)s
            AND matched.entry_number = other.entry_number AND matched.no = other.no
    )
"""
_OPEN = f"""
    {_OTHERS}
    SELECT judged.entry_number, judged.no, judged.date, judged.amount, judged.source, judged.line_count,
        judged.reversed_by, judged.reversed_on, coalesce(words.text, '')
    FROM judged
    LEFT JOIN ledger_entrytext words ON words.book_id = %(book)s AND words.entry_number = judged.entry_number
    WHERE kind = 'open' ORDER BY judged.date, judged.entry_number, judged.no LIMIT %(limit)s
"""  # noqa: S608 - composed of the constants above
_COUNTS = f"""
    {_OTHERS}
    SELECT kind, count(*), sum(amount), count(*) FILTER (WHERE undoes_bank_line) FROM judged GROUP BY kind
"""  # noqa: S608 - composed of the constants above
_SETTLED = """
    SELECT line.entry_number, line.no, line.date, line.amount
    FROM ledger_journalline line
    JOIN ledger_journalentry entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
    WHERE line.book_id = %(book)s AND line.account_id = %(account)s AND line.date BETWEEN %(first)s AND %(last)s
        AND line.amount = ANY(%(amounts)s::numeric[]) AND entry.reverses_number IS NULL
        AND NOT EXISTS (
            SELECT FROM ledger_journalentry reversal
            WHERE reversal.book_id = line.book_id AND reversal.reverses_number = line.entry_number
        )
    ORDER BY line.date, line.entry_number, line.no
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What bank and books say, in the bank account's currency; money owed is negative."""

    bank: Decimal
    books: Decimal

    @property
    def difference(self) -> Decimal:
        """What the bank says minus what the books say."""
        return self.bank - self.books


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


def figures(*, reconciliation: Reconciliation) -> Figures:
    """Return what bank and books say at the end of the day, as the guard of finishing adds it up; two queries."""
    day, month = reconciliation.as_of, reconciliation.as_of.replace(day=1)
    of_account = {
        "book": reconciliation.book_id,
        "account": reconciliation.bank_account.ledger_account_id,
        "currency": reconciliation.bank_account.currency,
    }
    whole = Movement.objects.filter(month__lt=month, **of_account).aggregate(total=Sum("amount"))
    part = JournalLine.objects.filter(date__range=(month, day), **of_account).aggregate(total=Sum("amount"))
    return Figures(bank=reconciliation.bank_balance, books=(whole["total"] or ZERO) + (part["total"] or ZERO))


def sides(*, reconciliation: Reconciliation) -> Sides:
    """Return what is open on both sides through the day, and how much is settled; six queries."""
    facts = _facts(reconciliation)
    waiting = _open_bank_lines(reconciliation)
    tally = waiting.filter(line__is_pending=False).aggregate(count=Count("pk"), total=Sum("line__amount"))
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, facts)
        books = [OpenBookLine(*row) for row in cursor.fetchall()]
        cursor.execute(_COUNTS, facts)
        rows = cursor.fetchall()
    counted = {kind: Tally(count, total) for kind, count, total, _ in rows}
    # A bank line that was posted and taken back stands in the books twice, and agrees with nothing.
    others = sum(count + undoing for _, count, _, undoing in rows)
    lines = JournalLine.objects.filter(
        book=reconciliation.book_id,
        account=reconciliation.bank_account.ledger_account_id,
        currency=reconciliation.bank_account.currency,
        date__lte=reconciliation.as_of,
    )
    return Sides(
        bank=[_open_bank_line(made) for made in waiting.order_by("line__date", "line_id")[:MOST_OPEN]],
        books=books,
        open_bank=Tally(tally["count"], tally["total"] or ZERO),
        open_books=counted.get("open", Tally()),
        posted=lines.count() - others,
        matched=counted.get("matched", Tally()),
        cancelled=counted.get("cancelled", Tally()),
        opening=counted.get("opening", Tally()),
    )


def suggestions(*, reconciliation: Reconciliation, found: Sides) -> list[Suggestion]:
    """Return what may belong together among the open lines, the surest first; six queries at most."""
    account, book = reconciliation.bank_account, reconciliation.book
    can_correct = account.currency == book.base_currency
    books = [
        engine.BookLine(one.entry_number, one.no, one.day, one.amount, one.is_manual, one.line_count == 2)
        for one in found.books
        if one.can_match
    ]
    bank = [
        engine.BankLine(one.line.pk, one.line.date, one.line.amount) for one in found.bank if one.can_match
    ]
    lacking = _lacking_opening(account) if can_correct else []
    return lacking + engine.suggest(
        bank=bank,
        books=books,
        settled=_settled(reconciliation, books),
        currency=account.currency,
        can_correct=can_correct,
    )


def matches(*, bank_account: BankAccount, through: date, at_most: int) -> list[Match]:
    """Return the latest matches of the bank account with lines through the day; three queries."""
    numbers = (
        Match.objects.filter(bank_account=bank_account, lines__line__date__lte=through)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .distinct()[:at_most]
    )
    return list(
        Match.objects.filter(pk__in=list(numbers))
        .select_related("made_by")
        .prefetch_related("lines__line", "entry_lines")
        .order_by("-pk")
    )


def opening_account(*, book: Book) -> Account | None:
    """Return the account that opening balances stand against, if the book has one in use."""
    return Account.objects.filter(book=book, role=AccountRole.OPENING, is_archived=False).first()


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
    return Classification.objects.filter(
        state__in=(State.OPEN, State.ACCEPTED, State.EXCLUDED),
        book=reconciliation.book_id,
        line__book=reconciliation.book_id,
        line__bank_account=reconciliation.bank_account_id,
        line__date__lte=reconciliation.as_of,
    ).select_related("line")


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
    else:
        why, tab = "to review", "to-review"
    return OpenBankLine(line=line, why=why, can_match=not (line.hold or line.is_pending), review_tab=tab)


def _lacking_opening(account: BankAccount) -> list[Suggestion]:
    """Suggest the opening balance while the books know nothing of the account before its first statement."""
    found = opening_of(bank_account=account)
    if found is None or not found.amount or opening_account(book=account.book) is None:
        return []
    earlier = JournalLine.objects.filter(
        book=account.book_id, account=account.ledger_account_id, date__lte=found.day
    )
    if earlier.exists():
        return []
    return [
        engine.opening(
            day=found.day, amount=found.amount, currency=account.currency, is_stated=found.is_stated
        )
    ]


def _settled(reconciliation: Reconciliation, books: Sequence[engine.BookLine]) -> list[engine.BookLine]:
    """Return the lines of the books, not open ones, that an open one may repeat."""
    if not books:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLED,
            {
                "book": reconciliation.book_id,
                "account": reconciliation.bank_account.ledger_account_id,
                "first": min(one.date for one in books) - DELAY,
                "last": min(max(one.date for one in books) + DELAY, reconciliation.as_of),
                "amounts": sorted({one.amount for one in books}),
            },
        )
        rows = cursor.fetchall()
    are_open = {(one.entry_number, one.no) for one in books}
    return [engine.BookLine(*row) for row in rows if row[:2] not in are_open]
