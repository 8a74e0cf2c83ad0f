"""Post two-line entries through django-ledger's models: ``django_ledger_post.py ENTRIES`` prints entries per second.

Runs in `.venv-peers`, in an empty database of the server that LedgerFlow is measured on; ``PEER_DATABASE`` says where,
as Django's settings for it in JSON.
"""

import json
import os
import sys
import time
from decimal import Decimal

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="a peer in a benchmark needs a key of some length, nothing more",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django_ledger",
    ],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.postgresql", **json.loads(os.environ["PEER_DATABASE"])}
    },
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    LOGGING_CONFIG=None,
)
django.setup()

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone
from django_ledger.models import EntityModel, JournalEntryModel, TransactionModel


def main(entries: int) -> None:
    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_user("bench", "bench@example.org", "bench")
    entity = EntityModel.create_entity(name="Bench", admin=user, use_accrual_method=False, fy_start_month=1)
    entity.create_chart_of_accounts(assign_as_default=True, commit=True, coa_name="bench")
    entity.populate_default_coa(activate_accounts=True)
    accounts = entity.get_default_coa_accounts()
    cash, expense = (
        accounts.filter(role="asset_ca_cash").first(),
        accounts.filter(role__startswith="ex").first(),
    )
    ledger = entity.create_ledger(name="Bench", posted=True)
    began = time.perf_counter()
    for _ in range(entries):
        entry = JournalEntryModel(ledger=ledger, timestamp=timezone.now(), description="bench")
        entry.save(verify=False)
        TransactionModel.objects.bulk_create(
            [
                TransactionModel(journal_entry=entry, account=account, amount=Decimal("10.00"), tx_type=kind)
                for account, kind in ((cash, "credit"), (expense, "debit"))
            ]
        )
        entry.mark_as_posted(verify=True, commit=True)
    print(entries / (time.perf_counter() - began))


main(int(sys.argv[1]))
