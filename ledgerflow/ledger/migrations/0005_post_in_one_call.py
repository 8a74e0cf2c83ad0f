from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_close_by_writing_the_log")]

    operations = [sql_beside(__file__)]
