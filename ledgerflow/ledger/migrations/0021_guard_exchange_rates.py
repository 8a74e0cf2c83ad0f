from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("ledger", "0020_keep_exchange_rates")]

    operations = [sql_beside(__file__)]
