"""Access tokens: made once, shown once, recognized by their hash, revoked."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from ledgerflow.api.models import LONGEST_LIFE, ApiToken, Scope
from ledgerflow.books.models import Book
from ledgerflow.books.selectors import books_for
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.users.models import User

PREFIX = "lf_"
_LONGEST_SECRET = 100
_SHOWN_LETTERS = len(PREFIX) + 6
_USE_IS_NOTED_EVERY = timedelta(minutes=1)
#: Usable tokens that one person may have.
MOST_TOKENS = 100


class TokenError(LedgerFlowError):
    """The token cannot be made or revoked so."""


@transaction.atomic
def make_token(
    *,
    user: User,
    name: str,
    scopes: Collection[Scope],
    valid_for: timedelta,
    now: datetime,
    book: Book | None = None,
) -> tuple[ApiToken, str]:
    """Make a token of the user and return it with its secret, which is kept nowhere.

    Raises:
        TokenError: it has no name or scope, has the network without tools, lasts longer than a year, is for a book the
            user cannot open, or there are too many.
    """
    words = " ".join(name.split())
    if not words or len(words) > 80:
        raise TokenError("Say in 1 to 80 characters what the token is for.")
    if not scopes:
        raise TokenError("Choose what the token may be used for.")
    if Scope.NETWORK in scopes and Scope.TOOLS not in scopes:
        raise TokenError("The network is used by tools; let the token run enabled tools too.")
    if not timedelta(0) < valid_for <= LONGEST_LIFE:
        raise TokenError(f"A token lasts 1 to {LONGEST_LIFE.days} days.")
    if book is not None and not books_for(user=user).filter(pk=book.pk).exists():
        raise TokenError("You cannot open this book.")
    usable = ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now)
    if usable.count() >= MOST_TOKENS:
        raise TokenError(f"You have {MOST_TOKENS} tokens; revoke one that is not used any more.")
    secret = f"{PREFIX}{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=user,
        name=words,
        token_sha256=_digest(secret),
        start=secret[:_SHOWN_LETTERS],
        may_read=Scope.READ in scopes,
        may_run_tools=Scope.TOOLS in scopes,
        may_use_network=Scope.NETWORK in scopes,
        may_propose=Scope.PROPOSE in scopes,
        book=book,
        made_at=now,
        expires_at=now + valid_for,
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, now: datetime) -> ApiToken:
    """End the token at once, because each request asks.

    Raises:
        TokenError: it is revoked already.
    """
    locked = ApiToken.objects.select_for_update().get(pk=token.pk)
    if locked.revoked_at is not None:
        raise TokenError(f"{locked} is revoked already.")
    locked.revoked_at = now
    locked.save(update_fields=["revoked_at"])
    return locked


def token_of(*, secret: str, now: datetime) -> ApiToken | None:
    """Return the usable token of an active user that the secret stands for, and note that it was used.

    The row is found by the hash of 256 random bits, so that neither its absence nor the comparison tells anything.
    """
    if not secret.startswith(PREFIX) or len(secret) > _LONGEST_SECRET:
        return None
    digest = _digest(secret)
    token = ApiToken.objects.select_related("user", "book").filter(token_sha256=digest).first()
    if token is None or not hmac.compare_digest(token.token_sha256, digest):
        return None
    if not token.is_usable(now=now) or not token.user.is_active:
        return None
    unnoted = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_IS_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - _USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    return token


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
