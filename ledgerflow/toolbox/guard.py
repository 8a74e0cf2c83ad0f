"""On whose behalf requests leave the machine, and within which limits."""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings

from ledgerflow.books.models import Book
from ledgerflow.toolbox.addresses import origins_of
from ledgerflow.toolbox.conversation import Checkpoint
from ledgerflow.toolbox.redaction import Profile
from ledgerflow.users.models import User

MOST_BYTES = 10 * 1024 * 1024
MOST_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Who asks, what for, and how much of everything.

    ``purpose`` says in words what for. ``own_services`` are origins (``http://searxng:8080``) whose addresses may be
    private. ``names`` are people's, taken out by the profile ``strict``; ``secrets`` stand in no record. With
    ``redacts=False`` the caller has applied the profile already. A request may last ``seconds``, and no longer than
    ``until`` of the monotonic clock. ``checkpoint`` is called about twice a second while one lasts; what it raises ends
    the request.
    """

    purpose: str
    own_services: frozenset[str]
    run_id: int | None = None
    book_id: int | None = None
    user_id: int | None = None
    redaction: Profile = "strict"
    redacts: bool = True
    names: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    seconds: float = MOST_SECONDS
    until: float = float("inf")
    most_bytes: int = MOST_BYTES
    checkpoint: Checkpoint | None = None


def guard_for(
    *,
    purpose: str,
    book: Book | None = None,
    user: User | None = None,
    redaction: Profile = "strict",
    redacts: bool = True,
    names: Collection[str] = (),
    secrets: Collection[str] = (),
    seconds: float = MOST_SECONDS,
    most_bytes: int = MOST_BYTES,
) -> Guard:
    """Return the guard of requests that belong to no run of a tool, with all own services of the settings."""
    return Guard(
        purpose=purpose,
        own_services=own_services(),
        book_id=book.pk if book else None,
        user_id=user.pk if user else None,
        redaction=redaction,
        redacts=redacts,
        names=tuple(names),
        secrets=tuple(secrets),
        seconds=seconds,
        most_bytes=most_bytes,
    )


def own_services() -> frozenset[str]:
    """Return the origins of the installation's own services, as the settings name them."""
    return origins_of(settings.OWN_SERVICES)
