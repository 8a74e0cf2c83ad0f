from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pipeline', '0003_choose_columns'),
    ]

    operations = [
        migrations.AddField(
            model_name='importrun',
            name='read_by',
            field=models.JSONField(null=True),
        ),
    ]
