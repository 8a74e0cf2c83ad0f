"""What the statements below ask before one of two lines stands for both: which of them are decided about."""

from collections.abc import Collection

from ledgerflow.classification.models import Classification, State
from ledgerflow.statements.in_use import Decided, tells_decided


def decided_lines(line_ids: Collection[int]) -> Decided:
    """Return which of the lines are accepted, matched or posted, and which are excluded."""
    # Locked, the open ones too, in the order in which all lock them: nobody decides between this answer and what comes
    # of it.
    made = Classification.objects.filter(line__in=list(line_ids)).order_by("line")
    states = made.select_for_update(of=("self",)).values_list("line_id", "state")
    is_decided = {line: state for line, state in states if state != State.OPEN}
    left_out = frozenset(line for line, state in is_decided.items() if state == State.EXCLUDED)
    return Decided(frozenset(is_decided) - left_out, left_out)


tells_decided(decided_lines)
