from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0023_check_without_constraints"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="journalline",
            name="ledger_line_register",
        ),
        migrations.AddIndex(
            model_name="journalline",
            index=models.Index(
                fields=["book", "account", "date", "entry_number", "no"],
                include=["amount", "base_amount"],
                name="ledger_line_register",
            ),
        ),
    ]
