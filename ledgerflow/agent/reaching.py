"""The way to the endpoint: the extra is loaded when it is first needed, because it takes more than a second."""

import importlib
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from typing import cast

import httpx

from ledgerflow.agent.errors import AgentOffError
from ledgerflow.agent.place import Place
from ledgerflow.agent.values import Message, Offer, Reply

_Asking = Callable[[Place, httpx.BaseTransport, Sequence[Message], Sequence[Offer]], Reply]


def is_installed() -> bool:
    """Whether the extra [ai] is there."""
    return all(find_spec(name) is not None for name in ("pydantic_ai", "openai"))


def require_extra() -> None:
    """Refuse where the extra is missing.

    Raises:
        AgentOffError: it is.
    """
    if not is_installed():
        raise AgentOffError(
            "The agent needs the extra [ai], which is not installed here. Install it with "
            "uv pip install 'ledgerflow[ai]' and start LedgerFlow anew."
        )


def ask(
    place: Place, transport: httpx.BaseTransport, messages: Sequence[Message], offers: Sequence[Offer]
) -> Reply:
    """Send one request to the endpoint and return its reply.

    Raises:
        AgentOffError: the extra is not installed.
        EndpointError: there is no usable reply; its outcome says why.
    """
    require_extra()
    return _asking()(place, transport, messages, offers)


@cache
def _asking() -> _Asking:
    return cast("_Asking", importlib.import_module("ledgerflow.agent.endpoint").ask)
