"""Books that come from elsewhere."""

from ledgerflow.exchange.services.history import History, import_history
from ledgerflow.exchange.services.opening import Opening, import_opening
from ledgerflow.exchange.services.restore import restore_archive

__all__ = ["History", "Opening", "import_history", "import_opening", "restore_archive"]
