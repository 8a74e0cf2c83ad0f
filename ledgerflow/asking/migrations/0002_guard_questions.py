from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("asking", "0001_ask_about_lines"),
        ("documents", "0006_guard_what_receipts_say"),
        ("statements", "0014_guard_declined_receipts"),
    ]

    operations = [sql_beside(__file__)]
