from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """The review queue."""

    name = "ledgerflow.review"
