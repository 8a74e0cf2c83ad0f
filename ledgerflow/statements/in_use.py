"""Which lines has somebody decided about? Higher stages know, and say so to this one, which imports none of them."""

from collections.abc import Callable, Collection

_ASKED: list[Callable[[Collection[int]], set[int]]] = []


def tells_in_use(told: Callable[[Collection[int]], set[int]]) -> None:
    """Have the function asked, too: of line ids it returns those that are decided about, so that they stay."""
    _ASKED.append(told)


def in_use(line_ids: Collection[int]) -> set[int]:
    """Return which of the lines somebody or a rule decided about."""
    return set().union(*(told(line_ids) for told in _ASKED)) if line_ids else set()
