from django.apps import AppConfig


class PayeesConfig(AppConfig):
    name = "ledgerflow.payees"
