"""The database of a whole module, as the ledger's tests have it."""

from tests.ledger.conftest import shared_db

__all__ = ["shared_db"]
