from django.apps import AppConfig


class PayeesConfig(AppConfig):
    """Payees and the bank texts that name them."""

    name = "ledgerflow.payees"
