from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0006_tag_lines_and_entries")]

    operations = [sql_beside(__file__)]
