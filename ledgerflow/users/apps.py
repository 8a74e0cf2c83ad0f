from django.apps import AppConfig


class UsersConfig(AppConfig):
    """People."""

    name = "ledgerflow.users"
