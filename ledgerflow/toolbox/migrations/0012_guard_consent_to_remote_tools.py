from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("toolbox", "0011_record_consent_to_remote_tools")]

    operations = [sql_beside(__file__)]
