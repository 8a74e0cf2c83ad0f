from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("toolbox", "0006_find_kept_answers")]

    operations = [sql_beside(__file__)]
