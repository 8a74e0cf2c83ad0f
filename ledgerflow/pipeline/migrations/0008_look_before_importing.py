import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('books', '0004_look_before_importing'),
        ('pipeline', '0007_ask_for_the_order_of_days'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='importrun',
            name='look',
            field=models.CharField(blank=True, choices=[('', 'imported at once'), ('first', 'shown before it is imported'), ('waits', 'waits for somebody to look at it'), ('done', 'looked at')], default='', max_length=5),
        ),
        migrations.AddField(
            model_name='importrun',
            name='looked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='importrun',
            name='looked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('look', 'waits'), _negated=True), models.Q(('asked_order__isnull', True), ('state', 'needs_you')), _connector='OR'), name='pipeline_who_waits_for_a_look_asks_for_nothing_else'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('look', 'done'), ('looked_at__isnull', False), ('looked_by__isnull', False)), models.Q(models.Q(('look', 'done'), _negated=True), ('looked_at__isnull', True), ('looked_by__isnull', True)), _connector='OR'), name='pipeline_looked_at_by_somebody'),
        ),
    ]
