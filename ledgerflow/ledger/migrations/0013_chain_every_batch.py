from django.db import migrations, models

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_number_what_is_chained")]

    operations = [
        sql_beside(__file__),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('book', 'chain_no'), name='ledger_account_chain_no_once'),
        ),
    ]
