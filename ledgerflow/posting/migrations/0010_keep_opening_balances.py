import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('books', '0001_initial'),
        ('documents', '0002_keep_originals'),
        ('posting', '0007_guard_exchanges'),
        ('statements', '0004_leave_no_line_unseen'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OpeningBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField()),
                ('amount', models.DecimalField(decimal_places=4, max_digits=20)),
                ('currency', models.CharField(max_length=3)),
                ('entry_number', models.BigIntegerField(null=True)),
                ('posted_at', models.DateTimeField()),
                ('reversed_by_number', models.BigIntegerField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, default='', max_length=500)),
                ('bank_account', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='statements.bankaccount')),
                ('book', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.book')),
                ('document', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('posted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('statement', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='statements.statement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('book', 'bank_account'), name='posting_opening_once'), models.UniqueConstraint(fields=('book', 'entry_number'), name='posting_opening_entry_once'), models.CheckConstraint(condition=models.Q(models.Q(('amount', 0), ('entry_number__isnull', True)), models.Q(models.Q(('amount', 0), _negated=True), ('entry_number__isnull', False)), _connector='OR'), name='posting_opening_by_an_entry'), models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at__isnull', True), ('reversed_by_number__isnull', True), ('statement__isnull', False)), models.Q(('ended_at__isnull', False), models.Q(('end_reason', ''), _negated=True), models.Q(('entry_number__isnull', True), ('reversed_by_number__isnull', False), _connector='OR')), _connector='OR'), name='posting_opening_lives_or_ended')],
            },
        ),
    ]
