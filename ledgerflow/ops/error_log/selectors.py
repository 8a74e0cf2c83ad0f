"""What is in the error log."""

from ledgerflow.ops.models import ErrorEvent


def open_errors(*, at_most: int = 1000) -> int:
    """Return how many kinds of errors nobody called fixed or ignored, counted no further than ``at_most``."""
    return ErrorEvent.objects.filter(state=ErrorEvent.State.OPEN)[:at_most].count()
