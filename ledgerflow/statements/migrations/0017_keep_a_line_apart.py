from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("statements", "0016_let_pending_lines_lapse")]

    operations = [
        migrations.RemoveConstraint(model_name="dayquestion", name="statements_question_once"),
        migrations.AddField(
            model_name="dayquestion", name="no", field=models.IntegerField(null=True)
        ),
        migrations.AddConstraint(
            model_name="dayquestion",
            constraint=models.UniqueConstraint(
                fields=("book", "bank_account", "date", "statement", "other_statement", "no"),
                name="statements_question_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="dayquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(no__isnull=True) | ~models.Q(answer="") & models.Q(no__gt=0),
                name="statements_of_a_line_is_said",
            ),
        ),
    ]
