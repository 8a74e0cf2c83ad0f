from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0021_undo_changes_of_payees")]

    operations = [sql_beside(__file__)]
