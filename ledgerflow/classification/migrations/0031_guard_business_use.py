from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("classification", "0030_know_business_use")]

    operations = [sql_beside(__file__)]
