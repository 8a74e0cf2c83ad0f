"""What the lock-out after failed sign-ins counts by."""

from collections.abc import Mapping

from django.http import HttpRequest


def username(request: HttpRequest | None, credentials: Mapping[str, str] | None) -> str | None:
    """Return the address that is tried, in one case: `A@x.org` and `a@x.org` are the same person to sign-in."""
    given = credentials or (request.POST if request is not None else {})
    address = given.get("username") or given.get("email")
    return address.strip().lower() if address else None
