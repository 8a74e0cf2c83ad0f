"""What questions ask for in common: days, pages and numbers, refused with a sentence where they are none."""

import re
from datetime import date

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.periods import EARLIEST, LATEST

#: Rows of a page, and the most that may be asked for.
PAGE, LONGEST_PAGE = 50, 200
_CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})_(\d{1,18})", re.ASCII)


class QuestionError(LedgerFlowError):
    """The question cannot be answered as asked; the sentence says what to ask instead."""


def place_of(cursor: str) -> tuple[date, int] | None:
    """Return the day and number that a cursor stands for, nothing where none is given."""
    if not cursor:
        return None
    match = _CURSOR.fullmatch(cursor)
    try:
        day = date.fromisoformat(match[1]) if match else None
    except ValueError:
        day = None
    if match is None or day is None:
        raise QuestionError("This is no cursor; take `next` of the page before.")
    return day, int(match[2])


def page_size(limit: int) -> int:
    """Return the limit where a page may have so many rows."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise QuestionError(f"A page has 1 to {LONGEST_PAGE} rows; {limit} were asked for.")
    return limit


def sound_day(day: date | None) -> date | None:
    """Return the day where books can know it."""
    if day is not None and not EARLIEST <= day <= LATEST:
        raise QuestionError(f"The books know days from {EARLIEST} to {LATEST}; {day} is none of them.")
    return day


def words(text: str) -> str:
    """Return the text as the database takes it: without the one character that it does not know."""
    return text.replace("\0", "")


def row_number(value: int) -> int:
    """Return the number where a row could have it, and one that no row has otherwise."""
    return value if 0 < value < 2**63 else -1
