from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0035_leave_closed_days_to_people")]

    operations = [sql_beside(__file__)]
