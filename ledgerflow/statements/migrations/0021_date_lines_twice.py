from django.db import migrations, models


def _drop_pairs(apps, schema_editor):
    """What is said of two lines has no place in a question about a day; what waited for it waits no more."""
    apps.get_model("statements", "DayQuestion").objects.filter(other_no__isnull=False).delete()
    apps.get_model("statements", "StatementLine").objects.filter(hold__in=("days", "twin")).update(hold="")


class Migration(migrations.Migration):
    dependencies = [("statements", "0020_remember_masked_numbers")]

    operations = [
        migrations.AddField(
            model_name="statementline", name="booking_date", field=models.DateField(null=True)
        ),
        migrations.AddField(
            model_name="statementline", name="transaction_date", field=models.DateField(null=True)
        ),
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
                    ("days", "it may be here already under another day; someone must say"),
                    ("twin", "it is here already under another day that a file states"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(
                condition=models.Q(is_pending=False) | ~models.Q(hold__in=("days", "twin")),
                name="statements_only_booked_is_twin",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(
                condition=(models.Q(booking_date__isnull=True) | ~models.Q(booking_date=models.F("date")))
                & (models.Q(transaction_date__isnull=True) | ~models.Q(transaction_date=models.F("date"))),
                name="statements_other_days_are_others",
            ),
        ),
        migrations.RemoveConstraint(model_name="dayquestion", name="statements_question_once"),
        migrations.RemoveConstraint(model_name="dayquestion", name="statements_of_a_line_is_said"),
        migrations.AddField(model_name="dayquestion", name="other_no", field=models.IntegerField(null=True)),
        migrations.AddField(
            model_name="dayquestion",
            name="evidence",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "None"),
                    ("bank_id", "the bank's identifier, and a day that both files state"),
                    ("words", "their words, and a day that both files state"),
                ],
                db_default="",
                default="",
                max_length=7,
            ),
        ),
        migrations.AddConstraint(
            model_name="dayquestion",
            constraint=models.UniqueConstraint(
                fields=(
                    "book",
                    "bank_account",
                    "date",
                    "statement",
                    "other_statement",
                    "no",
                    "other_no",
                ),
                name="statements_question_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="dayquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(no__isnull=True)
                | ~models.Q(answer="") & models.Q(no__gt=0)
                | models.Q(other_no__isnull=False, no__gt=0),
                name="statements_of_a_line_is_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="dayquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(other_no__isnull=True) | models.Q(other_no__gt=0, no__isnull=False),
                name="statements_of_two_lines",
            ),
        ),
        migrations.AddConstraint(
            model_name="dayquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(evidence="") | models.Q(other_no__isnull=False) & ~models.Q(answer=""),
                name="statements_evidence_answers",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, _drop_pairs),
    ]
