"""Take an import back across all stages: as if the file had never come, with what people decided listed first."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.selectors import decisions_about, unclassified_line_ids
from ledgerflow.classification.services import classify_lines
from ledgerflow.classification.tag_models import LineTag
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.money import format_money
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.posting.opening_selectors import openings_behind
from ledgerflow.posting.services import hold_postings, release_lines, reverse_lines, withdraw_openings
from ledgerflow.posting.transfer_selectors import other_sides
from ledgerflow.reconciliation.services import release_import
from ledgerflow.statements import services as statements
from ledgerflow.statements.models import DayQuestion, Statement
from ledgerflow.statements.receipt_selectors import attached_count
from ledgerflow.statements.selectors import answers_about, lines_only_in, overrides_in, statements_of
from ledgerflow.users.models import User

_SHOWN_DECISIONS = 20


class UndoRefusedError(LedgerFlowError):
    """The import cannot be undone as asked; the message says what stands in the way."""


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing would take away: lines by count, and what people decided about them, in words.

    ``said`` is what they said of the file itself, in words: that its lines may be used although it does not prove, and
    which of them other files show. ``tags`` counts the tags that go with lines, ``receipts`` those that are detached
    from lines that go; they stay in the book. ``openings`` are the opening
    balances that stand on a statement of the file, and ``freed`` the lines of other files that go back to review with
    the transfers they are a side of, in words.
    """

    removed: int
    kept: int
    posted: int
    receipts: int
    decided: tuple[str, ...]
    more_decided: int
    said: tuple[str, ...]
    tags: int
    openings: tuple[str, ...]
    freed: tuple[str, ...]

    @property
    def entries(self) -> int:
        """How many lines and opening balances stand in the journal."""
        return self.posted + len(self.openings)


def preview_undo(*, run: ImportRun) -> UndoPreview:
    """Return what undoing the import would take away."""
    going = lines_only_in(document=run.document)
    decisions = decisions_about(book=run.book, line_ids=going)
    shown = sum(statement.line_count for statement in statements_of(document=run.document))
    return UndoPreview(
        removed=len(going),
        kept=max(shown - len(going), 0),
        posted=_posted(run, going),
        receipts=attached_count(book=run.book, line_ids=going),
        decided=tuple(_in_words(decision) for decision in decisions[:_SHOWN_DECISIONS]),
        more_decided=max(len(decisions) - _SHOWN_DECISIONS, 0),
        said=(
            *map(_released, overrides_in(document=run.document)),
            *map(_answered, answers_about(document=run.document)),
        ),
        tags=LineTag.objects.filter(book=run.book, line_id__in=going).count(),
        openings=tuple(
            f"Opening balance of {opening.bank_account}: {format_money(opening.amount, opening.currency)} "
            f"as of {opening.date}"
            for opening in openings_behind(book=run.book, document_id=run.document_id)
        ),
        freed=tuple(
            f"{line.date} {format_money(line.amount, line.currency)} {line.description[:60]} on {line.bank_account}"
            for line in other_sides(book=run.book, line_ids=going)
        ),
    )


@transaction.atomic
def undo_import(*, run: ImportRun, user: User, now: datetime, reverse_posted: bool = False) -> ImportRun:
    """Undo the import: its sightings go, and each line with its last one. The file stays and can be imported again.

    Entries posted from lines that go, and opening balances that stand on its statements, are reversed, each on its own
    date, when ``reverse_posted`` says so.

    Raises:
        UndoRefusedError: the import is not finished, or something was posted and may not be reversed.
        PostingError: an entry's date lies in a closed period, or in days that are reconciled.
    """
    locked = (
        ImportRun.objects.select_for_update(of=("self",)).select_related("book", "document").get(pk=run.pk)
    )
    if locked.state != ImportRun.State.READY:
        raise UndoRefusedError(f"{locked.document.name} is not imported; there is nothing to undo.")
    hold_postings(book=locked.book)
    going = lines_only_in(document=locked.document)
    posted = _posted(locked, going)
    if posted and not reverse_posted:
        raise UndoRefusedError(
            f"{posted} lines of this file stand in the journal. Let their entries be reversed, or leave the import."
        )
    if openings_behind(book=locked.book, document_id=locked.document_id) and not reverse_posted:
        raise UndoRefusedError(
            "An opening balance stands on this file. Let its entry be reversed, or leave the import."
        )
    release_import(document=locked.document, line_ids=going, user=user, now=now)
    reason = f"Import of {locked.document.name} undone"
    reverse_lines(book=locked.book, line_ids=going, reason=reason, user=user, now=now)
    withdraw_openings(book=locked.book, document=locked.document, reason=reason, user=user, now=now)
    release_lines(book=locked.book, line_ids=going, user=user, now=now)
    if statements_of(document=locked.document).exists():
        statements.undo_import(document=locked.document)
        # What another file shows may stand alone now, as a line of its own.
        classify_lines(book=locked.book, line_ids=unclassified_line_ids(book=locked.book))
    locked.state, locked.undone_at, locked.undone_by = ImportRun.State.UNDONE, now, user
    locked.save(update_fields=["state", "undone_at", "undone_by"])
    return locked


def _posted(run: ImportRun, line_ids: list[int]) -> int:
    return Classification.objects.filter(book=run.book, line_id__in=line_ids, state=State.POSTED).count()


def _released(statement: Statement) -> str:
    return (
        f"{statement.bank_account}: its lines were released by {statement.overridden_by} although it does not prove: "
        f"{statement.override_reason}"
    )


def _answered(question: DayQuestion) -> str:
    which = f"line {question.no} of a statement" if question.no else "the lines that two files show"
    if question.other_no is not None:
        which = "a line that two files show under two days"
    said = f"{question.get_answer_display()}, by {question.answered_by}"
    return f"{question.bank_account}, {question.date}: {which}: {said}"


def _in_words(decision: Classification) -> str:
    line = decision.line
    what = decision.get_state_display()
    if decision.state != State.MATCHED:
        what += f" as {decision.account or 'several accounts'}"
    return (
        f"{line.date} {format_money(line.amount, line.currency)} {line.description[:60]}: "
        f"{what} by {decision.decided_by}"
    )
