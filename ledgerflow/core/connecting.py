"""Connections beside Django's own: for what must not wait for its pool nor end with its transactions."""

from typing import Any

from django.db import connections

#: Seconds after which a server that does not answer counts as away.
CONNECT_SECONDS = 2


def libpq_parameters(alias: str, *, connect_seconds: int = CONNECT_SECONDS) -> dict[str, Any]:
    """Return how libpq reaches the alias's database: what Django uses, without the pool."""
    found = connections[alias]
    options = {
        name: value
        for name, value in found.get_connection_params().items()
        if name
        not in {"context", "cursor_factory", "client_encoding", "prepare_threshold", "server_side_binding"}
    }
    return options | {"connect_timeout": connect_seconds}
