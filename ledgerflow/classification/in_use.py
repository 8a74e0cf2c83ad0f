"""What the statements below ask before one of two lines stands for both: which of them are decided about."""

from collections.abc import Callable, Collection

from ledgerflow.classification.models import Classification, State
from ledgerflow.statements.in_use import tells_in_use, tells_left_out


def decided_lines(line_ids: Collection[int]) -> set[int]:
    """Return those of the lines that somebody or a rule accepted or matched, and those that are posted."""
    return _in_states(line_ids, lambda state: state not in {State.OPEN, State.EXCLUDED})


def excluded_lines(line_ids: Collection[int]) -> set[int]:
    """Return those of the lines that somebody excluded."""
    return _in_states(line_ids, lambda state: state == State.EXCLUDED)


def _in_states(line_ids: Collection[int], is_meant: Callable[[str], bool]) -> set[int]:
    # Locked, in the order in which all lock them, so that nobody decides between this answer and what comes of it.
    made = (
        Classification.objects.filter(line__in=list(line_ids))
        .order_by("line")
        .select_for_update(of=("self",))
    )
    return {line for line, state in made.values_list("line_id", "state") if is_meant(state)}


tells_in_use(decided_lines)
tells_left_out(excluded_lines)
