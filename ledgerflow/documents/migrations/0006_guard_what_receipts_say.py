from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("documents", "0005_keep_what_receipts_say")]

    operations = [sql_beside(__file__)]
