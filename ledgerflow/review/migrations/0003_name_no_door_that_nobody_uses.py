from django.db import migrations, models

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("review", "0002_decide_proposals_once")]

    operations = [
        migrations.SeparateDatabaseAndState(
            # A trigger reads the column, and Django would drop that with it.
            database_operations=[sql_beside(__file__)],
            state_operations=[migrations.RemoveField(model_name="proposal", name="tool_run")],
        ),
        migrations.RemoveConstraint(model_name="proposal", name="review_proposal_door_is_known"),
        migrations.AlterField(
            model_name="proposal",
            name="proposed_through",
            field=models.CharField(
                choices=[("api", "the REST API"), ("mcp", "an MCP client")], max_length=8
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(proposed_through__in=["api", "mcp"]), name="review_proposal_door_is_known"
            ),
        ),
    ]
