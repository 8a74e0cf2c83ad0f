"""What stands beside entries out of an archive: rates, opening balances and transfers, those that ended too."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import models

from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.exchange.archive.reading import Row
from ledgerflow.exchange.archive.tables import (
    EXCHANGES,
    OPENINGS,
    OWN_TAX_LINES,
    PRIVATE_PARTS,
    RATES,
    REVALUED,
    STATEMENTS,
    TRANSFERS,
    Table,
)
from ledgerflow.exchange.services.loading import Loader
from ledgerflow.ledger.models import ExchangeRate
from ledgerflow.posting.models import (
    Exchange,
    OpeningBalance,
    OwnTaxLine,
    PrivatePart,
    RevaluedBalance,
    Transfer,
)
from ledgerflow.posting.services.history import PastFacts
from ledgerflow.statements.models import Proof

Fact = TypeVar("Fact", bound=models.Model)


def past_facts(loader: Loader) -> tuple[PastFacts, list[int]]:
    """Return what is to come with the journal, and the statements that are to go after it.

    What belongs to entries is read as they are asked for.
    """
    openings, gone = _openings(loader)
    rates = list(_facts(loader, RATES, ExchangeRate))
    facts = PastFacts(
        openings=openings,
        transfers=[each for each in _facts(loader, TRANSFERS, Transfer) if _is_past(each)],
        rates=rates,
        exchanges=_facts(loader, EXCHANGES, Exchange),
        revalued=_facts(loader, REVALUED, RevaluedBalance),
        tax_lines=_facts(loader, OWN_TAX_LINES, OwnTaxLine),
        private_parts=_facts(loader, PRIVATE_PARTS, PrivatePart),
    )
    return facts, gone


def _openings(loader: Loader) -> tuple[list[OpeningBalance], list[int]]:
    """Return the opening balances, not saved yet, and the statements that are to go once they are.

    PostgreSQL takes an opening balance only of a statement that tells it. One that ended may have lost its statement,
    so for the moment there is one again that says what was taken over from it.
    """
    openings = list(_facts(loader, OPENINGS, OpeningBalance))
    bereft = [each for each in openings if each.statement_id is None and each.ended_at is not None]
    ids = loader.new_ids(STATEMENTS, len(bereft))
    loader.copy(STATEMENTS, ["id", *STATEMENTS.columns], _for_the_moment(bereft, ids))
    for opening, statement_id in zip(bereft, ids, strict=True):
        opening.statement_id = statement_id
    return openings, ids


def kept_transfers(loader: Loader) -> Iterator[Transfer]:
    """Yield the transfers that stand, and pairs that somebody said are none."""
    return (each for each in _facts(loader, TRANSFERS, Transfer) if not _is_past(each))


def _is_past(transfer: Transfer) -> bool:
    return transfer.state == Transfer.State.ENDED and transfer.out_entry is not None


def _facts(loader: Loader, table: Table, model: type[Fact]) -> Iterator[Fact]:
    """Yield the rows, not saved yet; where they have ids under new ones, which are taken once."""
    if table.has_ids and table.name not in loader.ids:
        loader.ids[table.name] = loader.new_ids(table, loader.archive.count(table))
    ids = loader.ids.get(table.name, ())
    for at, row in enumerate(loader.rows(table)):
        said = {table.field(column).attname: value for column, value in row.items()}
        yield model(**({"id": ids[at]} if table.has_ids else {}), book_id=loader.book.pk, **said)


def _for_the_moment(openings: Iterable[OpeningBalance], ids: Iterable[int]) -> Iterator[Row]:
    for place, (opening, statement_id) in enumerate(zip(openings, ids, strict=True), 1):
        if opening.date == date.max:
            raise ArchiveError(f"No statement begins on the day after {opening.date}.")
        first_day = opening.date + timedelta(days=1)
        said: dict[str, Any] = {**dict.fromkeys(STATEMENTS.columns), **STATEMENTS.later}
        yield said | {
            "id": statement_id,
            "document": opening.document_id,
            "bank_account": opening.bank_account_id,
            "position": -place,
            "format": "",
            "account_number": "",
            "currency": opening.currency,
            "opening_balance": opening.amount,
            "first_date": first_day,
            "last_date": first_day,
            "complete_from": first_day,
            "complete_to": first_day,
            "line_count": 0,
            "total": 0,
            "proof": Proof.UNPROVABLE,
            "proof_detail": "",
            "override_reason": "",
            "imported_at": opening.posted_at,
        }
