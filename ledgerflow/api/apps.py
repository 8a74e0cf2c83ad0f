from django.apps import AppConfig


class ApiConfig(AppConfig):
    """REST, MCP and the tokens for both."""

    name = "ledgerflow.api"
