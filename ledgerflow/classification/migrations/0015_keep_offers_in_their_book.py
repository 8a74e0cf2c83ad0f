from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0014_undo_rules_and_stop_offering")]

    operations = [sql_beside(__file__)]
