"""What counts no longer of the use of links is thrown away."""

from django.utils import timezone

from ledgerflow.asking.limits import forget_old_uses
from ledgerflow.core.jobs import DEFAULT, periodic_job


@periodic_job(name="asking.forget_old_uses", cron="41 * * * *", queue=DEFAULT)
def forget() -> None:
    """Remove counts of links that are an hour old."""
    forget_old_uses(now=timezone.now())
