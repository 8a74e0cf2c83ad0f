"""Which migrations ran is for the owner to write: the application could stop the next start otherwise."""

from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [sql_beside(__file__)]
