"""Which lines the queue shows: of a tab those that are searched for, or of some days, a payee or an account."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from ledgerflow.asking.selectors import open_questions
from ledgerflow.books.models import Book
from ledgerflow.classification.finding import Search
from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import NOBODY
from ledgerflow.core.periods import Period
from ledgerflow.statements.models import SETTLED_HOLDS, Hold, StatementLine

#: Neither a proof nor the bank keeps the line from being decided about.
NOT_HELD = Q(line__hold=Hold.NONE, line__is_pending=False)


class Tab(StrEnum):
    """Where a line is in the queue."""

    TO_REVIEW = "to-review"
    NEEDS_ANSWER = "needs-answer"
    REVIEWED = "reviewed"
    EXCLUDED = "excluded"


class By(StrEnum):
    """What the lines of the queue are grouped by."""

    PAYEE = "payee"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Which:
    """What the address of the queue asks for; ``NOBODY`` as payee or account stands for lines that have none."""

    tab: Tab = Tab.TO_REVIEW
    days: Period | None = None
    payee_id: int | None = None
    account_id: int | None = None
    search: Search | None = None

    @property
    def searched(self) -> str:
        """Return what is searched for, as it was typed."""
        return self.search.text if self.search is not None else ""

    @property
    def query(self) -> str:
        """Return it as an address says it."""
        return urlencode({"tab": self.tab, **self._said})

    @property
    def kept(self) -> str:
        """Return what the other tabs are asked for, too; empty for all their lines."""
        return urlencode(self._said)

    @property
    def _said(self) -> dict[str, object]:
        said: dict[str, object] = {}
        if self.days is not None:
            said |= {"from": self.days.first.isoformat(), "to": self.days.last.isoformat()}
        if self.payee_id is not None:
            said["payee"] = self.payee_id
        if self.account_id is not None:
            said["account"] = self.account_id
        if self.search is not None:
            said["q"] = self.search.text
        return said

    def lines(self, book: Book) -> QuerySet[Classification]:
        """Return the lines of the book."""
        lines = _of_tab(book, self.tab)
        if self.days is not None:
            lines = lines.filter(line__date__range=(self.days.first, self.days.last))
        for name, asked in (("payee", self.payee_id), ("account", self.account_id)):
            if asked is not None:
                lines = lines.filter(**{name: None if asked == NOBODY else asked})
        return lines if self.search is None else lines.filter(self.search.lines)


@dataclass(frozen=True, slots=True)
class Matching:
    """All lines that the queue showed, on its other pages, too: ``count`` of them, the latest ``through``."""

    which: Which
    through: int
    count: int


def _of_tab(book: Book, tab: Tab) -> QuerySet[Classification]:
    lines = Classification.objects.filter(book=book)
    if tab == Tab.REVIEWED:
        return lines.filter(state=State.ACCEPTED)
    if tab == Tab.EXCLUDED:
        return lines.filter(state=State.EXCLUDED)
    waiting = lines.filter(state=State.OPEN)
    # Those that are held are few and looked up once; the many others are not joined with their bank lines for it.
    held = StatementLine.objects.filter(~Q(hold=Hold.NONE) | Q(is_pending=True), book=book).values("pk")
    is_kept = Q(line_id__in=held) | Q(line_id__in=open_questions(book=book).values("line_id"))
    return waiting.filter(~is_kept if tab == Tab.TO_REVIEW else is_kept & ~Q(line__hold__in=SETTLED_HOLDS))
