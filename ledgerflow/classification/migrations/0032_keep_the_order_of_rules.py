from django.db import migrations
from django.utils import timezone


def keep_the_order(apps, schema_editor):
    # What it works with are the conditions of a rule and nothing that a later version adds to one.
    from ledgerflow.classification.services.former_order import keep_former_order

    alias = schema_editor.connection.alias
    rules = apps.get_model("classification", "Rule").objects.using(alias)
    lines = apps.get_model("statements", "StatementLine").objects.using(alias)
    now = timezone.now()
    for book_id in sorted(set(rules.values_list("book_id", flat=True))):
        keep_former_order(
            rules=rules.filter(book_id=book_id), lines=lines.filter(book_id=book_id), now=now
        )


class Migration(migrations.Migration):
    """The more specific rule wins since 0023, so rules of before are kept in the order in which they stood.

    Going back takes nothing back: without stages rules are in that order by themselves, and a rule that only suggests
    is let accept again by a person.
    """

    dependencies = [("classification", "0031_guard_business_use")]

    operations = [migrations.RunPython(keep_the_order, migrations.RunPython.noop)]
