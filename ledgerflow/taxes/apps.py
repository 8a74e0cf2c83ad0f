from django.apps import AppConfig


class TaxesConfig(AppConfig):
    """What people say of a tax year, for the worksheets of its forms."""

    name = "ledgerflow.taxes"
