from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("posting", "0010_keep_opening_balances")]

    operations = [sql_beside(__file__)]
