"""What belongs to a bank line: the other side of a transfer, the payee's other lines, its neighbours in the file."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification
from ledgerflow.posting.transfer_selectors import other_sides
from ledgerflow.statements.models import Sighting, StatementLine

#: So many of the payee's lines are shown, the latest ones.
LATEST = 6


@dataclass(frozen=True, slots=True)
class RelatedLines:
    """Lines beside one: ``same_payee`` the latest of its payee, ``before`` and ``after`` as its first file has them."""

    other_sides: Sequence[StatementLine]
    same_payee: Sequence[Classification]
    before: StatementLine | None
    after: StatementLine | None

    @property
    def are_none(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.other_sides or self.same_payee or self.before or self.after)


def related_lines(
    *, book: Book, line_id: int, payee_id: int | None, sighting: Sighting | None
) -> RelatedLines:
    """Return the lines beside the line, whose payee and showing in a file are given where known; up to four queries."""
    near: dict[int, StatementLine] = {}
    if sighting is not None:
        beside = Sighting.objects.filter(
            book=book, statement=sighting.statement_id, no__in=[sighting.no - 1, sighting.no + 1]
        ).select_related("line__bank_account")
        near = {each.no - sighting.no: each.line for each in beside}
    same: Sequence[Classification] = ()
    if payee_id is not None:
        same = list(
            Classification.objects.filter(book=book, payee=payee_id)
            .exclude(line=line_id)
            .select_related("line__bank_account", "account")
            .order_by("-line__date", "-line")[:LATEST]
        )
    return RelatedLines(
        other_sides=other_sides(book=book, line_ids=[line_id]),
        same_payee=same,
        before=near.get(-1),
        after=near.get(1),
    )
