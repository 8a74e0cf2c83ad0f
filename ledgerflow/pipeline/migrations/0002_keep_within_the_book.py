"""A run's document and bank account are of its own book."""

from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0001_initial")]

    operations = [sql_beside(__file__)]
