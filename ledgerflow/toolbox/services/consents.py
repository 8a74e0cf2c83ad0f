"""The record of consent to tools of MCP servers: who agreed to which one as it was when, and who ended that when."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Greatest

from ledgerflow.books.models import Book
from ledgerflow.toolbox.models import RemoteConsent
from ledgerflow.toolbox.remote import Agreement
from ledgerflow.users.models import User

Server = Mapping[str, Any]


def agreements(server: Server, book: Book | None) -> dict[str, Agreement]:
    """Return what stands of a server that is named for the installation, or for the book, by the tool's name."""
    found = _standing(book).filter(server=server["name"], url=server["url"]).select_related("agreed_by")
    return {
        each.name: Agreement(each.fingerprint, str(each.agreed_by or ""), each.agreed_at) for each in found
    }


def consent_history(book: Book | None) -> QuerySet[RemoteConsent]:
    """Return every consent of this level, also those that ended, the latest first."""
    return RemoteConsent.objects.filter(book=book).select_related("agreed_by", "withdrawn_by").order_by("-pk")


def with_consents(settings: Mapping[str, Any], book: Book | None) -> dict[str, Any]:
    """Return the settings of a bridge with ``allowed`` in each server: fingerprints by the tool's name; one query.

    ``book`` is the one that names the servers, if it is not the installation. What the settings say themselves counts
    for nothing.
    """
    allowed: dict[tuple[str, str], dict[str, str]] = {}
    rows = _standing(book).values_list("server", "url", "name", "fingerprint")
    for server, url, name, fingerprint in rows:
        allowed.setdefault((server, url), {})[name] = fingerprint
    servers = [
        {**each, "allowed": allowed.get((each["name"], each["url"]), {})}
        for each in settings.get("servers", [])
    ]
    return {**settings, "servers": servers}


def record_consent(
    *, server: Server, offer: Mapping[str, Any], version: str, book: Book | None, user: User, now: datetime
) -> RemoteConsent:
    """Write down that the user agrees to what a server offers; what stood of the tool before ends."""
    _ended(_standing(book).filter(server=server["name"], url=server["url"], name=offer["name"]), user, now)
    return RemoteConsent.objects.create(
        book=book,
        server=server["name"],
        url=server["url"],
        name=offer["name"],
        fingerprint=offer["fingerprint"],
        version=version,
        description=offer["description"],
        arguments=offer["arguments"],
        agreed_by=user,
        agreed_at=now,
    )


def withdraw_consent(*, server: Server, name: str, book: Book | None, user: User, now: datetime) -> bool:
    """Write down that the tool is agreed to no more; return whether it was."""
    return _ended(_standing(book).filter(server=server["name"], url=server["url"], name=name), user, now) > 0


def end_consents_of_others(
    *, servers: Iterable[Server], book: Book | None, user: User, now: datetime
) -> None:
    """Write down that what was agreed to ended with its server, where that is none of these any more."""
    named = Q(pk=None)
    for each in servers:
        named |= Q(server=each["name"], url=each["url"])
    _ended(_standing(book).exclude(named), user, now)


def _ended(consents: QuerySet[RemoteConsent], user: User, now: datetime) -> int:
    """Write down that these ended; never before they were given, also where two clocks differ."""
    return consents.update(withdrawn_by=user, withdrawn_at=Greatest("agreed_at", Value(now)))


def _standing(book: Book | None) -> QuerySet[RemoteConsent]:
    return RemoteConsent.objects.filter(book=book, withdrawn_at=None)
