from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("classification", "0034_keep_what_rules_begin_with"),
        ("ledger", "0030_keep_amounts_in_the_register_index"),
    ]

    operations = [sql_beside(__file__)]
