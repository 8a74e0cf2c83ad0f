"""The arithmetic behind suggestions: sums of a few amounts, and digits that changed places."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations


def are_digits_swapped(one: Decimal, other: Decimal, digits: int) -> bool:
    """Whether two amounts of the same sign differ by two neighboring digits; ``digits`` are the currency's decimals."""
    if one == other or one * other <= 0:
        return False
    first, second = (abs(amount).scaleb(digits) for amount in (one, other))
    if first % 1 or second % 1:
        return False
    if (first - second) % 9:
        return False
    width = max(len(str(int(first))), len(str(int(second))))
    first_digits, second_digits = f"{int(first):0{width}d}", f"{int(second):0{width}d}"
    differing = [at for at in range(width) if first_digits[at] != second_digits[at]]
    return (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and first_digits[differing[0]] == second_digits[differing[1]]
        and first_digits[differing[1]] == second_digits[differing[0]]
    )


def only_sum(target: int, amounts: Sequence[int]) -> tuple[int, ...] | None:
    """Return the positions of the only 2 to 4 amounts, as few as possible, that add up to the target."""
    pairs: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for pair in combinations(range(len(amounts)), 2):
        pairs[amounts[pair[0]] + amounts[pair[1]]].append(pair)
    found = set(pairs.get(target, ()))
    if not found:
        found = {
            (*pair, third)
            for third, amount in enumerate(amounts)
            for pair in pairs.get(target - amount, ())
            if pair[1] < third
        }
    if not found:
        found = {
            tuple(sorted((*one, *other)))
            for total, some in pairs.items()
            for other in pairs.get(target - total, ())
            for one in some
            if not set(one) & set(other)
        }
    return found.pop() if len(found) == 1 else None
