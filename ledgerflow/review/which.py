"""Which lines the queue shows: those of a tab, and of these the ones of some days, a payee or an account."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from ledgerflow.asking.selectors import open_questions
from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import NOBODY
from ledgerflow.core.periods import Period
from ledgerflow.statements.models import Hold, StatementLine

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

    @property
    def is_narrowed(self) -> bool:
        """Whether only lines of one payee or account are asked for."""
        return self.payee_id is not None or self.account_id is not None

    @property
    def query(self) -> str:
        """Return it as an address says it."""
        said: dict[str, object] = {"tab": self.tab}
        if self.days is not None:
            said |= {"from": self.days.first.isoformat(), "to": self.days.last.isoformat()}
        if self.payee_id is not None:
            said["payee"] = self.payee_id
        if self.account_id is not None:
            said["account"] = self.account_id
        return urlencode(said)

    def lines(self, book: Book) -> QuerySet[Classification]:
        """Return the lines of the book."""
        lines = _of_tab(book, self.tab)
        if self.days is not None:
            lines = lines.filter(line__date__range=(self.days.first, self.days.last))
        for name, asked in (("payee", self.payee_id), ("account", self.account_id)):
            if asked is not None:
                lines = lines.filter(**{name: None if asked == NOBODY else asked})
        return lines


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
    return waiting.filter(~is_kept if tab == Tab.TO_REVIEW else is_kept & ~Q(line__hold=Hold.LAPSED))
