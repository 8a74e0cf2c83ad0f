from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("books", "0002_keep_four_eyes")]

    operations = [sql_beside(__file__)]
