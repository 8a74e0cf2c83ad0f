"""Which pages of a statement a file does not hold, by the numbers that its pages bear."""

from collections.abc import Collection

#: A longer run is no run of pages: the numbers count something else.
_MOST = 200


def missing_pages(present: Collection[int], count: int | None) -> str | None:
    """Say which numbers from 1 are not there, such as "page 2 of 3 is missing"; ``None`` where all are.

    ``count`` is how many pages the statement has. Where it is not known, the last page present says that more follow,
    and only the next one can be named.
    """
    last = max(present) + 1 if count is None else max(count, *present)
    missing = [str(number) for number in range(1, last + 1) if number not in present] if last <= _MOST else []
    if not missing:
        return None
    listed = " and ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
    of = f" of {last}" if count is not None else ""
    return f"pages {listed}{of} are missing" if missing[1:] else f"page {listed}{of} is missing"
