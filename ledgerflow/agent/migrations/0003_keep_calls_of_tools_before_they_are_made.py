from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("agent", "0002_guard_what_leaves"), ("toolbox", "0004_tell_runs_by_book")]

    operations = [sql_beside(__file__)]
