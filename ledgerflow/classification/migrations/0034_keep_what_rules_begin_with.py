from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0033_let_rules_begin")]

    operations = [sql_beside(__file__)]
