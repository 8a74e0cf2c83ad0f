from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_check_what_arrives")]

    operations = [sql_beside(__file__)]
