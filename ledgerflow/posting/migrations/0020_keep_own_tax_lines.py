import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0001_initial"),
        ("posting", "0019_post_with_four_eyes"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnTaxLine",
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
                ("tax_line", models.CharField(max_length=40)),
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
        ),
    ]
