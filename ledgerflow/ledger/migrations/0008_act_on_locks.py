from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_lock_periods")]

    operations = [sql_beside(__file__)]
