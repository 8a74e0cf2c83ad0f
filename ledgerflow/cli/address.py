"""Where people reach this installation."""

from django.conf import settings


def base_address(port: int | None = None) -> str:
    """Return ``LEDGERFLOW_URL``, or this machine's address with the port."""
    return settings.LEDGERFLOW_URL or f"http://localhost:{port or settings.ENV.port}"
