"""The settings of the agent's endpoint, checked. Only values here: `config.env` reads the environment."""

import re
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

#: What a million tokens cost, in and out, and the currency.
AgentPrice = tuple[Decimal, Decimal, str]

_PRICE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*/\s*(\d{1,6}(?:\.\d{1,6})?)\s+([A-Z]{3})", re.ASCII)
_LONGEST_MODEL = 200


@dataclass(frozen=True, slots=True)
class AgentSetting:
    """An OpenAI-compatible endpoint; ``price`` is per million tokens, ``seconds`` the time that a reply may take."""

    url: str
    model: str
    key: str
    price: AgentPrice | None
    seconds: int

    def __repr__(self) -> str:
        # The key must not stand in a traceback.
        return f"AgentSetting({self.url!r}, {self.model!r})"


def agent_address(value: str) -> str:
    """Return the address without a slash at its end.

    Raises:
        ValueError: it is none that can be asked.
    """
    try:
        parts = urlsplit(value)
        _ = parts.port  # a port that is no number shows itself only here
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise ValueError(
            "is no address of an endpoint; use one such as http://localhost:11434/v1, the key in LEDGERFLOW_AGENT_KEY."
        )
    return value.rstrip("/")


def agent_model(value: str) -> str:
    """Return the model's name.

    Raises:
        ValueError: it is longer than 200 characters or holds odd ones.
    """
    if len(value) > _LONGEST_MODEL or not value.isprintable():
        raise ValueError(f"is no name of a model; use one of at most {_LONGEST_MODEL} printable characters.")
    return value


def agent_price(value: str) -> AgentPrice:
    """Return the prices in and out and their currency.

    Raises:
        ValueError: it reads otherwise.
    """
    match = _PRICE.fullmatch(value)
    if match is None:
        raise ValueError(
            f"is {value!r}; use the prices in and out with their currency, such as 0.15/0.60 USD."
        )
    return Decimal(match[1]), Decimal(match[2]), match[3]
