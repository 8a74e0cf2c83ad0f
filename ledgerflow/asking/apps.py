from django.apps import AppConfig


class AskingConfig(AppConfig):
    """Questions about bank lines, and their answers."""

    name = "ledgerflow.asking"
