from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("posting", "0020_keep_own_tax_lines"),
        ("classification", "0029_guard_own_tax_lines"),
    ]

    operations = [sql_beside(__file__)]
