from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("classification", "0015_keep_offers_in_their_book")]

    operations = [
        migrations.RemoveIndex(model_name="classification", name="classification_by_promise"),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                fields=["book", "-line"],
                name="classification_unattended",
                condition=models.Q(decided_by__isnull=True, state="accepted"),
            ),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                fields=["book", "-entry_number"],
                name="classification_unattended_post",
                condition=models.Q(decided_by__isnull=True, state="posted"),
            ),
        ),
    ]
