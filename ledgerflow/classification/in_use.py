"""What the statements below ask before one of two lines stands for both: which of them are decided about."""

from collections.abc import Collection

from ledgerflow.classification.models import Classification, State
from ledgerflow.statements.in_use import tells_in_use


def decided_lines(line_ids: Collection[int]) -> set[int]:
    """Return those of the lines that somebody or a rule accepted, excluded or matched, and those that are posted."""
    made = Classification.objects.filter(line__in=list(line_ids)).exclude(state=State.OPEN)
    return set(made.values_list("line_id", flat=True))


tells_in_use(decided_lines)
