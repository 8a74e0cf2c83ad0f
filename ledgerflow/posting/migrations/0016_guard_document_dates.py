from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("posting", "0015_keep_document_dates")]

    operations = [sql_beside(__file__)]
