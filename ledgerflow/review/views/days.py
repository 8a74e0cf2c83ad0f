"""Which days the queue keeps to: the checklist of a period leads to the lines of that period."""

from django.http import HttpRequest

from ledgerflow.core.periods import EARLIEST, LATEST, Period
from ledgerflow.posting.receipt_forms import DaysForm


def asked_days(request: HttpRequest) -> Period | None:
    """Return the days that the address asks for (``from``, ``to``), ``None`` for all and for what are no days."""
    form = DaysForm(request.GET)
    if not form.is_valid():
        return None
    first, last = form.cleaned_data["from"], form.cleaned_data["to"]
    if (first is None and last is None) or (first or EARLIEST) > (last or LATEST):
        return None
    return Period(first or EARLIEST, last or LATEST)
