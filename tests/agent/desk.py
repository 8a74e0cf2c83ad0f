"""A book that allows the agent, an endpoint on loopback, and a way to ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx

from ledgerflow.agent.models import AgentConversation, AgentTurn
from ledgerflow.agent.services import Allowed, Asked, allow, ask_about
from ledgerflow.agent.services.ways import ToolAnswer, ToolUnavailableError, Ways, Wish
from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import classify_lines
from ledgerflow.statements.models import StatementLine
from tests.agent.server import ModelServer
from tests.classification.rows import NOW, Shop
from tests.factories import MembershipFactory

SEARCH, PAYEE = "tools.search_tool.search_web", "tools.payee_lookup.identify_payee"


class RecordingTransport(httpx.BaseTransport):
    """A real transport that notes every host that a request goes to."""

    def __init__(self, hosts: list[str]) -> None:
        self._hosts, self._inner = hosts, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._hosts.append(request.url.netloc.decode())
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


@dataclass
class Tools:
    """Tools as the toolbox would answer: by path what they answer, and every call that came."""

    results: Mapping[str, object] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)

    def call(self, wish: Wish) -> ToolAnswer:
        self.wishes.append(wish)
        if wish.path not in self.results:
            raise ToolUnavailableError(f"{wish.path} is not enabled.", is_refusal=True, run_id=None)
        return ToolAnswer(run_id=None, result=self.results[wish.path])


class Desk(Shop):
    """The shop with an owner, whose book allows the agent."""

    def __init__(self, server: ModelServer, settings: Any, **allowed: Any) -> None:
        super().__init__()
        self.server, self.tools = server, Tools()
        self.hosts: list[str] = []
        self.pauses: list[float] = []
        self.moment = NOW
        MembershipFactory(book=self.book, user=self.user, role=Role.OWNER)
        settings.AGENT_URL, settings.AGENT_MODEL, settings.AGENT_KEY = server.url, "scripted", ""
        settings.AGENT_SECONDS, settings.AGENT_PRICE = 5, None
        self.allow(**allowed)

    def allow(self, **allowed: Any) -> None:
        allow(book=self.book, allowed=Allowed(is_enabled=True, **allowed), user=self.user, now=NOW)

    def open(
        self, description: str = "Blue Heron Supply", amount: str = "-40.00", **fields: Any
    ) -> StatementLine:
        """Store a line that nothing suggests an account for."""
        line = self.line(description, amount, **fields)
        classify_lines(book=self.book, line_ids=[line.pk])
        return line

    def clock(self) -> Any:
        self.moment += timedelta(milliseconds=10)
        return self.moment

    def ask(self) -> Asked:
        ways = Ways(transport=lambda *_: RecordingTransport(self.hosts), call=self.tools.call)
        return ask_about(
            book=self.book, user=self.user, ways=ways, clock=self.clock, pause=self.pauses.append
        )

    def made(self, line: StatementLine) -> Classification:
        return Classification.objects.select_related("account").get(line=line)

    @property
    def conversation(self) -> AgentConversation:
        """The only conversation."""
        return AgentConversation.objects.get(book=self.book)

    @property
    def turns(self) -> list[AgentTurn]:
        return list(AgentTurn.objects.filter(book=self.book).order_by("conversation", "no"))


PRICE = (Decimal("1.00"), Decimal("2.00"), "USD")
