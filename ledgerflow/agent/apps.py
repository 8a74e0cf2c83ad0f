from django.apps import AppConfig


class AgentConfig(AppConfig):
    name = "ledgerflow.agent"
    default_auto_field = "django.db.models.BigAutoField"
