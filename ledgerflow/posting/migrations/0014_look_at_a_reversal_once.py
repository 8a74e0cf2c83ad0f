from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("posting", "0013_guard_transfers")]

    operations = [sql_beside(__file__)]
