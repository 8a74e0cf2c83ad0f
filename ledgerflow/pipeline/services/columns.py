"""What the columns of a file are for: how they were read, and how a person corrects that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.selectors import content
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services._layouts import chosen, is_proven_by_file, matched
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
    description = describe_file(
        content=content(run.document), name=run.document.name, readers=enabled_readers(), layouts=known
    )
    if description is None:
        raise ColumnsRefusedError(f"{run.document.name} is no table, so it has no columns to choose.")
    return Columns(description, saved)


def _accounts(run: ImportRun) -> list[BankAccount]:
    """Return the bank accounts of the file's statements, or the one that it was given, or that it names."""
    imported = [statement.bank_account for statement in statements_of(document=run.document)]
    given = [run.bank_account] if run.bank_account else []
    if imported or given:
        return list(dict.fromkeys(imported or given))
    return matched(
        run, read_file(content=content(run.document), name=run.document.name, readers=enabled_readers())
    )


@transaction.atomic
def save_columns(
    *, run: ImportRun, layout: Layout, user: User, now: datetime, reverse_posted: bool = False
) -> ImportRun:
    """Read the file anew by the columns that a person chose, and remember them for its bank account.

    An import that is there is undone first, and the file imported again, in one transaction: where the columns do not
    read the file, or the import may not be undone, everything stays as it was. Columns by which the file was read
    already are only remembered.

    Raises:
        ColumnsRefusedError: the file is under way or undone, or cannot be read by these columns.
        UndoRefusedError: something was posted and may not be reversed.
        PostingError: an entry's date lies in a closed period, or in days that are reconciled.
    """
    locked = (
        ImportRun.objects.select_for_update(of=("self",)).select_related("book", "document").get(pk=run.pk)
    )
    if locked.state not in _CORRECTED:
        raise ColumnsRefusedError(
            f"{locked.document.name} is {locked.get_state_display()}; wait, or take it in again."
        )
    now_read = look_at_columns(run=locked)
    table = now_read.table(layout.fingerprint)
    if table is None or table.layout.fingerprint != layout.fingerprint:
        raise ColumnsRefusedError(f"{locked.document.name} has no such table. Open its columns again.")
    reading = now_read.description.reading
    if locked.state == _State.READY and table.layout == layout and reading is not None:
        _only_remember(locked, table, reading, user=user, now=now)
        return locked
    return _read_anew(
        locked, _beside(locked, layout, table.header), user=user, now=now, reverse_posted=reverse_posted
    )


def _beside(run: ImportRun, layout: Layout, titles: Sequence[str]) -> list[dict[str, object]]:
    """Return what was chosen for the file's other tables, and the layout."""
    others = [each for each in run.layouts if each["fingerprint"] != layout.fingerprint]
    return [*others, {**layout_as_json(layout), "titles": list(titles)}]


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


@transaction.atomic
def forget_columns(
    *, run: ImportRun, fingerprint: str, user: User, now: datetime, reverse_posted: bool = False
) -> ImportRun:
    """Forget the columns saved for the file's bank account, and read the file anew by its rows.

    Raises:
        ColumnsRefusedError: none are saved, or the file is under way or undone, or cannot be read by its rows.
        UndoRefusedError: something was posted and may not be reversed.
    """
    locked = (
        ImportRun.objects.select_for_update(of=("self",)).select_related("book", "document").get(pk=run.pk)
    )
    if locked.state not in _CORRECTED:
        raise ColumnsRefusedError(
            f"{locked.document.name} is {locked.get_state_display()}; wait, or take it in again."
        )
    saved = layouts(book=locked.book, bank_accounts=_accounts(locked)).filter(fingerprint=fingerprint)
    if not saved:
        raise ColumnsRefusedError("No columns are saved for such files.")
    for each in saved:
        forget_layout(bank_account=each.bank_account, fingerprint=fingerprint)
    others = [each for each in locked.layouts if each["fingerprint"] != fingerprint]
    return _read_anew(locked, others, user=user, now=now, reverse_posted=reverse_posted)


def _read_anew(
    run: ImportRun, chosen_now: list[dict[str, object]], *, user: User, now: datetime, reverse_posted: bool
) -> ImportRun:
    if run.state == _State.READY:
        undo_import(run=run, user=user, now=now, reverse_posted=reverse_posted)
        run = ImportRun.objects.create(
            book=run.book,
            document=run.document,
            bank_account=run.bank_account,
            started_by=user,
            created_at=now,
            layouts=chosen_now,
        )
    else:
        run.state, run.stage, run.layouts = _State.WAITING, ImportRun.Stage.RECEIVED, chosen_now
        run.attempts, run.message, run.finished_at, run.started_by = 0, "", None, user
        run.save(
            update_fields=["state", "stage", "layouts", "attempts", "message", "finished_at", "started_by"]
        )
    run_import(run_id=run.pk, now=now)
    run.refresh_from_db()
    if run.state == _State.FAILED:
        raise ColumnsRefusedError(f"Nothing has changed: {run.message}")
    return run
