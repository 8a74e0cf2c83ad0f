from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0024_switch_stages_off")]

    operations = [sql_beside(__file__)]
