"""Tools of MCP servers as they stand: what a server offers beside what was agreed to. Pure: no Django, no database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

#: The package that calls tools of other programs.
BRIDGE = "mcp_bridge"


class Consent(StrEnum):
    """How a tool of a server stands; the value is its word on a screen. It is called in the state ``AGREED`` alone."""

    AGREED = "agreed to"
    CHANGED = "changed since: waits for consent"
    NEW = "not agreed to"
    UNKNOWN = "agreed to, as it was when it was last looked at"
    WITHDRAWN = "agreed to, and no longer offered"


@dataclass(frozen=True, slots=True)
class Agreement:
    """To what somebody agreed, by its ``fingerprint``; ``by`` is empty where nobody wrote down who it was."""

    fingerprint: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RemoteTool:
    """A tool of a server; name, description and schema are its words. It has a ``fingerprint`` while it is offered.

    ``agreement`` is the one that stands, also if it is to what the tool was before.
    """

    name: str
    consent: Consent
    agreement: Agreement | None = None
    description: str = ""
    arguments: Mapping[str, Any] | None = None
    fingerprint: str = ""

    @property
    def can_be_agreed(self) -> bool:
        """Whether there is something to agree to."""
        return self.consent in {Consent.NEW, Consent.CHANGED}


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """A server of the settings; ``was_asked`` says that what it offers is known."""

    name: str
    url: str
    was_asked: bool
    tools: tuple[RemoteTool, ...]


def server_of(
    settings: Mapping[str, Any], agreed: Mapping[str, Agreement], offers: Mapping[str, Any] | None
) -> RemoteServer:
    """Return the server of these settings, with what was agreed to of it by the tool's name.

    ``offers`` is what it answered last to the question for its tools.
    """
    return RemoteServer(settings["name"], settings["url"], offers is not None, tuple(_tools(agreed, offers)))


def _tools(agreed: Mapping[str, Agreement], offers: Mapping[str, Any] | None) -> Iterator[RemoteTool]:
    listed = {each["name"]: each for each in offers["tools"]} if offers else {}
    for name, each in listed.items():
        agreement, fingerprint = agreed.get(name), each["fingerprint"]
        if agreement is None:
            consent = Consent.NEW
        else:
            consent = Consent.AGREED if agreement.fingerprint == fingerprint else Consent.CHANGED
        yield RemoteTool(name, consent, agreement, each["description"], each["arguments"], fingerprint)
    gone = Consent.UNKNOWN if offers is None else Consent.WITHDRAWN
    yield from (RemoteTool(name, gone, agreed[name]) for name in sorted(agreed.keys() - listed.keys()))
