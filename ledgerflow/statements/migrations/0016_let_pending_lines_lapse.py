from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("statements", "0015_find_held_lines")]

    operations = [
        migrations.AlterField(
            model_name="statementline",
            name="hold",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "None"),
                    ("proof", "its statement does not prove"),
                    ("question", "it may be here already; someone must say"),
                    ("lapsed", "the bank has booked it otherwise since, or dropped it"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(
                condition=~models.Q(hold="lapsed") | models.Q(is_pending=True),
                name="statements_only_pending_lapses",
            ),
        ),
    ]
