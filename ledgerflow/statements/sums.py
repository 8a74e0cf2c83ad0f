"""What a page shows of a statement's sums: the balances that it states, and its booked lines between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from ledgerflow.statements.models import Sighting, Statement
from ledgerflow.toolbox import values


@dataclass(frozen=True, slots=True)
class Sums:
    """In the currency of the statement, money out being negative; ``None`` where a balance is not stated.

    ``booked`` is what the ``lines`` without the ``pending`` ones add up to: lines that are not booked yet are in no
    balance.
    """

    opening: Decimal | None
    closing: Decimal | None
    booked: Decimal
    lines: int
    pending: int

    @property
    def computed(self) -> Decimal | None:
        """The opening balance and the booked lines, where an opening balance is stated."""
        return None if self.opening is None else self.opening + self.booked


def sums_as_read(said: values.Statement) -> Sums:
    """Return the sums of a statement as its file was read."""
    booked = [line.amount for line in said.lines if line.status == values.BOOKED]
    total = sum(booked, Decimal(0))
    count = len(said.lines)
    return Sums(said.opening_balance, said.closing_balance, total, count, count - len(booked))


def sums_of(statement: Statement) -> Sums:
    """Return the sums of an imported statement. One query."""
    count, amount = pending_in([statement]).get(statement.pk, (0, Decimal(0)))
    booked = statement.total - amount
    return Sums(statement.opening_balance, statement.closing_balance, booked, statement.line_count, count)


def pending_in(found: Sequence[Statement]) -> dict[int, tuple[int, Decimal]]:
    """Return by statement how many lines of it are not booked yet, and their sum; where there are any. One query.

    The statements are of one book.
    """
    books = {statement.book_id for statement in found}
    shown = Sighting.objects.filter(book__in=books, statement__in=found, is_pending=True)
    sums = shown.order_by().values_list("statement").annotate(Count("no"), Sum("line__amount"))
    return {statement: (count, amount) for statement, count, amount in sums}
