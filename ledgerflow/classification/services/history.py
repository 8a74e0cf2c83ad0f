"""Undoing the last change: each line gets back what it was, unless something happened to it since."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.errors import NothingToUndoError
from ledgerflow.classification.models import Classification, DecisionChange, State
from ledgerflow.classification.services.classify import classify_lines
from ledgerflow.classification.services.corrections import forget_corrections
from ledgerflow.classification.services.record import settle_predictions
from ledgerflow.classification.services.rules import set_rule_active
from ledgerflow.users.models import User

#: Only so many changes of a user in a book can be undone, one after the other.
UNDOABLE = 50

# What a rule or the promise had accepted goes back only while that would still accept it.
_LOCK = """
    SELECT made.line_id, made.state, classification_snapshot(made) = kept.after,
        kept.before ->> 'state' = 'open' OR kept.before -> 'decided_by' <> 'null' OR EXISTS (
            SELECT FROM classification_promise
            WHERE id = (kept.before ->> 'promise')::bigint AND switched_off_at IS NULL
        ) OR EXISTS (
            SELECT FROM classification_rule WHERE id = (kept.before ->> 'rule')::bigint AND mode = 'accept'
                AND is_active AND account_id = (kept.before ->> 'account')::bigint
        )
    FROM classification_changedline kept
    JOIN classification_classification made ON made.line_id = kept.line_id AND made.book_id = kept.book_id
    WHERE kept.change_id = %(change)s
    ORDER BY made.line_id
    FOR UPDATE OF made
"""
_DROP_PARTS = "DELETE FROM classification_classificationsplit WHERE classification_id = ANY(%(lines)s)"
_RESTORE = """
    UPDATE classification_classification made SET
        state = kept.before ->> 'state', account_id = (kept.before ->> 'account')::bigint,
        payee_id = (kept.before ->> 'payee')::bigint, source = kept.before ->> 'source',
        rule_id = (kept.before ->> 'rule')::bigint, promise_id = (kept.before ->> 'promise')::bigint,
        confidence = (kept.before ->> 'confidence')::numeric,
        reason = kept.before ->> 'reason', note = kept.before ->> 'note',
        decided_by_id = (kept.before ->> 'decided_by')::bigint,
        decided_at = (kept.before ->> 'decided_at')::timestamptz,
        is_split = kept.before -> 'parts' <> 'null'
    FROM classification_changedline kept
    WHERE kept.change_id = %(change)s AND kept.line_id = made.line_id AND made.line_id = ANY(%(lines)s)
"""
_RESTORE_PARTS = """
    INSERT INTO classification_classificationsplit (classification_id, no, book_id, account_id, amount, memo)
    SELECT kept.line_id, part.no, kept.book_id, part.account, part.amount, part.memo
    FROM classification_changedline kept
    CROSS JOIN jsonb_to_recordset(kept.before -> 'parts')
        AS part (no smallint, account bigint, amount numeric, memo text)
    WHERE kept.change_id = %(change)s AND kept.line_id = ANY(%(lines)s) AND kept.before -> 'parts' <> 'null'
"""


_NO_LONGER = "What had accepted it without a person does so no longer; accept it yourself."


@dataclass(frozen=True, slots=True)
class Undone:
    """What was undone, for how many lines, and why not for the others."""

    act: str
    count: int
    refused: tuple[tuple[int, str], ...]


@transaction.atomic
def undo(*, book: Book, user: User, now: datetime) -> Undone:
    """Take back the user's last change in the book that is not undone yet.

    Lines that were posted or changed again since stay as they are and are told.

    Raises:
        NothingToUndoError: there is none among the user's last 50 changes.
    """
    last = DecisionChange.objects.filter(book=book, made_by=user).order_by("-pk").values("pk")[:UNDOABLE]
    change = (
        DecisionChange.objects.select_for_update()
        .filter(pk__in=last, undone_at__isnull=True)
        .order_by("-pk")
        .first()
    )
    if change is None:
        raise NothingToUndoError("There is nothing to undo.")
    if change.rule_id is not None:
        return _undo_rule(book, change, now)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"change": change.pk})
        found = cursor.fetchall()
        same = [line_id for line_id, _, is_same, may_return in found if is_same and may_return]
        for statement in (_DROP_PARTS, _RESTORE, _RESTORE_PARTS):
            cursor.execute(statement, {"change": change.pk, "lines": same})
    settle_predictions(book=book, line_ids=same)
    forget_corrections(change)
    change.undone_at = now
    change.save(update_fields=["undone_at"])
    refused = tuple(
        (line_id, _reason(state) if not is_same else _NO_LONGER)
        for line_id, state, is_same, may_return in found
        if not is_same or not may_return
    )
    return Undone(act=change.get_act_display(), count=len(same), refused=refused)


def _undo_rule(book: Book, change: DecisionChange, now: datetime) -> Undone:
    """Switch the rule off, because lines may say already that it was the reason; open lines are suggested anew."""
    assert change.rule_id is not None  # the caller asked
    waiting = Classification.objects.filter(book=book, rule_id=change.rule_id, state=State.OPEN)
    lines = list(waiting.values_list("line_id", flat=True))
    set_rule_active(book=book, rule_id=change.rule_id, is_active=False)
    changed = classify_lines(book=book, line_ids=lines)
    change.undone_at = now
    change.save(update_fields=["undone_at"])
    return Undone(act=change.get_act_display(), count=changed, refused=())


def _reason(state: str) -> str:
    if state == "posted":
        return "It was posted since; reverse its entry first."
    return "It was changed again since."
