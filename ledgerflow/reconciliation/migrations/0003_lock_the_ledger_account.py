from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0023_check_without_constraints"),
        ("reconciliation", "0002_guard_reconciliations"),
    ]

    operations = [sql_beside(__file__)]
