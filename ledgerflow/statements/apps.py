from django.apps import AppConfig


class StatementsConfig(AppConfig):
    """What banks say, and where they say it."""

    name = "ledgerflow.statements"
