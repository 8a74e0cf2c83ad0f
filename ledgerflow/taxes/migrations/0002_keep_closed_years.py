from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("taxes", "0001_initial"), ("ledger", "0005_post_in_one_call")]

    operations = [sql_beside(__file__)]
