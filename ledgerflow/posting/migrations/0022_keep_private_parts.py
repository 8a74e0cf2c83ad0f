from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0001_initial"),
        ("ledger", "0030_keep_amounts_in_the_register_index"),
        ("posting", "0021_guard_own_tax_lines"),
    ]

    operations = [
        migrations.CreateModel(
            name="PrivatePart",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "book_id",
                        "entry_number",
                        "no",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("entry_number", models.BigIntegerField()),
                ("no", models.SmallIntegerField()),
                ("part_no", models.SmallIntegerField()),
                ("share", models.DecimalField(decimal_places=2, max_digits=5)),
                ("said", models.CharField(max_length=7)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
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
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("said__in", ["line", "payee", "account"]),
                            ("share__gte", Decimal(0)),
                            ("share__lt", Decimal(100)),
                        ),
                        name="posting_private_part_is_some",
                    )
                ],
            },
        ),
    ]
