"""What a person does to lines: accept, exclude, send back, each for a set at once and kept so that it can be undone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import SURE
from ledgerflow.classification.models import LONGEST_NOTE, DecisionChange
from ledgerflow.classification.services.corrections import count_corrections
from ledgerflow.classification.services.record import BEFORE, settle_predictions
from ledgerflow.classification.services.refit import ask_for_refit
from ledgerflow.core.arrays import whole_numbers
from ledgerflow.ledger.models import Account
from ledgerflow.users.models import User

_Act = DecisionChange.Act

# One statement: lock the lines in order, change those that nothing stands against, keep before and after, and tell
# the others with the reason.
_CHANGE = """
    WITH picked AS MATERIALIZED (
        SELECT made.line_id, {before} AS before, {refusal} AS refusal, account.id AS account_id, account.type,
            account.tax_line
        FROM classification_classification made
        JOIN statements_statementline line ON line.id = made.line_id
        LEFT JOIN ledger_account account ON account.id = COALESCE(%(account)s, made.account_id, %(fallback)s)
        WHERE made.book_id = %(book)s AND {which}
        ORDER BY made.line_id
        FOR UPDATE OF made
    ), changed AS (
        UPDATE classification_classification made SET {change}
        FROM picked WHERE picked.line_id = made.line_id AND picked.refusal IS NULL
        RETURNING made.line_id, classification_snapshot(made) AS after
    ), kept AS (
        INSERT INTO classification_changedline (change_id, book_id, line_id, before, after)
        SELECT %(change)s, %(book)s, picked.line_id, picked.before, changed.after
        FROM picked JOIN changed ON changed.line_id = picked.line_id
    )
    SELECT line_id, refusal FROM picked WHERE refusal IS NOT NULL
    UNION ALL SELECT NULL, count(*)::text FROM changed
"""
POSTED = """
    WHEN made.state = 'posted' THEN 'It is in the journal; reverse its entry first.'
    WHEN made.state = 'matched' THEN 'It is matched with an entry; take the match apart first.'
"""
HELD = """
    WHEN line.hold = 'proof' THEN 'Its statement does not prove; someone must release its lines first.'
    WHEN line.hold = 'lapsed' THEN 'The bank has booked it otherwise since, or dropped it.'
    WHEN line.hold = 'twin' THEN 'It is here already under another day; see the line that stands for it.'
    WHEN line.hold <> '' THEN 'It may be here already; someone must say so first.'
    WHEN line.is_pending THEN 'The bank has not booked it yet.'
"""
_ACCEPT_REFUSALS = f"""
    {POSTED} {HELD}
        WHEN made.state = 'excluded' THEN 'It is excluded; send it back to review first.'
        WHEN made.state = 'accepted' THEN 'It is accepted already.'
        WHEN NOT made.is_split AND account.id IS NULL THEN 'It has no account yet.'
        WHEN NOT made.is_split AND account.is_archived THEN 'Its account is archived; choose another.'
"""
_ACCEPT_REFUSAL = f"CASE {_ACCEPT_REFUSALS} END"
_ACCEPT = """
    state = 'accepted', decided_by_id = %(user)s, decided_at = %(now)s,
    account_id = CASE WHEN made.is_split THEN NULL ELSE COALESCE(made.account_id, %(fallback)s) END,
    source = CASE WHEN made.is_split OR made.account_id IS NOT NULL THEN made.source ELSE 'person' END,
    reason = CASE WHEN made.is_split OR made.account_id IS NOT NULL THEN made.reason ELSE %(fallback_reason)s END
"""
THESE = "made.line_id = ANY(%(lines)s::bigint[])"
_SAMPLED = """EXISTS (
    SELECT FROM classification_prediction said
    WHERE said.line_id = made.line_id AND said.replaced_at IS NULL AND said.is_sampled
)"""
# What was drawn is looked at, which nobody does who accepts a set by what its lines have in common.
POSSIBLE_TRANSFER = """
    WHEN made.line_id = ANY(%(transfers)s::bigint[])
        THEN 'It may be a transfer between two own bank accounts; say so, or accept it by itself.'
"""
_DRAWN = f"{_SAMPLED} THEN 'It was drawn to be looked at; decide about it by itself.'"
#: What stands against a set that nobody looked at, other than what was decided about already.
DRAWN_UNSEEN = f"WHEN NOT %(is_seen)s AND made.state = 'open' AND {_DRAWN}"
_SURE_REFUSAL = f"CASE {_ACCEPT_REFUSALS} {POSSIBLE_TRANSFER} END"
# What somebody was asked about waits for the answer; whoever knows it accepts the line by itself.
_ASKED = """EXISTS (
    SELECT FROM asking_linequestion asked
    WHERE asked.book_id = made.book_id AND asked.line_id = made.line_id
        AND asked.answered_at IS NULL AND asked.withdrawn_at IS NULL
)"""
_ACCEPT_UNSEEN_REFUSAL = f"""
    CASE {_ACCEPT_REFUSALS} {POSSIBLE_TRANSFER}
        WHEN {_DRAWN}
        WHEN {_ASKED} THEN 'Somebody was asked about it; accept it by itself.'
        WHEN made.confidence < {SURE} THEN 'It is not sure; look at it, and accept it by itself.' END
"""
_REVIEWABLE = f"made.state = 'open' AND line.hold = '' AND NOT line.is_pending AND NOT {_ASKED}"


@dataclass(frozen=True, slots=True)
class Changed:
    """How many lines were changed, and for each other line why not."""

    count: int
    refused: tuple[tuple[int, str], ...]
    change_id: int | None

    def lines_of(self, line_ids: Sequence[int]) -> list[int]:
        """Return those of the lines that were not refused."""
        refused = {line_id for line_id, _ in self.refused}
        return [line_id for line_id in line_ids if line_id not in refused]


#: Stands for lines without a payee, or without an account.
NOBODY = 0
#: What accepting returns.
Accepted = Changed


@transaction.atomic
def accept(*, book: Book, line_ids: Sequence[int], user: User, now: datetime) -> Accepted:
    """Accept the suggestion of each line; lines without one, held back or posted are told with the reason."""
    changed = change_lines(
        book,
        _Act.ACCEPT,
        user,
        now,
        which=THESE,
        refusal=_ACCEPT_REFUSAL,
        change=_ACCEPT,
        lines=whole_numbers(line_ids),
    )
    settle_predictions(book=book, line_ids=changed.lines_of(line_ids))
    return changed


@transaction.atomic
def accept_confident(*, book: Book, user: User, now: datetime, transfers: Collection[int] = ()) -> Accepted:
    """Accept every suggestion that is sure, and nothing below; lines that may be ``transfers`` are told.

    Nobody looked at each of these lines, so that they say nothing of how good the suggestions are; what was drawn to
    be looked at stays.
    """
    sure = f"{_REVIEWABLE} AND (made.account_id IS NOT NULL OR made.is_split) AND made.confidence >= {SURE}"
    sure += f" AND NOT {_SAMPLED}"
    return change_lines(
        book,
        _Act.ACCEPT,
        user,
        now,
        which=sure,
        refusal=_SURE_REFUSAL,
        change=_ACCEPT,
        transfers=whole_numbers(transfers),
    )


@transaction.atomic
def accept_unseen(
    *, book: Book, line_ids: Sequence[int], user: User, now: datetime, transfers: Collection[int] = ()
) -> Accepted:
    """Accept the suggestion of each of the lines, which somebody chose by what they have in common.

    Those without one, those that may be ``transfers``, those drawn to be looked at, those that somebody was asked about
    and those that are not sure are told. Nobody looked at each of them, so that they say nothing of how good the
    suggestions are.
    """
    return change_lines(
        book,
        _Act.ACCEPT,
        user,
        now,
        which=THESE,
        refusal=_ACCEPT_UNSEEN_REFUSAL,
        change=_ACCEPT,
        lines=whole_numbers(line_ids),
        transfers=whole_numbers(transfers),
    )


@transaction.atomic
def accept_all(
    *,
    book: Book,
    user: User,
    now: datetime,
    account: Account | None = None,
    transfers: Collection[int] = (),
) -> Accepted:
    """Accept every suggestion, and book lines without one to ``account`` (without it they are told with the reason).

    Lines that may be ``transfers`` are told. An account of another book is treated as not there.
    """
    fallback = Account.objects.filter(book=book, pk=account.pk).first() if account else None
    return change_lines(
        book,
        _Act.ACCEPT,
        user,
        now,
        which=_REVIEWABLE,
        refusal=_SURE_REFUSAL,
        change=_ACCEPT,
        fallback=fallback,
        transfers=whole_numbers(transfers),
    )


@transaction.atomic
def exclude(
    *,
    book: Book,
    line_ids: Sequence[int],
    reason: str,
    user: User,
    now: datetime,
    is_seen: bool = True,
) -> Changed:
    """Keep the lines out of the books; a reason comes before what was noted, without one the note stays.

    A line where both are longer together than a note may be is told, and stays. Where nobody looked at each line
    (``is_seen``), they say nothing of how good the suggestions are, and those drawn to be looked at are told, too.
    """
    note = "concat_ws(' · ', NULLIF(%(reason)s, ''), NULLIF(made.note, ''))"
    refusal = f"""CASE {POSTED} WHEN made.state = 'excluded' THEN 'It is excluded already.'
        WHEN char_length({note}) > {LONGEST_NOTE}
            THEN 'Reason and note are longer than {LONGEST_NOTE} characters together; shorten one of them.'
        {DRAWN_UNSEEN} END"""
    change = f"state = 'excluded', decided_by_id = %(user)s, decided_at = %(now)s, note = {note}"
    changed = change_lines(
        book,
        _Act.EXCLUDE,
        user,
        now,
        which=THESE,
        refusal=refusal,
        change=change,
        lines=whole_numbers(line_ids),
        reason=reason.strip(),
        is_seen=is_seen,
    )
    if is_seen:
        settle_predictions(book=book, line_ids=changed.lines_of(line_ids))
    if changed.change_id is not None:
        count_corrections(change=DecisionChange.objects.get(book=book, pk=changed.change_id))
    return changed


@transaction.atomic
def reopen(*, book: Book, line_ids: Sequence[int], user: User, now: datetime) -> Changed:
    """Send accepted and excluded lines back to review; posted ones are told to be reversed first.

    The person stays named on the line, so that no rule accepts it again behind their back.
    """
    refusal = f"CASE {POSTED} WHEN made.state = 'open' THEN 'It is in review already.' END"
    change = "state = 'open', decided_by_id = %(user)s, decided_at = %(now)s"
    changed = change_lines(
        book,
        _Act.REOPEN,
        user,
        now,
        which=THESE,
        refusal=refusal,
        change=change,
        lines=whole_numbers(line_ids),
    )
    settle_predictions(book=book, line_ids=changed.lines_of(line_ids))
    return changed


def change_lines(
    book: Book,
    act: DecisionChange.Act,
    user: User,
    now: datetime,
    *,
    which: str,
    refusal: str,
    change: str,
    account: Account | None = None,
    fallback: Account | None = None,
    **facts: Any,
) -> Changed:
    """Change the lines in one statement; ``account`` goes before theirs, ``fallback`` after."""
    kept = DecisionChange.objects.create(book=book, act=act, made_by=user, made_at=now)
    statement = _CHANGE.format(before=BEFORE, which=which, refusal=refusal, change=change)
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "book": book.pk,
                "change": kept.pk,
                "user": user.pk,
                "now": now,
                **facts,
                "account": account.pk if account else None,
                "fallback": fallback.pk if fallback else None,
                "fallback_reason": f"Accepted to {fallback} without a suggestion." if fallback else "",
            },
        )
        *refused, (_, count) = sorted(cursor.fetchall(), key=lambda row: (row[0] is None, row[0]))
    if int(count) == 0:
        kept.delete()
    elif act != _Act.REOPEN:
        ask_for_refit(book=book)
    return Changed(count=int(count), refused=tuple(refused), change_id=kept.pk if int(count) else None)
