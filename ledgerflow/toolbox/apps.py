import importlib

from django.apps import AppConfig


class ToolboxConfig(AppConfig):
    """Registered tools, consent to them, and the record of what they did."""

    name = "ledgerflow.toolbox"

    def ready(self) -> None:
        """Have the system check registered."""
        importlib.import_module("ledgerflow.toolbox.checks")
