"""The database of a whole module, as the ledger's tests have it, and the workbench of tools."""

from tests.ledger.conftest import shared_db
from tests.toolbox.workbench import bench

__all__ = ["bench", "shared_db"]
