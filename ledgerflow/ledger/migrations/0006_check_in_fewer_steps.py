from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_post_in_one_call")]

    operations = [
        migrations.RemoveConstraint(model_name="journalentry", name="ledger_entry_line_count"),
        migrations.RemoveConstraint(model_name="journalentry", name="ledger_entry_date_is_real"),
        migrations.RemoveConstraint(model_name="journalline", name="ledger_line_no_from_1"),
        sql_beside(__file__),
    ]
