"""Which lines has somebody decided about? Higher stages know, and say so to this one, which imports none of them."""

from collections.abc import Callable, Collection

Tells = Callable[[Collection[int]], set[int]]

_ASKED: list[Tells] = []
_LEFT_OUT: list[Tells] = []


def tells_in_use(told: Tells) -> None:
    """Have the function asked, too: of line ids it returns those that are decided about, so that they stay.

    Until the transaction ends nobody decides otherwise about any of them.
    """
    _ASKED.append(told)


def tells_left_out(told: Tells) -> None:
    """Have the function asked, too: of line ids it returns those of which somebody said that they are in no books."""
    _LEFT_OUT.append(told)


def in_use(line_ids: Collection[int]) -> set[int]:
    """Return which of the lines somebody or a rule decided about, but for those that are left out."""
    return set().union(*(told(line_ids) for told in _ASKED)) if line_ids else set()


def left_out(line_ids: Collection[int]) -> set[int]:
    """Return which of the lines somebody left out of the books."""
    return set().union(*(told(line_ids) for told in _LEFT_OUT)) if line_ids else set()
