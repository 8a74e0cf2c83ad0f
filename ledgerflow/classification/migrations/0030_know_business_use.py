from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0001_initial"),
        ("classification", "0029_guard_own_tax_lines"),
        ("ledger", "0030_keep_amounts_in_the_register_index"),
        ("payees", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="classification",
            name="business_share",
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                condition=models.Q(("business_share__isnull", False)),
                fields=["book"],
                name="classification_own_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("business_share__isnull", True),
                    models.Q(
                        ("business_share__range", (Decimal(0), Decimal(100))), ("decided_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="classification_own_share_is_decided",
            ),
        ),
        migrations.CreateModel(
            name="BusinessUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("share", models.DecimalField(decimal_places=2, max_digits=5)),
                ("since", models.DateField()),
                ("set_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="books.book",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payees.payee",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("account__isnull", False)),
                        fields=("book", "account", "since"),
                        name="classification_use_of_account_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("payee__isnull", False)),
                        fields=("book", "payee", "since"),
                        name="classification_use_of_payee_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share__range", (Decimal(0), Decimal(100)))),
                        name="classification_use_is_0_to_100_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("account__isnull", False), ("payee__isnull", True)),
                            models.Q(("account__isnull", True), ("payee__isnull", False)),
                            _connector="OR",
                        ),
                        name="classification_use_of_account_or_payee",
                    ),
                ],
            },
        ),
    ]
