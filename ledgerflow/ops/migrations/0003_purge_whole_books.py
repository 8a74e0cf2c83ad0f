"""A book is removed as a whole or not at all, by the owner of the database."""

from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0001_initial"),
        ("ops", "0002_keep_the_record_of_purges"),
    ]

    operations = [sql_beside(__file__)]
