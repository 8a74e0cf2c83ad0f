from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("statements", "0013_keep_declined_receipts")]

    operations = [sql_beside(__file__)]
