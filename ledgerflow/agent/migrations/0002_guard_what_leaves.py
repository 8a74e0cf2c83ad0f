from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("agent", "0001_keep_what_the_agent_says"),
        ("ledger", "0005_post_in_one_call"),
        ("payees", "0002_keep_aliases_in_their_book"),
        ("statements", "0005_remember_the_reconciled_day"),
    ]

    operations = [sql_beside(__file__)]
