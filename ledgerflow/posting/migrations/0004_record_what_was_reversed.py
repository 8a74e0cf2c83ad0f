from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from ledgerflow.core.migrations import sql_beside

_GUARDS = [
    sql_beside(str(Path(__file__).with_name(f"{name}.py")))
    for name in ("0003_post_only_what_is_accepted", "0002_guard_postings")
]


class Migration(migrations.Migration):
    """The classification of a posted line names its entry; a table keeps what was reversed.

    The guards of the old table go with it, and come back when this is undone.
    """

    dependencies = [
        ("posting", "0003_post_only_what_is_accepted"),
        ("classification", "0003_name_the_entry_of_a_posted_line"),
    ]

    operations = [
        *(migrations.RunSQL(guards.reverse_sql, guards.sql) for guards in _GUARDS),
        migrations.CreateModel(
            name="ReversedPosting",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "book_id",
                        "entry_number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("entry_number", models.BigIntegerField()),
                ("reversed_by_number", models.BigIntegerField()),
                (
                    "book",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="books.book",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="statements.statementline",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["line"], name="posting_reversed_of_line")]},
        ),
        sql_beside(__file__),
        migrations.DeleteModel(name="Posting"),
    ]
