"""What the review queue shows: pages of lines by tab, counts, and the evidence for one line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import OuterRef, QuerySet

from ledgerflow.asking.selectors import answered_question_about, open_question_about
from ledgerflow.books.models import Book
from ledgerflow.classification.engine import SURE, confidence_word
from ledgerflow.classification.models import BusinessUse, Classification, Source, State
from ledgerflow.classification.own_facts import NOTHING_OWN, OwnFacts, kept_facts, own_facts
from ledgerflow.classification.tag_selectors import tags_of_lines
from ledgerflow.classification.tax_lines import chart_tax_lines, tax_line_label
from ledgerflow.classification.use_selectors import uses_on
from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import Account
from ledgerflow.posting.matching import Candidate
from ledgerflow.posting.receipt_proposals import ReceiptProposal, receipts_for
from ledgerflow.posting.selectors import LinePart, SourcePlace, entry_for_line, parts_of_line, places_of_line
from ledgerflow.posting.transfer_selectors import candidates_of, transfers_named
from ledgerflow.review.record_selectors import Band, band_of
from ledgerflow.review.which import NOT_HELD, Tab, Which
from ledgerflow.statements.models import LineReceipt
from ledgerflow.statements.receipt_selectors import attached_to, receipts_of
from ledgerflow.users.models import User


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A line with its proposal or decision; ``amount`` in ``currency``, money out negative.

    ``transfer`` says of an open line which transfer between own bank accounts it may be.
    """

    line_id: int
    date: date
    description: str
    counterparty: str | None
    amount: Decimal
    currency: str
    bank_account: str
    payee: str
    account_id: int | None
    account: str
    is_split: bool
    tax_line: str
    business_share: Decimal | None
    source: str
    source_word: str
    confidence: Decimal
    confidence_word: str
    reason: str
    note: str
    state: str
    held: str
    decided_by: str
    has_receipt: bool
    has_answer: bool
    tags: tuple[str, ...] = ()
    transfer: str = ""

    @property
    def is_sure(self) -> bool:
        """Whether it is accepted with others that nobody looked at one by one."""
        return self.confidence >= SURE and (self.account_id is not None or self.is_split)

    @property
    def tax_label(self) -> str:
        """The words of the line's own tax line, empty where it has none."""
        return tax_line_label(self.tax_line) if self.tax_line else ""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Lines in the order of their import; ``following`` is the ``after`` of the next page."""

    rows: tuple[QueueRow, ...]
    following: int | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another account, and how often lines of the payee were booked to it; 0 where only the engine thought of it.

    ``kept`` is what the line has of its own and keeps with that account.
    """

    account_id: int
    account: str
    count: int
    kept: OwnFacts = NOTHING_OWN


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A line of the entry that accepting leads to; debit positive. ``tax_line`` in words, where it has one of its own.

    ``share`` says which part is the business's and of what that is said, where it is not all.
    """

    account: str
    amount: Decimal
    tax_line: str = ""
    share: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a line is proposed as it is, what accepting it leads to, and which transfers it may be a side of instead."""

    row: QueueRow
    alternatives: tuple[Alternative, ...]
    entry: tuple[PreviewLine, ...]
    places: tuple[SourcePlace, ...]
    same_payee: int
    entry_number: int | None
    transfers: tuple[Candidate, ...]
    receipts: tuple[LineReceipt, ...]
    proposed_receipts: tuple[ReceiptProposal, ...]
    band: Band | None
    uses: tuple[BusinessUse, ...]
    rule_id: int | None


#: What the queue shows unasked.
TO_REVIEW = Which()
#: A key takes each.
MOST_ALTERNATIVES = 4
#: Suggestions whose confidence answers to the record.
_LEARNED = (Source.MATCHED, Source.MEMORY, Source.MODEL, Source.SHARED)
_ASKED = """
    LEFT JOIN asking_linequestion asked ON asked.book_id = made.book_id AND asked.line_id = made.line_id
        AND asked.answered_at IS NULL AND asked.withdrawn_at IS NULL
"""
# Lines that need an answer are few and have an index of their own, so that the many others are only counted.
_COUNTS = """
    WITH needing AS (
        SELECT count(*) AS held, count(*) FILTER (WHERE line.hold NOT IN ('lapsed', 'twin')) AS lines FROM (
            SELECT id FROM statements_statementline
            WHERE book_id = %(book)s AND (hold <> '' OR is_pending)
            UNION
            SELECT line_id FROM asking_linequestion
            WHERE book_id = %(book)s AND answered_at IS NULL AND withdrawn_at IS NULL
        ) found JOIN classification_classification made ON made.line_id = found.id
        JOIN statements_statementline line ON line.id = found.id
        WHERE made.book_id = %(book)s AND made.state = 'open'
    )
    SELECT (SELECT count(*) FROM classification_classification WHERE book_id = %(book)s AND state = 'open') - held,
        lines,
        (SELECT count(*) FROM classification_classification WHERE book_id = %(book)s AND state = 'accepted'),
        (SELECT count(*) FROM classification_classification WHERE book_id = %(book)s AND state = 'excluded')
    FROM needing
"""
# Those of some days: every line has to be looked at for its date.
_COUNTS_OF_DAYS = f"""
    SELECT count(*) FILTER (
            WHERE made.state = 'open' AND line.hold = '' AND NOT line.is_pending AND asked.id IS NULL),
        count(*) FILTER (
            WHERE made.state = 'open' AND line.hold NOT IN ('lapsed', 'twin')
                AND (line.hold <> '' OR line.is_pending OR asked.id IS NOT NULL)),
        count(*) FILTER (WHERE made.state = 'accepted'),
        count(*) FILTER (WHERE made.state = 'excluded')
    FROM classification_classification made JOIN statements_statementline line ON line.id = made.line_id
    {_ASKED}
    WHERE made.book_id = %(book)s AND made.state IN ('open', 'accepted', 'excluded')
        AND line.date BETWEEN %(first)s AND %(last)s
"""  # noqa: S608 - composed of the constant above
_ALTERNATIVES = """
    SELECT account.id, account.code || ' ' || account.name, count(*)
    FROM classification_classification made
    JOIN ledger_account account ON account.id = made.account_id AND NOT account.is_archived
    WHERE made.book_id = %(book)s AND made.payee_id = %(payee)s AND made.decided_by_id IS NOT NULL
        AND made.account_id IS NOT NULL AND made.state IN ('accepted', 'posted')
        AND made.account_id IS DISTINCT FROM %(account)s AND made.line_id <> %(line)s
    GROUP BY account.id ORDER BY count(*) DESC, account.code LIMIT %(most)s
"""
_THOUGHT_OF = """
    SELECT account.id, account.code || ' ' || account.name
    FROM classification_prediction said
    CROSS JOIN LATERAL unnest(said.alternatives) WITH ORDINALITY AS other (id, place)
    JOIN ledger_account account ON account.id = other.id AND account.book_id = %(book)s AND NOT account.is_archived
    WHERE said.line_id = %(line)s AND said.book_id = %(book)s AND said.replaced_at IS NULL
        AND account.id IS DISTINCT FROM %(account)s
    ORDER BY other.place
"""


def queue(*, book: Book, which: Which = TO_REVIEW, after: int | None = None, limit: int = 50) -> QueuePage:
    """Return a page of the lines behind the line ``after``; four queries at most."""
    lines = which.lines(book).filter(line_id__gt=after or 0).order_by("line_id")
    made = list(_with_facts(book, lines)[: limit + 1])
    rows = _rows(book, made[:limit])
    return QueuePage(rows=rows, following=rows[-1].line_id if len(made) > limit else None)


def rows_of(*, book: Book, line_ids: Sequence[int]) -> tuple[QueueRow, ...]:
    """Return those lines of the book in their order; four queries at most."""
    lines = Classification.objects.filter(book=book, line_id__in=line_ids).order_by("line_id")
    return _rows(book, list(_with_facts(book, lines)))


def counts(*, book: Book, days: Period | None = None) -> dict[Tab, int]:
    """Return how many lines each tab holds, of the days where given; one query."""
    with connection.cursor() as cursor:
        if days is None:
            cursor.execute(_COUNTS, {"book": book.pk})
        else:
            cursor.execute(_COUNTS_OF_DAYS, {"book": book.pk, "first": days.first, "last": days.last})
        return dict(zip(Tab, cursor.fetchone(), strict=True))


def evidence(*, book: Book, line_id: int) -> Evidence | None:
    """Return the evidence for the line, ``None`` where the book has no such line; a constant number of queries."""
    asked = Classification.objects.filter(book=book, line_id=line_id)
    made = _with_facts(book, asked).select_related("line__bank_account__ledger_account").first()
    if made is None:
        return None
    receipts = tuple(one for one in receipts_of(book=book, line_id=line_id) if one.detached_at is None)
    return Evidence(
        row=_row(made, tags_of_lines(book=book, line_ids=[line_id]).get(line_id, ())),
        rule_id=made.rule_id,
        alternatives=_alternatives(book, made),
        entry=_preview(book, made),
        uses=tuple(uses_on(book=book, day=made.line.date, payee_id=made.payee_id)),
        places=tuple(places_of_line(book=book, line_id=line_id)),
        same_payee=_same_payee(book, made),
        entry_number=entry_for_line(book=book, line_id=line_id),
        transfers=tuple(candidates_of(book=book, line_id=line_id)),
        band=band_of(book=book, confidence=made.confidence) if made.source in _LEARNED else None,
        receipts=receipts,
        proposed_receipts=() if receipts else tuple(receipts_for(line=made.line, home=book.base_currency)),
    )


def waits_for_review(*, book: Book, line_id: int) -> bool:
    """Whether nothing but a question keeps a person from deciding about the line, and nobody has; one query."""
    return Classification.objects.filter(NOT_HELD, book=book, line=line_id, state=State.OPEN).exists()


def prepared_by(*, book: Book, user: User) -> int:
    """Return how many accepted lines the person decided about; one query."""
    return Classification.objects.filter(book=book, state=State.ACCEPTED, decided_by=user).count()


def _same_payee(book: Book, made: Classification) -> int:
    if made.payee_id is None:
        return 0
    waiting = Classification.objects.filter(book=book, state=State.OPEN, payee_id=made.payee_id)
    return waiting.exclude(line_id=made.line_id).count()


def _with_facts(book: Book, lines: QuerySet[Classification]) -> QuerySet[Classification]:
    """Return the lines with what a row shows of them."""
    return lines.select_related("line__bank_account", "account", "payee", "decided_by").annotate(
        has_receipt=attached_to(book=book, line=OuterRef("line")),
        is_asked=open_question_about(book=book, line=OuterRef("line")),
        has_answer=answered_question_about(book=book, line=OuterRef("line")),
    )


def _rows(book: Book, made: Sequence[Classification]) -> tuple[QueueRow, ...]:
    tags = tags_of_lines(book=book, line_ids=[one.pk for one in made])
    transfers = transfers_named(book=book, line_ids=[one.pk for one in made if one.state == State.OPEN])
    return tuple(replace(_row(one, tags.get(one.pk, ())), transfer=transfers.get(one.pk, "")) for one in made)


def _row(made: Classification, tags: Sequence[str]) -> QueueRow:
    line = made.line
    return QueueRow(
        line_id=line.pk,
        date=line.date,
        description=line.description,
        counterparty=line.counterparty,
        amount=line.amount,
        currency=line.currency,
        bank_account=line.bank_account.name,
        payee=made.payee.name if made.payee else "",
        account_id=made.account_id,
        account=str(made.account) if made.account else "",
        is_split=made.is_split,
        tax_line=made.tax_line,
        business_share=made.business_share,
        source=made.source,
        source_word=made.get_source_display(),
        confidence=made.confidence,
        confidence_word=confidence_word(made.confidence),
        reason=made.reason,
        note=made.note,
        state=made.state,
        held=_why_held(made),
        decided_by=str(made.decided_by) if made.decided_by else "",
        tags=tuple(tags),
        has_receipt=bool(getattr(made, "has_receipt", False)),
        has_answer=bool(getattr(made, "has_answer", False)),
    )


def _why_held(made: Classification) -> str:
    line = made.line
    if line.hold:
        return line.get_hold_display()
    if line.is_pending:
        return "the bank has not booked it yet"
    return "a question about it waits for an answer" if getattr(made, "is_asked", False) else ""


def _alternatives(book: Book, made: Classification) -> tuple[Alternative, ...]:
    """Return up to four other accounts: what the payee's lines were booked to, then what the engine thought of.

    Two queries, and two more where the line has a tax line or business share of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _ALTERNATIVES,
            {
                "book": book.pk,
                "payee": made.payee_id,
                "account": made.account_id,
                "line": made.line_id,
                "most": MOST_ALTERNATIVES,
            },
        )
        found = [Alternative(*row) for row in cursor.fetchall()]
        cursor.execute(_THOUGHT_OF, {"book": book.pk, "account": made.account_id, "line": made.line_id})
        known = {each.account_id for each in found}
        found += [
            Alternative(account_id, account, 0)
            for account_id, account in cursor.fetchall()
            if account_id not in known
        ]
    if own_facts(made) == NOTHING_OWN:
        return tuple(found[:MOST_ALTERNATIVES])
    chart = chart_tax_lines(book=book)
    accounts = Account.objects.in_bulk([each.account_id for each in found])
    return tuple(
        replace(each, kept=kept_facts(made, accounts[each.account_id], chart=chart))
        for each in found[:MOST_ALTERNATIVES]
    )


def _preview(book: Book, made: Classification) -> tuple[PreviewLine, ...]:
    """Return nothing where no account is known yet, because half an entry is none."""
    if made.account is None and not made.is_split:
        return ()
    parts = parts_of_line(book=book, line_id=made.line_id)
    names = {
        account.pk: str(account)
        for account in Account.objects.filter(book=book, pk__in={part.account_id for part in parts})
    }
    return (
        PreviewLine(str(made.line.bank_account.ledger_account), made.line.amount),
        *(
            PreviewLine(
                names.get(part.account_id or 0, "no account for drawings"),
                -part.amount,
                tax_line_label(part.tax_line) if part.tax_line else "",
                "" if part.share is None else _share_in_words(part),
            )
            for part in parts
        ),
    )


def _share_in_words(part: LinePart) -> str:
    """Return the share that holds for the part, and of what it is said."""
    share = part.share or ZERO
    if part.is_private and share:
        return "the private part"
    return f"{share.normalize():f} % business, as said of the {part.said}"
