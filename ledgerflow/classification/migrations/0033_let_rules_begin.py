from django.db import migrations, models


class Migration(migrations.Migration):
    """Rules of before are about every line, as they were: which were meant for future lines only nothing tells."""

    dependencies = [("classification", "0032_keep_the_order_of_rules")]

    operations = [
        migrations.AddField("rule", "after_line", models.BigIntegerField(editable=False, null=True)),
    ]
