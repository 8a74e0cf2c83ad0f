from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0007_guard_tags")]

    operations = [sql_beside(__file__)]
