"""A statement while its fields arrive, and the pages of one statement joined.

A page ends with an intermediate closing balance (62M) that the next one opens with (60M); ``:28C:`` numbers statements
and pages.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from tools._shared.pages import missing_pages
from tools.contract import StatementLine
from tools.mt940_statement._values import Balance


@dataclass(slots=True)
class Draft:
    """A statement while its fields arrive."""

    line: int
    account: str | None = None
    opening: Balance | None = None
    closing: Balance | None = None
    is_first_page: bool = True
    is_last_page: bool = True
    is_interim: bool = False
    number: int | None = None
    pages: list[int] = field(default_factory=list)
    missing_pages: str | None = None
    currency: str = ""
    lines: list[StatementLine] = field(default_factory=list)
    summaries: dict[str, tuple[int, str, Decimal]] = field(default_factory=dict)

    @property
    def is_statement(self) -> bool:
        """Whether there is enough of it to be one."""
        return bool(self.lines) or (self.opening is not None and self.closing is not None) or self.is_interim


def joined_pages(drafts: list[Draft]) -> list[Draft]:
    """Join the pages of one statement: an intermediate closing balance (62M) that the next page opens with (60M).

    They are pages of one statement also where a page between them is missing, so that its balances do not meet.
    """
    joined: list[Draft] = []
    for draft in drafts:
        before = joined[-1] if joined else None
        if (
            before is not None
            and not before.is_last_page
            and not draft.is_first_page
            and before.account == draft.account
            and before.closing is not None
            and draft.opening is not None
            and (before.closing.amount == draft.opening.amount or _skips_a_page(before, draft))
        ):
            before.lines += draft.lines
            before.pages += draft.pages
            before.closing, before.is_last_page = draft.closing, draft.is_last_page
            before.summaries = draft.summaries
        else:
            joined.append(draft)
    return joined


def _skips_a_page(before: Draft, draft: Draft) -> bool:
    return (
        before.number == draft.number
        and bool(before.pages and draft.pages)
        and draft.pages[0] > before.pages[-1] + 1
    )


def note_missing_pages(drafts: list[Draft]) -> None:
    """Note what each statement lacks that does not begin or end with its first and last page, or skips one."""
    together: dict[tuple[str | None, int | None], list[Draft]] = {}
    for draft in drafts:
        if draft.pages and draft.opening is not None and draft.closing is not None:
            together.setdefault((draft.account, draft.number), []).append(draft)
    for parts in together.values():
        present = {page for part in parts for page in part.pages}
        last = max((part.pages[-1] for part in parts if part.is_last_page), default=None)
        if any(part.pages[0] == 1 and not part.is_first_page for part in parts):
            continue  # the bank calls balances intermediate where nothing goes before
        for part in parts:
            is_whole = part.is_first_page and part.is_last_page
            if not is_whole or set(range(part.pages[0], part.pages[-1])).difference(part.pages):
                part.missing_pages = missing_pages(present, last)
