from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("toolbox", "0002_guard_consent_and_records")]

    operations = [sql_beside(__file__)]
