"""In which order a file writes its dates, where nothing in it tells: a person says it once for account and layout."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services._layouts import forget_said_orders, read_by_layouts
from ledgerflow.pipeline.services._waiting import RESCUE_SECONDS, wait_again
from ledgerflow.pipeline.services.columns import ColumnsRefusedError, draft_of, read_anew, to_correct
from ledgerflow.pipeline.services.receive import RunNotWaitingError
from ledgerflow.pipeline.services.run import run_import
from ledgerflow.statements.layout_selectors import layouts
from ledgerflow.statements.selectors import statements_of
from ledgerflow.statements.services import forget_layout
from ledgerflow.toolbox.layouts import layout_as_json, layout_of_json, open_order_of_json
from ledgerflow.toolbox.values import DAY_ORDERS
from ledgerflow.users.models import User


def answer_order(
    *, run: ImportRun, order: str, now: datetime, password: str = "", asked: str | None = None
) -> None:
    """Answer in which order the file's dates are written, and go on.

    Once the file is imported, the answer is remembered for its bank account and this layout, as columns are. With a
    ``password`` a PDF is imported at once, because it is kept nowhere. ``asked`` is what the run asked
    (:attr:`ImportRun.asked`) when the answer was given; without it, the answer is for what it asks now.

    Raises:
        RunNotWaitingError: the file does not ask for it, or asks about other dates than ``asked``, or ``order`` is none
            of those that it can be read in.
    """
    with transaction.atomic():
        _take_order(run, order, in_seconds=RESCUE_SECONDS if password else 0, asked=asked)
    if password:
        run_import(run_id=run.pk, now=now, password=password)


def _take_order(run: ImportRun, order: str, *, in_seconds: int, asked: str | None) -> None:
    locked = ImportRun.objects.select_for_update(of=("self",)).select_related("document").get(pk=run.pk)
    if not locked.asks_order:
        raise RunNotWaitingError(
            f"{locked.document.name} does not ask how its dates are written; nothing was changed."
        )
    if asked not in (None, locked.asked):
        raise RunNotWaitingError(
            f"{locked.document.name} asks about other dates by now. Look at its question again."
        )
    asks = open_order_of_json(locked.asked_order)
    if order not in {way.order for way in asks.ways}:
        raise RunNotWaitingError(f"The dates of {locked.document.name} cannot be read so. Open it again.")
    said = replace(asks.layout, day_order=order)
    others = [each for each in locked.layouts if each["fingerprint"] != said.fingerprint]
    locked.layouts = [*others, {**layout_as_json(said), "titles": list(asks.titles)}]
    locked.save(update_fields=["layouts"])
    wait_again(locked, in_seconds=in_seconds)


def change_order(
    *,
    run: ImportRun,
    order: str,
    user: User,
    now: datetime,
    password: str = "",
    reverse_posted: bool = False,
) -> ImportRun:
    """Read an imported file anew in another order of its dates than somebody said, and remember that.

    The import that is there is undone first, and the file imported again, in one transaction.

    Raises:
        ColumnsRefusedError: nobody said an order of this file, or it was read in this one, or cannot be.
        UndoRefusedError: something was posted and may not be reversed.
        PostingError: an entry's date lies in a closed period, or in days that are reconciled.
    """
    seen = to_correct(run)
    if not seen.has_order_said or order not in DAY_ORDERS:
        raise ColumnsRefusedError(f"Nobody said how the dates of {seen.document.name} are written.")
    before = [layout_of_json(each) for each in seen.read_by or []]
    said = [replace(each, day_order=order) for each in before]
    if said == before:
        raise ColumnsRefusedError(f"{seen.document.name} was read so already; nothing was changed.")
    draft = draft_of(seen, [{**layout_as_json(each), "titles": []} for each in said], user, now)
    read = read_by_layouts(run=draft, password=password or None)
    return read_anew(seen, draft, read, user, now, reverse_posted=reverse_posted)


@transaction.atomic
def forget_order(*, run: ImportRun) -> None:
    """Ask again how the dates of such files of its bank accounts are written; the import itself stays as it is.

    Also where this one or another is imported again later.

    Raises:
        ColumnsRefusedError: nothing is remembered.
    """
    fingerprints = [each["fingerprint"] for each in run.read_by or [] if not each["roles"]]
    accounts = {statement.bank_account for statement in statements_of(document=run.document)}
    there = list(layouts(book=run.book, bank_accounts=accounts).filter(fingerprint__in=fingerprints))
    names_any = Q(*(Q(layouts__contains=[{"fingerprint": name}]) for name in fingerprints), _connector=Q.OR)
    imported = ImportRun.objects.select_for_update(of=("self",)).filter(
        names_any,
        Q(pk=run.pk) | Q(bank_account__in=accounts),
        book=run.book,
        state__in=(ImportRun.State.READY, ImportRun.State.UNDONE),
    )
    forgotten = [each for each in imported.order_by("pk") if forget_said_orders(each, fingerprints)]
    if not there and not forgotten:
        raise ColumnsRefusedError(f"No order of dates is remembered for files such as {run.document.name}.")
    for each in there:
        forget_layout(bank_account=each.bank_account, fingerprint=each.fingerprint)
