from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("statements", "0008_guard_receipts_of_lines"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="linereceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(detached_at__isnull=True)
                | models.Q(line__isnull=True)
                | models.Q(detached_by__isnull=False, detach_reason__regex=r"[^[:space:]]"),
                name="statements_receipt_detached_by_somebody",
            ),
        )
    ]
