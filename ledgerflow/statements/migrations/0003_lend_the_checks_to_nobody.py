from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("statements", "0002_guard_lines")]

    operations = [sql_beside(__file__)]
