from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0005_remember_what_was_done_elsewhere")]

    operations = [sql_beside(__file__)]
