from django.apps import AppConfig

from ledgerflow.ledger.errors import explain_as
from ledgerflow.reconciliation import errors


class ReconciliationConfig(AppConfig):
    """Statement against books: what agrees, what is open, and the proof once all of it does."""

    name = "ledgerflow.reconciliation"

    def ready(self) -> None:
        """Name what this app's guards say, also where they speak up during a posting."""
        for code, family in errors.BY_CODE.items():
            explain_as(code, family)
