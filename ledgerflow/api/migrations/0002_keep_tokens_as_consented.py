from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("api", "0001_keep_tokens_and_answers")]

    operations = [sql_beside(__file__)]
