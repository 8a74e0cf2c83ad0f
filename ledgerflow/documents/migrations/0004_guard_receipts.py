from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_keep_receipts")]

    operations = [sql_beside(__file__)]
