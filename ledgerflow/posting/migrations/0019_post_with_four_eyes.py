from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("posting", "0018_keep_closed_years_on_either_basis"),
        ("books", "0003_guard_four_eyes"),
    ]

    operations = [sql_beside(__file__)]
