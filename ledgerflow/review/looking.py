"""Who looks at which line of the queue at this moment: a hint, so that two people do not decide about one at once.

It lives in the cache alone and refuses nobody anything: deciding locks the line by itself. Where the cache is away, or
is not shared by the machines that serve the pages, the hint is missing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ledgerflow.books.models import Book
from ledgerflow.core.cached import LOOKING, keep, peek
from ledgerflow.users.models import User

#: When somebody who says nothing more is taken to be gone; a pane says every 15 seconds that it still shows the line.
_GONE_AFTER = timedelta(seconds=40)
#: All of a book stand in one value, so that a page of rows asks once.
_ALL = "all"


def look_at(*, book: Book, line_id: int, user: User, now: datetime) -> Mapping[int, list[str]]:
    """Note that the user looks at the line, and at no other, and return by line the names of the others who look.

    Two who note it at the very same moment may miss each other until they do so again.
    """
    try:
        known: dict[int, tuple[str, int, datetime]] = peek(LOOKING, book_id=book.pk, version=_ALL) or {}
        here = {
            other: (name, line, seen)
            for other, (name, line, seen) in known.items()
            if other != user.pk and now - seen < _GONE_AFTER
        }
        keep(LOOKING, book_id=book.pk, version=_ALL, value={**here, user.pk: (str(user), line_id, now)})
    except OSError:  # a folder that cannot be written or read
        return {}
    lines: dict[int, list[str]] = {}
    for name, line, _ in sorted(here.values()):
        lines.setdefault(line, []).append(name)
    return lines


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name, such as ``AB`` for Ann Blake."""
    words = name.partition("@")[0].replace(".", " ").split() or ["?"]
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper()
