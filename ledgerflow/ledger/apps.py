from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The double-entry engine."""

    name = "ledgerflow.ledger"
