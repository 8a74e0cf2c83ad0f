from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("payees", "0003_link_lines_with_runs"),
        ("statements", "0010_keep_original_amounts"),
        ("toolbox", "0004_tell_runs_by_book"),
    ]

    operations = [sql_beside(__file__)]
