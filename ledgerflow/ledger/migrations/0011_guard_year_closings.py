from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_close_years")]

    operations = [sql_beside(__file__)]
