from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0010_keep_the_record")]

    operations = [sql_beside(__file__)]
