from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("statements", "0003_lend_the_checks_to_nobody")]

    operations = [sql_beside(__file__)]
