from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    """Lines that are posted already get their entries from the posting app, which then validates the constraint."""

    dependencies = [("classification", "0002_guard_classifications")]

    operations = [
        migrations.AddField(
            model_name="classification",
            name="entry_number",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.UniqueConstraint(
                condition=models.Q(("entry_number__isnull", False)),
                fields=("book", "entry_number"),
                name="classification_entry_of_one_line",
            ),
        ),
        AddConstraintNotValid(
            model_name="classification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry_number__isnull", False), ("state", "posted")),
                    models.Q(models.Q(("state", "posted"), _negated=True), ("entry_number__isnull", True)),
                    _connector="OR",
                ),
                name="classification_posted_by_an_entry",
            ),
        ),
        sql_beside(__file__),
    ]
