from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files that people gave."""

    name = "ledgerflow.documents"
