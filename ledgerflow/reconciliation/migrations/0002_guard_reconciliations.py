from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0001_initial"),
        ("classification", "0004_know_matched_lines"),
        ("ledger", "0005_post_in_one_call"),
        ("statements", "0006_guard_the_reconciled_day"),
    ]

    operations = [sql_beside(__file__)]
