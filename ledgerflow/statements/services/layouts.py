"""How the tables of a bank account's files are read: remembered from one file to the next."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.statements.models import BankAccount, TableLayout
from ledgerflow.toolbox.layouts import layout_as_json
from ledgerflow.toolbox.values import Layout
from ledgerflow.users.models import User


class LayoutUnknownError(LedgerFlowError):
    """No columns are saved for the bank account and layout."""


def remember_layout(
    *,
    bank_account: BankAccount,
    layout: Layout,
    titles: Sequence[str],
    is_proven: bool,
    user: User | None,
    now: datetime,
) -> TableLayout:
    """Remember how tables of the layout are read for the bank account; what was remembered before is replaced."""
    remembered, _ = TableLayout.objects.update_or_create(
        book_id=bank_account.book_id,
        bank_account=bank_account,
        fingerprint=layout.fingerprint,
        defaults={
            "titles": list(titles),
            "layout": layout_as_json(layout),
            "is_proven": is_proven,
            "saved_by": user,
            "saved_at": now,
        },
    )
    return remembered


@transaction.atomic
def forget_layout(*, bank_account: BankAccount, fingerprint: str) -> None:
    """Forget how tables of the layout are read for the bank account: the next file is read by its rows again.

    :raises LayoutUnknownError: nothing is remembered.
    """
    there = TableLayout.objects.filter(
        book=bank_account.book_id, bank_account=bank_account, fingerprint=fingerprint
    )
    if not there.delete()[0]:
        raise LayoutUnknownError(f"No columns are saved for such files of {bank_account.name}.")


def note_proofs(*, proven: Mapping[TableLayout, bool]) -> list[TableLayout]:
    """Keep by which layouts the last file proved; return those by which files used to prove and this one does not."""
    fallen = [layout for layout, is_proven in proven.items() if layout.is_proven and not is_proven]
    for layout, is_proven in proven.items():
        if is_proven and not layout.is_proven:
            layout.is_proven = True
            layout.save(update_fields=["is_proven"])
    return fallen
