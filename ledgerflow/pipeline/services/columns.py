"""What the columns of a file are for: how they were read, and how a person corrects that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.selectors import content
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services._accounts import answers_of
from ledgerflow.pipeline.services._layouts import (
    ReadByLayouts,
    chosen,
    is_proven_by_file,
    owners_of,
    read_by_layouts,
)
from ledgerflow.pipeline.services._shown import shown_of_run
from ledgerflow.pipeline.services._waiting import look_again, looked
from ledgerflow.pipeline.services.run import run_import
from ledgerflow.pipeline.services.undo import undo_import
from ledgerflow.statements.layout_selectors import layouts
from ledgerflow.statements.models import BankAccount, TableLayout
from ledgerflow.statements.reading import describe_file, read_file
from ledgerflow.statements.selectors import statements_of
from ledgerflow.statements.services import forget_layout, remember_layout
from ledgerflow.toolbox.layouts import layout_as_json, layout_of_json
from ledgerflow.toolbox.selectors import enabled_readers
from ledgerflow.toolbox.values import Description, Layout, Reading, TableView
from ledgerflow.users.models import User

_State = ImportRun.State
_CORRECTED = (_State.READY, _State.FAILED, _State.NEEDS_YOU)


class ColumnsRefusedError(LedgerFlowError):
    """The columns cannot be taken as chosen; the message says why, and nothing has changed."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The tables of a file, how they are read, and which of their layouts are remembered for its bank account."""

    description: Description
    saved: tuple[TableLayout, ...]

    def table(self, fingerprint: str | None) -> TableView | None:
        """Return the table of the layout, else the first."""
        tables = self.description.tables
        return next(
            (each for each in tables if each.layout.fingerprint == fingerprint), next(iter(tables), None)
        )

    def saved_for(self, table: TableView) -> TableLayout | None:
        """Return the layout that is remembered for the table."""
        return next((each for each in self.saved if each.fingerprint == table.layout.fingerprint), None)


def look_at_columns(*, run: ImportRun, layout: Layout | None = None) -> Columns:
    """Return the file's tables as they are read now, or would be by ``layout``.

    Raises:
        ColumnsRefusedError: the file holds no tables, or the original is damaged.
    """
    saved = tuple(layouts(book=run.book, bank_accounts=_accounts(run)))
    known = [*([layout] if layout else []), *chosen(run), *(layout_of_json(each.layout) for each in saved)]
    return Columns(_described(run, known), saved)


def _as_read(run: ImportRun) -> Description:
    """Return the file by the columns by which it was read; where that was not kept, by those it would be shown by."""
    if run.read_by is None:
        return look_at_columns(run=run).description
    return _described(run, [layout_of_json(each) for each in run.read_by])


def _described(run: ImportRun, known: Sequence[Layout]) -> Description:
    description = describe_file(
        content=content(run.document), name=run.document.name, readers=enabled_readers(), layouts=known
    )
    if description is None:
        raise ColumnsRefusedError(f"{run.document.name} is no table, so it has no columns to choose.")
    return description


def _accounts(run: ImportRun) -> list[BankAccount]:
    """Return the bank accounts of the file's statements, or the one that it was given, or that it names."""
    imported = [statement.bank_account for statement in statements_of(document=run.document)]
    given = [run.bank_account] if run.bank_account else []
    if imported or given:
        return list(dict.fromkeys(imported or given))
    return owners_of(
        run, read_file(content=content(run.document), name=run.document.name, readers=enabled_readers())
    )


@dataclass(frozen=True, slots=True)
class SavedColumns:
    """The file's run after its columns were saved; ``is_read_anew`` unless it was read by them already."""

    run: ImportRun
    is_read_anew: bool


def save_columns(
    *, run: ImportRun, layout: Layout, user: User, now: datetime, reverse_posted: bool = False
) -> SavedColumns:
    """Read the file anew by the columns that a person chose, and remember them for its bank account.

    An import that is there is undone first, and the file imported again, in one transaction: where the columns do not
    read the file, or the import may not be undone, everything stays as it was. Columns by which what is imported was
    read are only remembered. The file is read before anything is locked.

    Raises:
        ColumnsRefusedError: the file is under way or undone, or cannot be read by these columns, or with them somebody
            would have to say first which account it is.
        UndoRefusedError: something was posted and may not be reversed.
        PostingError: an entry's date lies in a closed period, or in days that are reconciled.
    """
    seen = to_correct(run)
    is_imported = seen.state == _State.READY
    description = _as_read(seen)
    table = Columns(description, ()).table(layout.fingerprint)
    if table is None or table.layout.fingerprint != layout.fingerprint:
        raise ColumnsRefusedError(f"{seen.document.name} has no such table. Open its columns again.")
    if is_imported and table.layout == layout and description.reading is not None:
        _only_remember(seen, table, description.reading, user=user, now=now)
        return SavedColumns(seen, is_read_anew=False)
    draft = draft_of(seen, _beside(seen, layout, table.header), user, now)
    after = read_anew(seen, draft, read_by_layouts(run=draft), user, now, reverse_posted=reverse_posted)
    return SavedColumns(after, is_read_anew=True)


def to_correct(run: ImportRun) -> ImportRun:
    """Return the run as it is now.

    :raises ColumnsRefusedError: it is under way or undone.
    """
    seen = ImportRun.objects.select_related("book", "document", "bank_account").get(pk=run.pk)
    if seen.state not in _CORRECTED:
        raise ColumnsRefusedError(
            f"{seen.document.name} is {seen.get_state_display()}; wait, or take it in again."
        )
    return seen


def _beside(run: ImportRun, layout: Layout, titles: Sequence[str]) -> list[dict[str, object]]:
    """Return what was chosen for the file's other tables, and the layout."""
    others = [each for each in run.layouts if each["fingerprint"] != layout.fingerprint]
    return [*others, {**layout_as_json(layout), "titles": list(titles)}]


@transaction.atomic
def _only_remember(run: ImportRun, table: TableView, reading: Reading, *, user: User, now: datetime) -> None:
    for account in _accounts(run):
        remember_layout(
            bank_account=account,
            layout=table.layout,
            titles=table.header,
            is_proven=is_proven_by_file(reading),
            user=user,
            now=now,
        )


def forget_columns(
    *, run: ImportRun, fingerprint: str, user: User, now: datetime, reverse_posted: bool = False
) -> ImportRun:
    """Forget the columns saved for the file's bank account, and read the file anew by its rows.

    Raises:
        ColumnsRefusedError: none are saved, or the file is under way or undone, or cannot be read by its rows.
        UndoRefusedError: something was posted and may not be reversed.
    """
    seen = to_correct(run)
    saved = list(layouts(book=seen.book, bank_accounts=_accounts(seen)).filter(fingerprint=fingerprint))
    if not saved:
        raise ColumnsRefusedError("No columns are saved for such files.")
    draft = draft_of(seen, [each for each in seen.layouts if each["fingerprint"] != fingerprint], user, now)
    read = read_by_layouts(run=draft, forgotten=fingerprint)
    with transaction.atomic():
        for each in saved:
            forget_layout(bank_account=each.bank_account, fingerprint=fingerprint)
        return read_anew(seen, draft, read, user, now, reverse_posted=reverse_posted)


def draft_of(run: ImportRun, chosen_now: list[dict[str, object]], user: User, now: datetime) -> ImportRun:
    """Return the run that reads the file anew, not saved yet."""
    return ImportRun(
        book=run.book,
        document=run.document,
        bank_account=_given_account(run),
        answers=_answers(run),
        started_by=user,
        created_at=now,
        layouts=chosen_now,
    )


def _given_account(run: ImportRun) -> BankAccount | None:
    """Return the bank account that somebody said the file is; none where an import found it by the file's number."""
    if run.state != _State.READY:
        return run.bank_account
    imported = list(statements_of(document=run.document))
    is_found = bool(imported) and all(statement.account_number for statement in imported)
    return None if is_found or len({each.bank_account_id for each in imported}) > 1 else run.bank_account


def _answers(run: ImportRun) -> list[dict[str, Any]]:
    """Return what was said of the file's statements; of an import of several accounts, whose each of them is."""
    imported = list(statements_of(document=run.document)) if run.state == _State.READY else []
    if len({each.bank_account_id for each in imported}) > 1:
        return answers_of(imported)
    return list(run.answers)


@transaction.atomic
def read_anew(
    seen: ImportRun, draft: ImportRun, read: ReadByLayouts, user: User, now: datetime, *, reverse_posted: bool
) -> ImportRun:
    """Import the file by what was read of it for ``draft``, in the place of what is there.

    :raises ColumnsRefusedError: it has changed since it was seen, or cannot be imported so without an answer.
    """
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("book", "document").get(pk=seen.pk)
    if (run.state, run.layouts, run.started_at) != (seen.state, seen.layouts, seen.started_at):
        raise ColumnsRefusedError(
            f"{run.document.name} has changed since. Open its columns again; nothing was changed."
        )
    is_imported = run.state == _State.READY
    if is_imported:
        undo_import(run=run, user=user, now=now, reverse_posted=reverse_posted)
        if run.look:
            # Who corrects it says what is to be imported.
            looked(draft, shown_sha256=shown_of_run(draft, read), user=user, now=now)
        draft.save()
        run = draft
    else:
        run.state, run.stage, run.layouts = _State.WAITING, ImportRun.Stage.RECEIVED, draft.layouts
        run.attempts, run.message, run.finished_at, run.started_by = 0, "", None, user
        run.asked_order = None
        look_again(run)
        run.save(
            update_fields=[
                "state", "stage", "layouts", "attempts", "message", "finished_at", "started_by", "asked_order", "look",
                "looked_by", "looked_at", "shown_sha256",
            ]
        )  # fmt: skip
    run_import(run_id=run.pk, now=now, read=read)
    run.refresh_from_db()
    if run.state == _State.FAILED:
        raise ColumnsRefusedError(f"Nothing has changed: {run.message}")
    if run.state == _State.NEEDS_YOU and is_imported:
        # What is imported would be gone until somebody answers.
        raise ColumnsRefusedError(
            f"Nothing has changed, because somebody would have to answer first: {run.message} Undo the import, then "
            "choose these columns and answer."
        )
    return run
