"""A conversation that addresses name, and a line that it was suggested for."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from ledgerflow.agent.models import AgentConversation, AgentProposal, AgentSettings, AgentTurn
from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account
from ledgerflow.payees.services import name_payee
from ledgerflow.users.models import User
from tests.factories import AccountFactory


def a_conversation(
    *, book: Book, user: User, account: Account, line_id: int, last_currency: str = "USD"
) -> AgentConversation:
    """Store a conversation with a request, a look-up and an answer, suggested for the line."""
    now = timezone.now()
    AgentSettings.objects.update_or_create(
        book=book,
        defaults={
            "is_enabled": True, "enabled_by": user, "enabled_at": now, "tools": ["tools.search_tool.search_web"],
            "calls_a_day": 1_000, "tokens_a_day": 10_000_000,
        },
    )  # fmt: skip
    conversation = AgentConversation.objects.create(
        book=book, payee=name_payee(book=book, name="Blue Heron Supply"), payee_key="blue heron supply",
        direction="out", chart_sha256="0" * 64, model="qwen3:8b", host="localhost:11434", prompt_version="1",
        privacy="strict", boundary="0123456789abcdef", question={}, asked_by=user, started_at=now,
    )  # fmt: skip
    given: dict[str, Any] = {
        "book": book,
        "conversation": conversation,
        "day": timezone.localdate(),
        "started_at": now,
    }
    told = [
        {
            "speaker": "user",
            "text": "1 bank line.\n<script>alert(1)</script>",
            "calls": [],
            "call_id": "",
            "name": "",
        }
    ]
    call = {"id": "call-1", "name": "search_payee", "arguments": "{}"}
    AgentTurn.objects.create(
        **given, no=1, kind="request", state="answered", sent={"messages": told, "offers": ["answer"]},
        received={"text": "", "calls": [call], "finish": "tool_call"}, tokens_in=812, tokens_out=31, duration_ms=740,
        cost=Decimal("0.0125"), currency="USD",
    )  # fmt: skip
    looked_up = AgentTurn.objects.create(
        **given, no=2, kind="tool", state="sent", tool="tools.search_tool.search_web",
        sent={"query": "Blue Heron Supply"},
    )  # fmt: skip
    looked_up.state, looked_up.received, looked_up.duration_ms = "answered", '{"results": []}', 52
    looked_up.save()
    AgentTurn.objects.create(
        **given, no=3, kind="tool", state="refused", sent={"name": "send_email", "arguments": "{}"},
        sentence="There is no such function here.",
    )  # fmt: skip
    AgentTurn.objects.create(
        **given, no=4, kind="request", state="answered", sent={"messages": told, "offers": ["answer"]},
        received={"text": "", "calls": [], "finish": "stop"}, cost=Decimal("0.02"), currency=last_currency,
    )  # fmt: skip
    conversation.outcome, conversation.account, conversation.finished_at = "proposed", account, timezone.now()
    conversation.answer = {
        "payee": "A supplier of nets", "account": account.code, "tax_line": None, "reason": "It sells nets.",
        "evidence": ["Its name"],
    }  # fmt: skip
    conversation.save()
    AgentProposal.objects.create(
        book=book, line_id=line_id, conversation=conversation, account=account, proposed_at=now
    )
    return conversation


class AgentSamples:
    """Makes a conversation of the book."""

    book: Book
    owner: User

    def _make_conversation(self, page: str) -> int:
        line_id: int = self.value("line", page)  # type: ignore[attr-defined] - the sample has it
        account = AccountFactory(book=self.book)
        return a_conversation(book=self.book, user=self.owner, account=account, line_id=line_id).pk
