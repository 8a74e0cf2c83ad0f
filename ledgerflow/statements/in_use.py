"""Which lines has somebody decided about? Higher stages know, and say so to this one, which imports none of them."""

from collections.abc import Callable, Collection
from typing import NamedTuple


class Decided(NamedTuple):
    """Lines that somebody or a rule decided about: those that stay in the books or go there, and those left out."""

    in_use: frozenset[int]
    left_out: frozenset[int]


_ASKED: list[Callable[[Collection[int]], Decided]] = []


def tells_decided(told: Callable[[Collection[int]], Decided]) -> None:
    """Have the function asked, too: of line ids it returns those that are decided about.

    Until the transaction ends nobody decides otherwise about any of them.
    """
    _ASKED.append(told)


def decided(line_ids: Collection[int]) -> Decided:
    """Return which of the lines are decided about, within a transaction."""
    told = [each(line_ids) for each in _ASKED] if line_ids else []
    return Decided(
        frozenset().union(*(each.in_use for each in told)),
        frozenset().union(*(each.left_out for each in told)),
    )
