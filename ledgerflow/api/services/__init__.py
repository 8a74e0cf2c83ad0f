"""Access tokens, and the answers that are kept for repeated requests."""

from ledgerflow.api.services.answers import Answered, RepeatError, once
from ledgerflow.api.services.tokens import PREFIX, TokenError, make_token, revoke_token, token_of

__all__ = [
    "PREFIX",
    "Answered",
    "RepeatError",
    "TokenError",
    "make_token",
    "once",
    "revoke_token",
    "token_of",
]
