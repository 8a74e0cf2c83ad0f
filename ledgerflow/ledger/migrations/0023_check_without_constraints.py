from django.db import migrations, models

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("ledger", "0022_know_what_was_taken_over")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="reconciled_through",
            field=models.DateField(editable=False, null=True),
        ),
        sql_beside(__file__),
        migrations.RemoveConstraint(model_name="ledgerstate", name="ledger_state_lock_lies_beyond"),
        migrations.RemoveConstraint(model_name="movement", name="ledger_movement_currency_is_iso"),
        migrations.RemoveConstraint(model_name="postingbatch", name="ledger_batch_source_is_known"),
        migrations.RemoveConstraint(model_name="postingbatch", name="ledger_batch_has_entries"),
    ]
