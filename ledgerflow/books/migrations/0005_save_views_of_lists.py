import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('books', '0004_look_before_importing'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('list', models.SlugField(db_index=False, max_length=40, verbose_name='key of the list')),
                ('name', models.CharField(max_length=80)),
                ('asked', models.JSONField()),
                ('is_shared', models.BooleanField()),
                ('book', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.book')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('book'), models.F('list'), models.F('made_by'), django.db.models.functions.text.Lower('name'), condition=models.Q(('is_shared', False)), name='books_own_view_once_by_name', violation_error_message='You have a view of this list by that name already.'), models.UniqueConstraint(models.F('book'), models.F('list'), django.db.models.functions.text.Lower('name'), condition=models.Q(('is_shared', True)), name='books_shared_view_once_by_name', violation_error_message='The book has a shared view of this list by that name already.'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='books_view_has_a_name'), models.CheckConstraint(condition=django.db.models.lookups.Exact(models.Func('asked', function='jsonb_typeof', output_field=models.TextField()), 'object'), name='books_view_asks_by_name')],
            },
        ),
    ]
