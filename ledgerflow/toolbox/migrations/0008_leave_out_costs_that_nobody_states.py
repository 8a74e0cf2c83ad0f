from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("toolbox", "0007_ask_who_agreed_and_for_references")]

    operations = [
        migrations.RemoveField(model_name="toolrun", name="cost"),
        migrations.RemoveField(model_name="toolrun", name="cost_currency"),
    ]
