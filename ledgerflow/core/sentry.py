"""Errors to a Sentry (or GlitchTip) as well, where its address is set: without secrets, bodies or local variables."""

import importlib
from typing import Any

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.redaction import HIDDEN, SECRET_WORD, redacted


class SentryMissingError(LedgerFlowError):
    """The address is set but the package is not there."""


def report_to(dsn: str) -> None:
    """Send errors to the address from now on.

    Raises:
        SentryMissingError: the extra ``sentry`` is not installed.
    """
    try:
        sentry: Any = importlib.import_module("sentry_sdk")
    except ImportError as error:
        raise SentryMissingError(
            "SENTRY_DSN is set, but sentry-sdk is not installed: install ledgerflow[sentry], or unset it."
        ) from error
    sentry.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=0.0,
        before_send=_without_secrets,
    )


def _without_secrets(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = _cleaned(event)
    request = clean.get("request", {})
    for name in ("cookies", "data", "query_string"):
        request.pop(name, None)
    clean.get("extra", {}).pop("sys.argv", None)  # it may hold the password of a file
    return clean


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {
            key: HIDDEN if isinstance(each, str) and SECRET_WORD.search(str(key)) else _cleaned(each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    return value
