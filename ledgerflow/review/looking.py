"""Who looks at a line of the queue at this moment: a hint, so that two people do not decide about it at once.

It lives in the cache alone and refuses nobody anything: deciding locks the line by itself. Where the cache is away, or
is not shared by the processes of the web server, the hint is missing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ledgerflow.books.models import Book
from ledgerflow.core.cached import LOOKING, keep, peek
from ledgerflow.users.models import User

#: When somebody who says nothing more is taken to be gone; a pane says every 15 seconds that it still shows the line.
_GONE_AFTER = timedelta(seconds=40)


def look_at(*, book: Book, line_id: int, user: User, now: datetime) -> Sequence[str]:
    """Note that the user looks at the line, and return the names of the others who do.

    Two who note it at the very same moment may miss each other until they do so again.
    """
    known: dict[int, tuple[str, datetime]] = peek(LOOKING, book_id=book.pk, version=str(line_id)) or {}
    here = {
        other: (name, seen)
        for other, (name, seen) in known.items()
        if other != user.pk and now - seen < _GONE_AFTER
    }
    keep(LOOKING, book_id=book.pk, version=str(line_id), value={**here, user.pk: (str(user), now)})
    return sorted(name for name, _ in here.values())
