from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("posting", "0016_guard_document_dates"),
        ("statements", "0010_keep_original_amounts"),
    ]

    operations = [sql_beside(__file__)]
