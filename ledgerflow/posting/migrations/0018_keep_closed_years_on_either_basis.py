from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("posting", "0017_take_amounts_from_files")]

    operations = [sql_beside(__file__)]
