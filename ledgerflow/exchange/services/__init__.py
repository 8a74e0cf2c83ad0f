"""Books that come from elsewhere."""

from ledgerflow.exchange.services.restore import restore_archive

__all__ = ["restore_archive"]
