from django.apps import AppConfig


class ClassificationConfig(AppConfig):
    name = "ledgerflow.classification"
