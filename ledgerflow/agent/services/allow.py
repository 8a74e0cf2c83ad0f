"""What a book allows the agent: consent, profile, budget and tools."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from ledgerflow.agent.errors import AgentError, AgentOffError
from ledgerflow.agent.models import AgentSettings, Privacy
from ledgerflow.agent.offers import offered
from ledgerflow.agent.place import place_from_settings
from ledgerflow.agent.reaching import require_extra
from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action, require
from ledgerflow.users.models import User

MOST_CALLS, MOST_TOKENS, MOST_MONEY = 10_000, 100_000_000, Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a book is to allow; ``money_a_day`` is in the currency of the endpoint's price, ``None`` without a limit."""

    is_enabled: bool
    asks_after_imports: bool = False
    privacy: str = Privacy.STRICT
    calls_a_day: int = 50
    tokens_a_day: int = 200_000
    money_a_day: Decimal | None = None
    tools: tuple[str, ...] = ()


@transaction.atomic
def allow(*, book: Book, allowed: Allowed, user: User, now: datetime) -> AgentSettings:
    """Keep what the book allows. Switching the agent on, or letting names leave, is the user's consent and dated so.

    Raises:
        NotAllowedError: the user does not manage the book.
        AgentOffError: it is to be switched on where no endpoint is set or the extra is missing.
        AgentError: a limit is out of range, a tool cannot be offered, or money cannot be counted.
    """
    require(user=user, book=book, action=Action.MANAGE_BOOK)
    _check(allowed)
    currency = _currency(allowed)
    kept, _ = AgentSettings.objects.select_for_update().get_or_create(book=book)
    consents = allowed.is_enabled and (
        not kept.is_enabled
        or (kept.privacy, allowed.privacy) == (Privacy.STRICT, Privacy.NAMES)
        or not set(allowed.tools) <= set(kept.tools)
    )
    if consents:
        kept.enabled_by, kept.enabled_at = user, now
    kept.is_enabled = allowed.is_enabled
    kept.asks_after_imports = allowed.asks_after_imports
    kept.privacy = allowed.privacy
    kept.calls_a_day, kept.tokens_a_day = allowed.calls_a_day, allowed.tokens_a_day
    kept.money_a_day, kept.money_currency = allowed.money_a_day, currency
    kept.tools = sorted(set(allowed.tools))
    kept.changed_by, kept.changed_at = user, now
    kept.save()
    return kept


def _check(allowed: Allowed) -> None:
    if allowed.is_enabled:
        if place_from_settings() is None:
            raise AgentOffError(
                "No endpoint is set. Set LEDGERFLOW_AGENT_URL and LEDGERFLOW_AGENT_MODEL and start LedgerFlow anew."
            )
        require_extra()
    if allowed.privacy not in Privacy.values:
        raise AgentError("There is no such privacy profile.")
    if not 0 <= allowed.calls_a_day <= MOST_CALLS:
        raise AgentError(f"Requests a day are 0 to {MOST_CALLS:,}.")
    if not 0 <= allowed.tokens_a_day <= MOST_TOKENS:
        raise AgentError(f"Tokens a day are 0 to {MOST_TOKENS:,}.")
    strange = set(allowed.tools) - {one.path for one in offered(allowed.tools)}
    if strange:
        raise AgentError(f"The agent cannot be given {', '.join(sorted(strange))}: it would need free text.")


def _currency(allowed: Allowed) -> str:
    """Return the currency that money is counted in, empty where it is not."""
    if allowed.money_a_day is None:
        return ""
    if not 0 <= allowed.money_a_day <= MOST_MONEY:
        raise AgentError(f"Money a day is 0 to {MOST_MONEY:,}.")
    place = place_from_settings()
    if place is None or place.price is None:
        raise AgentError(
            "Money cannot be counted, because no price is set. Set LEDGERFLOW_AGENT_PRICE, or leave the limit of money "
            "empty."
        )
    return place.price.currency
