from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0018_keep_former_aliases")]

    operations = [sql_beside(__file__)]
