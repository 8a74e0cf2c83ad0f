from django.db import migrations, models

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    """Tokens of before are for no tool that uses the network, because nobody was asked."""

    dependencies = [("api", "0002_keep_tokens_as_consented")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="may_use_network",
            field=models.BooleanField(default=False, verbose_name="run tools that use the network"),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("may_use_network", False), ("may_run_tools", True), _connector="OR"),
                name="api_token_uses_network_by_tools",
            ),
        ),
        sql_beside(__file__),
    ]
