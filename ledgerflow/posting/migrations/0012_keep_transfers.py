import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('books', '0001_initial'),
        ('posting', '0011_guard_opening_balances'),
        ('statements', '0004_leave_no_line_unseen'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Django alters no composite key; PostgreSQL does.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE posting_reversedposting DROP CONSTRAINT posting_reversedposting_pkey,"
                    " ADD PRIMARY KEY (book_id, entry_number, line_id)",
                    "ALTER TABLE posting_reversedposting DROP CONSTRAINT posting_reversedposting_pkey,"
                    " ADD PRIMARY KEY (book_id, entry_number)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='reversedposting',
                    name='pk',
                    field=models.CompositePrimaryKey('book_id', 'entry_number', 'line_id', blank=True, editable=False, primary_key=True, serialize=False),
                ),
            ],
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('confirmed', 'Confirmed'), ('rejected', 'Rejected'), ('ended', 'Ended')], max_length=9)),
                ('out_entry', models.BigIntegerField(null=True)),
                ('in_entry', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('book', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.book')),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('in_line', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='statements.statementline')),
                ('out_line', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='statements.statementline')),
            ],
            options={
                'indexes': [models.Index(fields=['book', 'out_entry'], name='posting_transfer_by_out'), models.Index(fields=['book', 'in_entry'], name='posting_transfer_by_in')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'confirmed')), fields=('book', 'out_line'), name='posting_transfer_out_once'), models.UniqueConstraint(condition=models.Q(('state', 'confirmed')), fields=('book', 'in_line'), name='posting_transfer_in_once'), models.UniqueConstraint(condition=models.Q(('state', 'ended'), _negated=True), fields=('book', 'out_line', 'in_line'), name='posting_transfer_pair_once'), models.CheckConstraint(condition=models.Q(models.Q(('in_entry__isnull', False), ('out_entry__isnull', False), ('state', 'confirmed')), models.Q(('in_entry__isnull', True), ('out_entry__isnull', True), ('state', 'rejected')), ('state', 'ended'), _connector='OR'), name='posting_transfer_by_entries'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state', 'ended')), models.Q(models.Q(('state', 'ended'), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='posting_transfer_ended_once')],
            },
        ),
    ]
