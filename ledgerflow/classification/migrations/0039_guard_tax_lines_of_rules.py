from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0038_let_rules_say_a_tax_line")]

    operations = [sql_beside(__file__)]
