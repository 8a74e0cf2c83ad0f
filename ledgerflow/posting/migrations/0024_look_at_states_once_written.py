from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("posting", "0023_divide_what_is_private"), ("classification", "0036_look_at_lines_once_written")]

    operations = [sql_beside(__file__)]
