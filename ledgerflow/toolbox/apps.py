from django.apps import AppConfig


class ToolboxConfig(AppConfig):
    """Registered tools, consent to them, and the record of what they did."""

    name = "ledgerflow.toolbox"
