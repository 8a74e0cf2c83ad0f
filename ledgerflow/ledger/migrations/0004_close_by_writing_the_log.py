from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_refuse_changes")]

    operations = [sql_beside(__file__)]
