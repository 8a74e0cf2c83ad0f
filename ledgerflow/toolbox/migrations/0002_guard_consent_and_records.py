from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("toolbox", "0001_register_tools_and_runs")]

    operations = [sql_beside(__file__)]
