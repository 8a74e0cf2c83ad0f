"""Pending lines that the bank booked otherwise or dropped, read from the rows."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q

from ledgerflow.statements.lapses import BOOKED_WITHIN, Lapse, ShownLine, lapses
from ledgerflow.statements.likeness import text_key
from ledgerflow.statements.models import BankAccount, Hold, Sighting, Statement, StatementLine
from ledgerflow.statements.stored import span_of


@dataclass(frozen=True, slots=True)
class ShownLapse:
    """The statement that shows a pending line no longer, and the line that it was booked as, for a page."""

    statement: Statement
    booked_as: StatementLine | None


def lapses_of(*, bank_account: BankAccount, pending: Collection[StatementLine]) -> dict[int, Lapse]:
    """Return by line how each of these pending lines of the bank account lapsed, if it did. Five queries at most."""
    if not pending:
        return {}
    first = min(line.date for line in pending) - BOOKED_WITHIN
    last = max(line.date for line in pending) + BOOKED_WITHIN
    around = StatementLine.objects.filter(
        book=bank_account.book_id,
        bank_account=bank_account,
        date__range=(first, last),
        amount__in={line.amount for line in pending},
    ).exclude(hold=Hold.QUESTION)
    alike = list(around)
    rivals = _shown_lines((line for line in alike if line.is_pending), is_pending=True)
    booked = _shown_lines((line for line in alike if not line.is_pending), is_pending=False)
    speaking = Statement.objects.filter(
        Q(complete_to__gte=first) | Q(last_date__gte=first),
        Q(complete_from__lte=last) | Q(first_date__lte=last),
        book=bank_account.book_id,
        bank_account=bank_account,
    ).select_related("document")
    spans = {one.pk: span_of(one) for one in speaking if not one.is_held_back}
    asked = {line.pk for line in pending}
    return lapses([line for line in rivals if line.line in asked], rivals, booked, spans)


def _shown_lines(lines: Iterable[StatementLine], *, is_pending: bool) -> list[ShownLine]:
    by_id = {line.pk: line for line in lines}
    statements: dict[int, set[int]] = defaultdict(set)
    shown = (
        Sighting.objects.filter(line__in=by_id, is_pending=is_pending) if by_id else Sighting.objects.none()
    )
    for line, statement in shown.values_list("line", "statement"):
        statements[line].add(statement)
    return [
        ShownLine(
            pk,
            line.date,
            line.amount,
            text_key(line.description, line.counterparty),
            frozenset(statements[pk]),
        )
        for pk, line in by_id.items()
    ]


def lapse_of(*, line: StatementLine) -> ShownLapse | None:
    """Return how the line lapsed; None for one that did not. Seven queries at most."""
    if line.hold != Hold.LAPSED:
        return None
    found = lapses_of(bank_account=line.bank_account, pending=[line]).get(line.pk)
    if found is None:
        return None
    return ShownLapse(
        Statement.objects.select_related("document").get(pk=found.statement),
        StatementLine.objects.get(pk=found.booked_as) if found.booked_as is not None else None,
    )
