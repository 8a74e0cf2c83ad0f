"""What the agent's pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet

from ledgerflow.agent.models import AgentConversation, AgentSettings, AgentTurn
from ledgerflow.agent.offers import KNOWN, OfferedTool
from ledgerflow.agent.place import Place, place_from_settings
from ledgerflow.agent.prompt import first_messages
from ledgerflow.agent.reaching import is_installed
from ledgerflow.agent.selectors import Used, open_questions, settings_of, used_on
from ledgerflow.agent.values import Message
from ledgerflow.books.models import Book
from ledgerflow.classification.selectors import count_unsuggested
from ledgerflow.statements.models import StatementLine
from ledgerflow.toolbox.models import Tool

#: Stands in a preview where a conversation has a random fence of its own.
_PREVIEW_BOUNDARY = "0123456789abcdef"
#: Lines that a preview looks at.
_PREVIEW_LINES = 100


@dataclass(frozen=True, slots=True)
class Gauge:
    """A limit of the day with what is used of it; ``share`` is 0 to 100."""

    label: str
    used: str
    limit: str
    share: int


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on the agent's page of a book."""

    allowed: AgentSettings
    place: Place | None
    is_installed: bool
    open_lines: int
    gauges: tuple[Gauge, ...]
    tools: tuple[OfferedTool, ...]
    conversations: tuple[AgentConversation, ...]

    @property
    def can_ask(self) -> bool:
        """Whether a run can begin."""
        return (
            self.allowed.is_enabled and self.place is not None and self.is_installed and self.open_lines > 0
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations, latest first; ``following`` is the ``before`` of the next page."""

    conversations: tuple[AgentConversation, ...]
    following: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """A conversation with its turns and the lines that it was suggested for."""

    conversation: AgentConversation
    turns: tuple[AgentTurn, ...]
    lines: tuple[StatementLine, ...]
    line_count: int


def home(*, book: Book, today: date, latest: int) -> Home:
    """Return the page; a constant number of queries."""
    allowed = settings_of(book=book)
    place = place_from_settings()
    currency = allowed.money_currency or (place.price.currency if place and place.price else "")
    used = used_on(book=book, day=today, currency=currency)
    return Home(
        allowed=allowed,
        place=place,
        is_installed=is_installed(),
        open_lines=count_unsuggested(book=book),
        gauges=_gauges(allowed, used, currency),
        tools=tuple(one for one in KNOWN if one.path in set(allowed.tools)),
        conversations=tuple(_conversations(book)[:latest]),
    )


def tools_to_allow() -> list[tuple[str, str]]:
    """Return path and summary of the tools that are enabled in the installation and that a model can be offered."""
    found = Tool.objects.filter(
        module_path__in=[one.path for one in KNOWN], enabled=True, missing_since=None
    ).order_by("module_path")
    return list(found.values_list("module_path", "summary"))


def preview(*, book: Book, privacy: str) -> Sequence[Message]:
    """Return the messages that would be sent first if the agent were asked now; none where nothing is open."""
    for asked in open_questions(book=book, privacy=privacy, most_lines=_PREVIEW_LINES)[:1]:
        return first_messages(asked.question, boundary=_PREVIEW_BOUNDARY)
    return ()


def conversations(*, book: Book, before: int | None, size: int) -> Page:
    """Return a page of the book's conversations; one query."""
    found = _conversations(book)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = tuple(found[: size + 1])
    return Page(rows[:size], rows[size - 1].pk if len(rows) > size else None)


def said(*, book: Book, conversation_id: int, most_lines: int = 100) -> Said | None:
    """Return a conversation of the book whole, ``None`` where it has no such one; three queries."""
    conversation = _conversations(book).select_related("asked_by").filter(pk=conversation_id).first()
    if conversation is None:
        return None
    lines = StatementLine.objects.filter(
        book=book, pk__in=conversation.proposals.order_by("line_id").values("line_id")
    ).order_by("pk")
    return Said(
        conversation=conversation,
        turns=tuple(conversation.turns.order_by("no")),
        lines=tuple(lines[:most_lines]),
        line_count=getattr(conversation, "line_count", 0),
    )


def _conversations(book: Book) -> QuerySet[AgentConversation]:
    return (
        AgentConversation.objects.filter(book=book)
        .select_related("payee", "account")
        .defer("question")  # it holds the whole chart
        .annotate(line_count=Count("proposals"))
        .order_by("-pk")
    )


def _gauges(allowed: AgentSettings, used: Used, currency: str) -> tuple[Gauge, ...]:
    gauges = [
        Gauge(
            "Requests", f"{used.calls:,}", f"{allowed.calls_a_day:,}", _share(used.calls, allowed.calls_a_day)
        ),
        Gauge(
            "Tokens",
            f"{used.tokens:,}",
            f"{allowed.tokens_a_day:,}",
            _share(used.tokens, allowed.tokens_a_day),
        ),
    ]
    if currency:
        limit = allowed.money_a_day
        gauges.append(
            Gauge(
                "Money",
                f"{used.money.normalize():f} {currency}",
                f"{limit.normalize():f} {currency}" if limit is not None else "no limit",
                _share(used.money, limit) if limit is not None else 0,
            )
        )
    return tuple(gauges)


def _share(used: Decimal | int, limit: Decimal | int) -> int:
    return 100 if limit <= 0 or used >= limit else int(100 * used / limit)
