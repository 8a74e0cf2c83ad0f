from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0026_learn_from_other_books")]

    operations = [sql_beside(__file__)]
