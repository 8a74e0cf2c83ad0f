from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('books', '0001_initial'),
        ('classification', '0004_know_matched_lines'),
        ('ledger', '0011_guard_year_closings'),
        ('payees', '0002_keep_aliases_in_their_book'),
        ('statements', '0004_leave_no_line_unseen'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='classification',
            name='classification_entry_of_one_line',
        ),
        migrations.AddField(
            model_name='classification',
            name='is_counterpart',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name='classification',
            constraint=models.UniqueConstraint(condition=models.Q(('entry_number__isnull', False)), fields=('book', 'entry_number', 'is_counterpart'), name='classification_entry_of_one_line'),
        ),
        migrations.AddConstraint(
            model_name='classification',
            constraint=models.CheckConstraint(condition=models.Q(('is_counterpart', False), ('state', 'posted'), _connector='OR'), name='classification_counterpart_is_posted'),
        ),
    ]
