from django.apps import AppConfig


class ClassificationConfig(AppConfig):
    """Rules, memory and decisions about bank lines."""

    name = "ledgerflow.classification"
