"""A layout's bank account is of its own book, and the layout says what each column is for."""

from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("statements", "0011_remember_layouts")]

    operations = [sql_beside(__file__)]
