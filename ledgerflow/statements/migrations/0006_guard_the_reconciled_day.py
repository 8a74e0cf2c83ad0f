from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("statements", "0005_remember_the_reconciled_day")]

    operations = [sql_beside(__file__)]
