from django.apps import AppConfig


class PayeesConfig(AppConfig):
    """Payees and the bank texts that name them."""

    name = "ledgerflow.payees"

    def ready(self) -> None:
        """Keep with a line what a person asks again about it."""
        from ledgerflow.payees.lookups import keep_again  # noqa: PLC0415 - models are loaded by now
        from ledgerflow.toolbox.signals import ran_again  # noqa: PLC0415

        ran_again.connect(keep_again, dispatch_uid="payees.keep_again")
