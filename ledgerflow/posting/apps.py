from django.apps import AppConfig


class PostingConfig(AppConfig):
    """From accepted lines to journal entries."""

    name = "ledgerflow.posting"
