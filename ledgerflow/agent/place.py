"""Which endpoint is asked, and what it costs: from the settings."""

from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from urllib.parse import urlsplit

from django.conf import settings

_PER = Decimal(1_000_000)
_DIGITS = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in ``currency``."""

    tokens_in: Decimal
    tokens_out: Decimal
    currency: str

    def of(self, *, tokens_in: int, tokens_out: int) -> Decimal:
        """Return what so many tokens cost, rounded up to the eighth digit."""
        exact = (self.tokens_in * tokens_in + self.tokens_out * tokens_out) / _PER
        return exact.quantize(_DIGITS, rounding=ROUND_UP)


@dataclass(frozen=True, slots=True)
class Place:
    """An OpenAI-compatible endpoint: its address with path (``http://localhost:11434/v1``), model, key and patience."""

    url: str
    model: str
    key: str
    seconds: int
    price: Price | None

    @property
    def host(self) -> str:
        """Host and port, for people."""
        return urlsplit(self.url).netloc

    @property
    def origin(self) -> str:
        """Scheme, host and port: the one place that requests go to."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def __repr__(self) -> str:
        # The key must not stand in a traceback.
        return f"Place({self.url!r}, {self.model!r})"


def place_from_settings() -> Place | None:
    """Return the endpoint that the settings name, or ``None`` where they name none."""
    if not settings.AGENT_URL:
        return None
    return Place(
        url=settings.AGENT_URL,
        model=settings.AGENT_MODEL,
        key=settings.AGENT_KEY,
        seconds=settings.AGENT_SECONDS,
        price=Price(*settings.AGENT_PRICE) if settings.AGENT_PRICE else None,
    )
