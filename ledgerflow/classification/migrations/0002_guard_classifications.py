from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("classification", "0001_initial"),
        ("ledger", "0001_initial"),
        ("payees", "0002_keep_aliases_in_their_book"),
        ("statements", "0001_initial"),
    ]

    operations = [sql_beside(__file__)]
