from django.db import migrations, models


class Migration(migrations.Migration):
    """The cost that 0008 left out, because now a tool can state it (docs/decisions/0070)."""

    dependencies = [("toolbox", "0012_guard_consent_to_remote_tools")]

    operations = [
        migrations.AddField(
            model_name="toolrun",
            name="cost",
            field=models.DecimalField(blank=True, decimal_places=8, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name="toolrun",
            name="cost_currency",
            field=models.CharField(blank=True, db_default="", max_length=3),
        ),
        migrations.AddConstraint(
            model_name="toolrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("cost", None), ("cost_currency", ""))
                | models.Q(
                    ("cost__isnull", False), ("cost__range", (0, 1000000)), ("cost_currency__regex", "^[A-Z]{3}$")
                ),
                name="toolbox_cost_has_a_currency",
            ),
        ),
    ]
