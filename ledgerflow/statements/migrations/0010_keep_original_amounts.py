from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("statements", "0009_ask_who_detaches_receipts"),
    ]

    operations = [
        migrations.AddField(
            model_name="statementline",
            name="original_amount",
            field=models.DecimalField(decimal_places=8, max_digits=24, null=True),
        ),
        migrations.AddField(
            model_name="statementline",
            name="original_currency",
            field=models.CharField(max_length=3, null=True),
        ),
        migrations.AddField(
            model_name="statementline",
            name="rate",
            field=models.DecimalField(decimal_places=12, max_digits=24, null=True),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("original_amount__isnull", True), ("original_currency__isnull", True), ("rate__isnull", True)), models.Q(("original_currency__isnull", False), ("original_currency__regex", "^[A-Z]{3}$"), models.Q(("original_currency", models.F("currency")), _negated=True)), _connector="OR"), name="statements_original_is_another_currency"),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(condition=models.Q(("rate__isnull", True), models.Q(("rate__gt", 0), ("rate__lt", Decimal("1E+12"))), _connector="OR"), name="statements_rate_is_above_zero"),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(condition=models.Q(("original_amount__isnull", True), models.Q(("original_amount__gt", Decimal("-1E+16")), ("original_amount__lt", Decimal("1E+16"))), _connector="OR"), name="statements_original_amount_is_a_number"),
        ),
    ]
