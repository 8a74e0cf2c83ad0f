"""Readings in a few words, for tests of what becomes of them."""

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

from ledgerflow.documents.services import store_document
from ledgerflow.statements import services
from ledgerflow.toolbox.values import Reading, Statement, StatementLine

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_NAMES = itertools.count(1)


def line(day, amount, text="Coffee", bank_id=None, **more):
    return StatementLine(
        date=day if isinstance(day, date) else date(2026, 1, day),
        amount=Decimal(str(amount)),
        currency=more.pop("currency", "USD"),
        description=text,
        place=more.pop("place", {"line": next(_NAMES)}),
        bank_id=bank_id,
        **more,
    )


def statement(*lines, **more):
    more.setdefault("currency", "USD")
    return Statement(account=more.pop("account", None), bank=None, lines=tuple(lines), **more)


def reading(*statements, kind="ofx", layouts=()):
    return Reading(format=kind, statements=statements, layouts=layouts)


def document(book, content=None):
    number = next(_NAMES)
    stored = store_document(
        book=book, name=f"file {number}.ofx", content=content or b"%d" % number, uploaded_by=None, now=NOW
    )
    return stored.document


def take_in(bank_account, *lines, **more):
    """Import one statement of the lines, in the format ``kind`` with these ``layouts``; returns its outcome."""
    kind, layouts = more.pop("kind", "ofx"), more.pop("layouts", ())
    (outcome,) = services.import_statement(
        document=document(bank_account.book),
        reading=reading(statement(*lines, **more), kind=kind, layouts=layouts),
        bank_accounts=[bank_account],
        now=NOW,
    )
    return outcome
