from django.db import migrations

from ledgerflow.core.migrations import sql_beside


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0001_stage_proposals"),
        ("classification", "0008_keep_tags_in_their_book"),
        ("ledger", "0005_post_in_one_call"),
        ("statements", "0002_guard_lines"),
    ]

    operations = [sql_beside(__file__)]
