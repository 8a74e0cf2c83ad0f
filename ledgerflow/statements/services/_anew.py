"""Recognize days of a bank account anew, when what is known of them changed and no file came or went."""

from collections.abc import Collection
from datetime import date

from django.db import connection

from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.services._apply import ask, insert_movements, update_rows
from ledgerflow.statements.stored import Stored, load_days


def recognize_anew(*, bank_account: BankAccount, days: Collection[date]) -> Stored:
    """Recognize the days from what is stored and write what has to change; return what was stored."""
    stored = load_days(bank_account=bank_account, days=days)
    change = stored.plan()
    with connection.cursor() as cursor:
        insert_movements(cursor, bank_account, change.fresh)
        update_rows(cursor, bank_account, change, stored)
    ask(bank_account, days, change)
    return stored
