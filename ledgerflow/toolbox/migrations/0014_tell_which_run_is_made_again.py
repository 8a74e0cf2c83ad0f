import django.db.models.deletion
from django.db import migrations, models

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [("toolbox", "0013_record_what_runs_cost")]

    operations = [
        migrations.AddField(
            model_name="toolrun",
            name="again_of",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="made_again",
                to="toolbox.toolrun",
            ),
        ),
        migrations.AddIndex(
            model_name="toolrun",
            index=models.Index(
                condition=models.Q(("again_of__isnull", False)), fields=["again_of"], name="toolbox_runs_made_again"
            ),
        ),
        sql_beside(__file__),
    ]
