"""What Beancount says of files: ``beancount_totals.py < QUESTIONS`` answers each question by one JSON object a line.

A question is ``{"path": ..., "through": [day, ...], "between": [[day, day], ...]}``, one a line. The answer has
``errors``, and by account and currency what stands on it through each day, and what moved between each two days, both
included, at the weight by which Beancount balances; ``units`` is what stands there in the end in its own currencies.
Amounts are texts.
"""

import json
import sys
from collections import defaultdict
from datetime import date
from decimal import Decimal

from beancount import loader
from beancount.core import convert
from beancount.core.data import Transaction


def _totals(entries, first, last, measure=convert.get_weight):
    totals = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, Transaction) and first <= entry.date <= last:
            for posting in entry.postings:
                amount = measure(posting)
                totals[f"{posting.account} {amount.currency}"] += amount.number
    # A price a unit was divided out of a total: what is left behind the twelfth digit is no money.
    return {name: f"{round(total, 12).normalize():f}" for name, total in totals.items()}


for line in sys.stdin:
    question = json.loads(line)
    found, errors, _ = loader.load_file(question["path"])
    days = [(date.min, date.fromisoformat(day)) for day in question["through"]]
    spans = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in question["between"]]
    answer = {
        "errors": [error.message for error in errors],
        "through": [_totals(found, *day) for day in days],
        "between": [_totals(found, *span) for span in spans],
        "units": _totals(found, date.min, date.max, convert.get_units),
    }
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
