from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("classification", "0041_never_be_sure_by_a_receipt_alone"),
        ("statements", "0021_date_lines_twice"),
    ]

    operations = [sql_beside(__file__)]
