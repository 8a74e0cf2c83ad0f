"""What a person decides about errors that were kept."""

from collections.abc import Iterable

from ledgerflow.ops.models import ErrorEvent


def set_state(*, errors: Iterable[ErrorEvent], state: ErrorEvent.State) -> int:
    """Call the errors open, ignored or fixed; return how many. A fixed one that comes again is open again."""
    return ErrorEvent.objects.filter(pk__in=[error.pk for error in errors]).update(state=state)
