"""Tools of MCP servers as they stand: what a server offers beside what was agreed to. Pure: no Django, no database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Consent(StrEnum):
    """How a tool of a server stands; the value is its word on a screen. It is called in the state ``AGREED`` alone."""

    AGREED = "agreed to"
    CHANGED = "changed since: waits for consent"
    NEW = "not agreed to"
    UNKNOWN = "agreed to, as it was when it was last looked at"
    WITHDRAWN = "agreed to, and no longer offered"


@dataclass(frozen=True, slots=True)
class RemoteTool:
    """A tool of a server; name, description and schema are its words. It has a ``fingerprint`` while it is offered."""

    name: str
    consent: Consent
    description: str = ""
    arguments: Mapping[str, Any] | None = None
    fingerprint: str = ""

    @property
    def is_agreed(self) -> bool:
        """Whether a consent is kept, also one for what it was before."""
        return self.consent is not Consent.NEW

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


def server_of(settings: Mapping[str, Any], offers: Mapping[str, Any] | None) -> RemoteServer:
    """Return the server of these settings, with ``offers``, what it answered last to the question for its tools."""
    allowed: Mapping[str, str] = settings.get("allowed", {})
    return RemoteServer(settings["name"], settings["url"], offers is not None, tuple(_tools(allowed, offers)))


def _tools(allowed: Mapping[str, str], offers: Mapping[str, Any] | None) -> Iterator[RemoteTool]:
    listed = {each["name"]: each for each in offers["tools"]} if offers else {}
    for name, each in listed.items():
        agreed, fingerprint = allowed.get(name), each["fingerprint"]
        consent = Consent.AGREED if agreed == fingerprint else Consent.CHANGED if agreed else Consent.NEW
        yield RemoteTool(name, consent, each["description"], each["arguments"], fingerprint)
    gone = Consent.UNKNOWN if offers is None else Consent.WITHDRAWN
    yield from (RemoteTool(name, gone) for name in sorted(allowed.keys() - listed.keys()))
