from django.apps import AppConfig


class WebConfig(AppConfig):
    """The frame around every page."""

    name = "ledgerflow.web"
