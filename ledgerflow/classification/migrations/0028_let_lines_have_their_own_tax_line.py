from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("classification", "0027_guard_sharing")]

    operations = [
        migrations.AddField(
            model_name="classification",
            name="tax_line",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="classificationsplit",
            name="tax_line",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                condition=models.Q(("tax_line", ""), _negated=True),
                fields=["book"],
                name="classification_own_tax_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("tax_line", ""),
                    models.Q(("account__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="classification_own_tax_line_is_decided",
            ),
        ),
    ]
