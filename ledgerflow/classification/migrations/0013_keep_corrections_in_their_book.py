from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0012_count_corrections_of_rules")]

    operations = [sql_beside(__file__)]
