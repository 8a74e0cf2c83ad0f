from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("posting", "0004_record_what_was_reversed")]

    operations = [sql_beside(__file__)]
