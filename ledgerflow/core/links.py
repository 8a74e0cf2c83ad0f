"""Addresses that are given to people."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def absolute(request: HttpRequest, name: str, **kwargs: Any) -> str:
    """Return the whole address of a page, under LEDGERFLOW_URL where it is set."""
    path = reverse(name, kwargs=kwargs)
    return f"{settings.LEDGERFLOW_URL}{path}" if settings.LEDGERFLOW_URL else request.build_absolute_uri(path)
