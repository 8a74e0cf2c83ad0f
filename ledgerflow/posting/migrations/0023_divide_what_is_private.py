from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("posting", "0022_keep_private_parts"),
        ("classification", "0031_guard_business_use"),
    ]

    operations = [sql_beside(__file__)]
