from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('books', '0003_guard_four_eyes'),
    ]

    operations = [
        migrations.AddField(
            model_name='book',
            name='looks_first',
            field=models.BooleanField(default=False),
        ),
    ]
