from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("classification", "0028_let_lines_have_their_own_tax_line"),
        ("taxes", "0003_keep_receipt_limits"),
    ]

    operations = [sql_beside(__file__)]
