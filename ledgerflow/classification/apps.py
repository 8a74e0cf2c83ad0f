import importlib

from django.apps import AppConfig


class ClassificationConfig(AppConfig):
    """Rules, memory and decisions about bank lines."""

    name = "ledgerflow.classification"

    def ready(self) -> None:
        """Have the statements below told which lines are decided about."""
        importlib.import_module("ledgerflow.classification.in_use")
