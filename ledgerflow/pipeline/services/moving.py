"""Take an imported statement to another bank account, where somebody sees that it went to the wrong one."""

from datetime import datetime

from django.db import transaction

from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services._accounts import account_for_answer, answer_for, answers_of, parts_of
from ledgerflow.pipeline.services._layouts import read_by_layouts
from ledgerflow.pipeline.services._shown import shown_of_run
from ledgerflow.pipeline.services._waiting import looked
from ledgerflow.pipeline.services.receive import RunNotWaitingError
from ledgerflow.pipeline.services.run import run_import
from ledgerflow.pipeline.services.undo import undo_import
from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.selectors import statements_of
from ledgerflow.statements.services import BankAccountRefusedError, forget_number
from ledgerflow.users.models import User

_READY = ImportRun.State.READY


def move_to_account(
    *,
    run: ImportRun,
    position: int,
    bank_account: BankAccount | None,
    user: User,
    now: datetime,
    name: str = "",
    kind: str = "",
    currency: str = "",
    password: str = "",
    reverse_posted: bool = False,
) -> ImportRun:
    """Import the file again with the statement at ``position``, from 0, for another bank account, or a new one.

    The import that is there is undone first, in the same transaction; the file's other statements stay with their
    accounts, except those that name the same number in the same currency, which go along. What the file calls the
    account means the other one from then on. The file is read before anything is locked.

    Raises:
        RunNotWaitingError: the file is not imported, or has no such statement, or cannot be imported so.
        BankAccountRefusedError: the statement is in the account already, or the account is in another currency than
            the file states, or cannot be created.
        DocumentDamagedError: what is kept of the file is not what was received.
        UndoRefusedError: something was posted and may not be reversed.
        PostingError: an entry's date lies in a closed period, or in days that are reconciled.
    """
    seen = ImportRun.objects.select_related("book", "document").get(pk=run.pk)
    imported = list(statements_of(document=seen.document))
    here = next((each for each in imported if each.position == position), None)
    if seen.state != _READY or here is None:
        raise RunNotWaitingError(f"{seen.document.name} has no such statement. Open the inbox again.")
    if bank_account == here.bank_account:
        raise BankAccountRefusedError(f"The statement is in {bank_account} already; nothing was changed.")
    anew = ImportRun(
        book=seen.book, document=seen.document, started_by=user, created_at=now, layouts=seen.layouts
    )
    anew.answers = answers_of(imported)
    read = read_by_layouts(run=anew, password=password or None)
    parts = parts_of(read.reading)
    if read.reading.asks is not None:
        raise RunNotWaitingError(
            f"{seen.document.name} asks again how its dates are written. Undo its import, import it again and answer."
        )
    if len(parts) != len(imported):
        raise RunNotWaitingError(
            read.reading.error
            or f"{seen.document.name} is read otherwise than it was. Undo its import, and drop it again."
        )
    part = parts[position]
    with transaction.atomic():
        undo_import(run=seen, user=user, now=now, reverse_posted=reverse_posted)
        account = account_for_answer(
            book=seen.book, bank_account=bank_account, name=name, kind=kind, currency=currency, stated=part.currency
        )  # fmt: skip
        if part.number and account != here.bank_account:
            forget_number(bank_account=here.bank_account, number=part.number)
        anew.answers = [
            answer_for(position, part.number, part.currency, account.pk),
            *(each for each in anew.answers if each["position"] != position),
        ]
        if seen.look:
            # Who moves it says what is to be imported.
            looked(anew, shown_sha256=shown_of_run(anew, read), user=user, now=now)
        anew.save()
        run_import(run_id=anew.pk, now=now, read=read)
        anew.refresh_from_db()
        if anew.state != _READY:
            raise RunNotWaitingError(f"Nothing has changed: {anew.message}")
    return anew
