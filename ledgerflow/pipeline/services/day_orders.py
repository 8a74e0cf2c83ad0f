"""In which order a file writes its dates, where nothing in it tells: a person says it once for account and layout."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services._layouts import read_by_layouts
from ledgerflow.pipeline.services._waiting import wait_again
from ledgerflow.pipeline.services.columns import ColumnsRefusedError, draft_of, read_anew, to_correct
from ledgerflow.pipeline.services.receive import RunNotWaitingError
from ledgerflow.statements.layout_selectors import layouts
from ledgerflow.statements.selectors import statements_of
from ledgerflow.statements.services import forget_layout
from ledgerflow.toolbox.layouts import layout_as_json, layout_of_json, open_order_of_json
from ledgerflow.toolbox.values import DAY_ORDERS
from ledgerflow.users.models import User


@transaction.atomic
def answer_order(*, run: ImportRun, order: str) -> None:
    """Answer in which order the file's dates are written, and go on.

    Once the file is imported, the answer is remembered for its bank account and this layout, as columns are.

    Raises:
        RunNotWaitingError: the file does not ask for it, or ``order`` is none of those that it can be read in.
    """
    locked = ImportRun.objects.select_for_update(of=("self",)).select_related("document").get(pk=run.pk)
    if not locked.asks_order:
        raise RunNotWaitingError(f"{locked.document.name} does not ask how its dates are written.")
    asks = open_order_of_json(locked.asked_order)
    if order not in {way.order for way in asks.ways}:
        raise RunNotWaitingError(f"The dates of {locked.document.name} cannot be read so. Open it again.")
    said = replace(asks.layout, day_order=order)
    others = [each for each in locked.layouts if each["fingerprint"] != said.fingerprint]
    locked.layouts = [*others, {**layout_as_json(said), "titles": list(asks.titles)}]
    locked.save(update_fields=["layouts"])
    wait_again(locked)


def change_order(
    *, run: ImportRun, order: str, user: User, now: datetime, reverse_posted: bool = False
) -> ImportRun:
    """Read an imported file anew in another order of its dates than somebody said, and remember that.

    The import that is there is undone first, and the file imported again, in one transaction.

    Raises:
        ColumnsRefusedError: nobody said an order of this file, or it cannot be read in this one.
        UndoRefusedError: something was posted and may not be reversed.
        PostingError: an entry's date lies in a closed period, or in days that are reconciled.
    """
    seen = to_correct(run)
    if not seen.has_order_said or order not in DAY_ORDERS:
        raise ColumnsRefusedError(f"Nobody said how the dates of {seen.document.name} are written.")
    said = [replace(layout_of_json(each), day_order=order) for each in seen.read_by or []]
    draft = draft_of(seen, [{**layout_as_json(each), "titles": []} for each in said], user, now)
    return read_anew(seen, draft, read_by_layouts(run=draft), user, now, reverse_posted=reverse_posted)


@transaction.atomic
def forget_order(*, run: ImportRun) -> None:
    """Ask again how the dates of such files of its bank accounts are written; the import itself stays as it is.

    Raises:
        ColumnsRefusedError: nothing is remembered.
    """
    fingerprints = [each["fingerprint"] for each in run.read_by or [] if not each["roles"]]
    accounts = {statement.bank_account for statement in statements_of(document=run.document)}
    there = list(layouts(book=run.book, bank_accounts=accounts).filter(fingerprint__in=fingerprints))
    if not there:
        raise ColumnsRefusedError(f"No order of dates is remembered for files such as {run.document.name}.")
    for each in there:
        forget_layout(bank_account=each.bank_account, fingerprint=each.fingerprint)
