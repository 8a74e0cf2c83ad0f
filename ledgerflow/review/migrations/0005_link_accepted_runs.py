from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0004_propose_runs_of_tools"),
        ("toolbox", "0008_leave_out_costs_that_nobody_states"),
    ]

    operations = [sql_beside(__file__)]
