from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("posting", "0012_keep_transfers"),
        ("classification", "0005_tell_two_sides_of_a_transfer"),
    ]

    operations = [sql_beside(__file__)]
