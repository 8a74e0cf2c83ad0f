from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0004_guard_receipts"),
        ("statements", "0007_keep_receipts_of_lines"),
    ]

    operations = [sql_beside(__file__)]
