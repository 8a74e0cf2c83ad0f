from django.db import migrations, models

# Rules with a search would take more lines without it, so they are switched off; one with nothing else has it as text.
_SWITCH_SEARCHES_OFF = """
    UPDATE classification_rule SET is_active = false, text = CASE WHEN text = '' THEN left(search, 200) ELSE text END
    WHERE search <> '';
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("classification", "0022_let_payees_be_merged")]

    operations = [
        migrations.AddField(
            model_name="rule",
            name="search",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=500, verbose_name="and"
            ),
        ),
        migrations.AddField(
            model_name="rule",
            name="stage",
            field=models.SmallIntegerField(
                choices=[(0, "before the others"), (1, "with the others"), (2, "where no other matches")],
                db_default=1,
                default=1,
            ),
        ),
        migrations.RemoveConstraint(model_name="rule", name="classification_rule_has_condition"),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=~models.Q(text="")
                | models.Q(least_amount__isnull=False)
                | models.Q(most_amount__isnull=False)
                | models.Q(bank_account__isnull=False)
                | ~models.Q(search=""),
                name="classification_rule_has_condition",
            ),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=models.Q(stage__in=(0, 1, 2)), name="classification_rule_stage_is_known"
            ),
        ),
        # Last, so that taking the migration back begins with it.
        migrations.RunSQL(migrations.RunSQL.noop, _SWITCH_SEARCHES_OFF),
    ]
