from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0001_initial"),
        ("users", "0001_initial"),
        ("ledger", "0008_act_on_locks"),
    ]

    operations = [sql_beside(__file__)]
