"""Undoing the last change: each line gets back what it was, unless something happened to it since."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.errors import NothingToUndoError, PayeeTakenError
from ledgerflow.classification.models import ChangedAlias, Classification, DecisionChange, State
from ledgerflow.classification.services.classify import classify_lines
from ledgerflow.classification.services.corrections import forget_corrections
from ledgerflow.classification.services.payees import move_back
from ledgerflow.classification.services.record import (
    forget_predictions,
    settle_predictions,
    unsettle_predictions,
)
from ledgerflow.classification.services.refit import ask_for_refit, suggest_for_payees
from ledgerflow.classification.services.rules import set_rule_active
from ledgerflow.classification.services.tags import give_back_tags
from ledgerflow.payees.services import FormerAlias, give_back_aliases
from ledgerflow.users.models import User

#: Only so many changes of a user in a book can be undone, one after the other.
UNDOABLE = 50

# What the change left open and undecided, such as a line whose payee was named, may be suggested anew by itself: that
# is no decision which undoing would take back.
_LOCK = """
    SELECT made.line_id, made.state, classification_snapshot(made) = kept.after,
        kept.after ->> 'state' = 'open' AND kept.after -> 'decided_by' = 'null'
            AND made.state IN ('open', 'accepted') AND made.decided_by_id IS NULL AND NOT made.is_split
            AND made.payee_id IS NOT DISTINCT FROM (kept.after ->> 'payee')::bigint
            AND made.note = kept.after ->> 'note',
        COALESCE((kept.before ->> 'is_settled')::boolean, true),
        ARRAY[(kept.before ->> 'payee')::bigint, (kept.after ->> 'payee')::bigint]
    FROM classification_changedline kept
    JOIN classification_classification made ON made.line_id = kept.line_id AND made.book_id = kept.book_id
    WHERE kept.change_id = %(change)s
    ORDER BY made.line_id
    FOR UPDATE OF made
"""
# What a rule or the promise had accepted goes back only while that would still accept it, and to review where the rule
# fell back to suggesting it or says another tax line, or the books are closed on its day since.
_MAY_RETURN = """
    SELECT kept.line_id,
        kept.before ->> 'state' = 'open' OR kept.before -> 'decided_by' <> 'null'
            OR (promise.id IS NOT NULL OR COALESCE(
                rule.mode = 'accept' AND rule.tax_line = COALESCE(kept.before ->> 'tax_line', ''), false
            ))
                AND (line.date <= state.closed_through) IS NOT TRUE
    FROM classification_changedline kept
    JOIN statements_statementline line ON line.id = kept.line_id
    LEFT JOIN ledger_ledgerstate state ON state.book_id = kept.book_id
    LEFT JOIN classification_promise promise
        ON promise.id = (kept.before ->> 'promise')::bigint AND promise.switched_off_at IS NULL
    LEFT JOIN classification_rule rule
        ON rule.id = (kept.before ->> 'rule')::bigint AND (rule.mode = 'accept' OR rule.fell_back_at IS NOT NULL)
            AND rule.is_active AND rule.account_id = (kept.before ->> 'account')::bigint
    WHERE kept.change_id = %(change)s AND kept.line_id = ANY(%(lines)s) AND (
        kept.before ->> 'state' = 'open' OR kept.before -> 'decided_by' <> 'null'
        OR promise.id IS NOT NULL OR rule.id IS NOT NULL
    )
"""
_DROP_PARTS = "DELETE FROM classification_classificationsplit WHERE classification_id = ANY(%(lines)s)"
_RESTORE = """
    UPDATE classification_classification made SET
        state = CASE WHEN made.line_id = ANY(%(opened)s) THEN 'open' ELSE kept.before ->> 'state' END,
        account_id = (kept.before ->> 'account')::bigint,
        payee_id = (kept.before ->> 'payee')::bigint, source = kept.before ->> 'source',
        rule_id = (kept.before ->> 'rule')::bigint, promise_id = (kept.before ->> 'promise')::bigint,
        confidence = (kept.before ->> 'confidence')::numeric,
        reason = kept.before ->> 'reason', note = kept.before ->> 'note',
        decided_by_id = (kept.before ->> 'decided_by')::bigint,
        decided_at = (kept.before ->> 'decided_at')::timestamptz,
        is_split = kept.before -> 'parts' <> 'null',
        business_share = (kept.before ->> 'business_share')::numeric,
        -- Nothing kept the account that carried it from being given another line meanwhile.
        tax_line = CASE WHEN classification_takes_tax_line(
            made.book_id, (kept.before ->> 'account')::bigint, kept.before ->> 'tax_line'
        ) THEN kept.before ->> 'tax_line' ELSE '' END
    FROM classification_changedline kept
    WHERE kept.change_id = %(change)s AND kept.line_id = made.line_id AND made.line_id = ANY(%(lines)s)
"""
_RESTORE_PARTS = """
    INSERT INTO classification_classificationsplit (classification_id, no, book_id, account_id, amount, memo, tax_line)
    SELECT kept.line_id, part.no, kept.book_id, part.account, part.amount, part.memo,
        CASE WHEN classification_takes_tax_line(kept.book_id, part.account, part.tax_line)
            THEN part.tax_line ELSE '' END
    FROM classification_changedline kept
    CROSS JOIN jsonb_to_recordset(kept.before -> 'parts')
        AS part (no smallint, account bigint, amount numeric, memo text, tax_line text)
    WHERE kept.change_id = %(change)s AND kept.line_id = ANY(%(lines)s) AND kept.before -> 'parts' <> 'null'
"""


# How many lines, or parts of them, came back without the tax line of their own.
_BARE = """
    SELECT count(*) FROM classification_changedline kept
    JOIN classification_classification made ON made.line_id = kept.line_id
    WHERE kept.change_id = %(change)s AND kept.line_id = ANY(%(lines)s) AND (
        COALESCE(kept.before ->> 'tax_line', '') <> made.tax_line OR EXISTS (
            SELECT FROM jsonb_to_recordset(CASE WHEN made.is_split THEN kept.before -> 'parts' ELSE '[]' END)
                AS part (no smallint, tax_line text)
            JOIN classification_classificationsplit restored
                ON restored.classification_id = made.line_id AND restored.no = part.no
            WHERE COALESCE(part.tax_line, '') <> restored.tax_line
        )
    )
"""

_NO_LONGER = "What had accepted it without a person does so no longer; accept it yourself."


@dataclass(frozen=True, slots=True)
class Undone:
    """What was undone, for how many lines, and why not for the others; ``told`` why none of it was.

    ``bare`` counts the lines that came back without the tax line of their own, because no account of their kind carries
    it any more; ``opened`` those that came back to review, because the rule that had accepted them only suggests
    or says another tax line since, or the books are closed on their days.
    """

    act: str
    count: int
    refused: tuple[tuple[int, str], ...]
    told: str = ""
    bare: int = 0
    opened: int = 0


class _Kept(NamedTuple):
    """A line of a change: what it is now, and whether that is what the change left, or only suggested anew since."""

    line_id: int
    state: str
    is_as_left: bool
    is_open_as_left: bool
    was_settled: bool
    payee_ids: list[int | None]

    @property
    def is_same(self) -> bool:
        """Whether nobody did anything to it since."""
        return self.is_as_left or self.is_open_as_left


@transaction.atomic
def undo(*, book: Book, user: User, now: datetime) -> Undone:
    """Take back the user's last change in the book that is not undone yet.

    Lines that were posted or changed again since stay as they are and are told, and so does a payee whose former name
    is another one's by now; the change counts as undone all the same, so that those before it can be. A line whose
    own tax line no account carries any more comes back without it, and is counted. Rules that stopped accepting because
    of the change accept again; what another one had accepted that stopped since comes back to review, and is counted.

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
    if change.act == DecisionChange.Act.TAG:
        return _undo_tags(change, now)
    if change.act == DecisionChange.Act.PAYEE:
        return _undo_payee(change, now)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"change": change.pk})
        found = [_Kept(*row) for row in cursor.fetchall()]
        # Before asking what may return: a rule that fell back because of the change accepts what it had accepted.
        forget_corrections(change=change, staying=[kept.line_id for kept in found if not kept.is_same])
        cursor.execute(
            _MAY_RETURN, {"change": change.pk, "lines": [kept.line_id for kept in found if kept.is_same]}
        )
        returning: dict[int, bool] = dict(cursor.fetchall())
        undone = [kept for kept in found if kept.line_id in returning]
        lines = [kept.line_id for kept in undone]
        opened = [line_id for line_id, is_as_it_was in returning.items() if not is_as_it_was]
        for statement in (_DROP_PARTS, _RESTORE, _RESTORE_PARTS, _BARE):
            cursor.execute(statement, {"change": change.pk, "lines": lines, "opened": opened})
        (bare,) = cursor.fetchone()
    # What was predicted for the name that is taken back was said of another payee.
    forget_predictions(line_ids=[kept.line_id for kept in undone if not kept.is_as_left])
    settle_predictions(book=book, line_ids=[kept.line_id for kept in undone if kept.was_settled])
    unsettle_predictions(book=book, line_ids=[kept.line_id for kept in undone if not kept.was_settled])
    if undone:
        _give_back_aliases(change)
    _end(change, now)
    # What was suggested because of it is suggested anew; the lines themselves are as they were before.
    payee_ids = {payee_id for kept in undone for payee_id in kept.payee_ids if payee_id is not None}
    suggest_for_payees(book=book, payee_ids=payee_ids, besides=change, is_all=True)
    ask_for_refit(book=book)
    refused = tuple(
        (kept.line_id, _NO_LONGER if kept.is_same else _reason(kept.state))
        for kept in found
        if kept.line_id not in returning
    )
    return Undone(
        act=change.get_act_display(), count=len(undone), refused=refused, bare=bare, opened=len(opened)
    )


def _undo_rule(book: Book, change: DecisionChange, now: datetime) -> Undone:
    """Switch the rule off, because lines may say already that it was the reason, and suggest for its lines anew.

    What it accepted without a person is open again; what was posted since stays and is told.
    """
    assert change.rule_id is not None  # the caller asked
    set_rule_active(book=book, rule_id=change.rule_id, is_active=False)
    by_rule = Classification.objects.filter(book=book, rule_id=change.rule_id, decided_by__isnull=True)
    held = by_rule.select_for_update().order_by("line_id").values_list("line_id", "state")
    lines = [line_id for line_id, state in held if state in {State.OPEN, State.ACCEPTED}]
    posted = [line_id for line_id, state in held if state == State.POSTED]
    by_rule.filter(line_id__in=lines, state=State.ACCEPTED).update(state=State.OPEN)
    changed = classify_lines(book=book, line_ids=lines)
    _end(change, now)
    refused = tuple((line_id, _reason(State.POSTED)) for line_id in posted)
    return Undone(act=change.get_act_display(), count=changed, refused=refused)


def _undo_tags(change: DecisionChange, now: datetime) -> Undone:
    given, others = give_back_tags(change=change, now=now)
    _end(change, now)
    refused = tuple((line_id, _reason(State.OPEN)) for line_id in others)
    return Undone(act=change.get_act_display(), count=len(given), refused=refused)


def _undo_payee(change: DecisionChange, now: datetime) -> Undone:
    others = set(ChangedAlias.objects.filter(change=change).values_list("after_id", flat=True))
    try:
        count = move_back(change=change)
    except PayeeTakenError as error:
        _end(change, now)
        return Undone(act=change.get_act_display(), count=0, refused=(), told=str(error))
    _give_back_aliases(change)
    _end(change, now)
    payee_ids = [each for each in (change.payee_id, *others) if each is not None]
    suggest_for_payees(book=change.book, payee_ids=payee_ids, is_all=True)
    ask_for_refit(book=change.book)
    return Undone(act=change.get_act_display(), count=count, refused=())


def _give_back_aliases(change: DecisionChange) -> None:
    changed = ChangedAlias.objects.filter(change=change).values_list("key", "before_id", "after_id")
    give_back_aliases(book=change.book, former=[FormerAlias(*row) for row in changed])


def _end(change: DecisionChange, now: datetime) -> None:
    change.undone_at = now
    change.save(update_fields=["undone_at"])


def _reason(state: str) -> str:
    if state == "posted":
        return "It was posted since; reverse its entry first."
    return "It was changed again since."
