from decimal import Decimal

from django.db import migrations, models

# What was suggested by receipts before, and what undo would bring back of it; the last makes the table ready to be
# altered.
_LOWER = """
    UPDATE classification_classification SET confidence = 0.890 WHERE source = 'matched' AND confidence >= 0.9;
    UPDATE classification_changedline SET
        before = CASE WHEN before ->> 'source' = 'matched' AND (before ->> 'confidence')::numeric >= 0.9
            THEN jsonb_set(before, '{confidence}', '0.890') ELSE before END,
        after = CASE WHEN after ->> 'source' = 'matched' AND (after ->> 'confidence')::numeric >= 0.9
            THEN jsonb_set(after, '{confidence}', '0.890') ELSE after END
    WHERE before ->> 'source' = 'matched' OR after ->> 'source' = 'matched';
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("classification", "0040_say_sources_in_small_letters")]

    operations = [
        migrations.RunSQL(_LOWER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source", "matched"), _negated=True),
                    ("confidence__lt", Decimal("0.9")),
                    _connector="OR",
                ),
                name="classification_receipt_is_never_sure",
            ),
        ),
    ]
