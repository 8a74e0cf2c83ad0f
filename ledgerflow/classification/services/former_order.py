"""Keeping the order of rules that were made when the one that stood first won."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ledgerflow.classification.engine import searched
from ledgerflow.classification.former_order import former_order
from ledgerflow.classification.models import Rule
from ledgerflow.classification.selectors import value_without_tax_line


def keep_former_order(*, rules: "QuerySet[Any]", lines: "QuerySet[Any]", now: datetime) -> None:
    """Let the rules of one book, of before there were stages, take the lines that they took; ``lines`` are its lines.

    Where their order cannot be kept, a rule that accepted and would now come before another one only suggests. What has
    a stage or a search was made since, under the order of today, and stays as it is.
    """
    before = rules.filter(is_active=True, account__is_archived=False, stage=Rule.Stage.USUAL, search="")
    values = [value_without_tax_line(rule) for rule in before.select_related("account", "bank_account")]
    texts = lines.order_by().values_list("description", "counterparty").distinct()
    kept = former_order(values, (searched(*text) for text in texts.iterator()))
    rules.filter(pk__in=kept.first).update(stage=Rule.Stage.FIRST)
    rules.filter(pk__in=kept.suggesting).update(mode=Rule.Mode.SUGGEST, fell_back_at=now)
