import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('users', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='is_compact',
            field=models.BooleanField(default=False, verbose_name='lists with less room between the rows'),
        ),
        migrations.AddField(
            model_name='user',
            name='list_columns',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(models.Func('list_columns', function='jsonb_typeof', output_field=models.TextField()), 'object'), name='users_columns_are_by_list'),
        ),
    ]
