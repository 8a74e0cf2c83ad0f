from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "ledgerflow.users"
