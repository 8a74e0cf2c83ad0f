"""Which dumps stay: the newest of each of 7 days, 5 weeks and 12 months, and always the last good one."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from ledgerflow.ops.backups.errors import DamagedDumpError
from ledgerflow.ops.backups.manifests import Backup, check_bytes
from ledgerflow.ops.models import BackupReason

_KEPT: tuple[tuple[int, Callable[[datetime], object]], ...] = (
    (7, lambda moment: moment.date()),
    (5, lambda moment: moment.isocalendar()[:2]),
    (12, lambda moment: (moment.year, moment.month)),
)

#: Whatever else was made: a dump before a migration is not pushed out by the daily one an hour later.
_DAILY_STAY, _OTHERS_STAY = timedelta(days=2), timedelta(days=7)


def expendable(backups: Iterable[Backup], *, now: datetime) -> list[Backup]:
    """Return the dumps that may go, the newest first. Nothing may while none of those that stay is good."""
    newest_first = sorted(backups, key=lambda backup: backup.made_at, reverse=True)
    kept = {backup.path for count, period in _KEPT for backup in _newest_of_each(newest_first, count, period)}
    kept |= {backup.path for backup in newest_first if backup.made_at > now - _young(backup)}
    going = [backup for backup in newest_first if backup.path not in kept]
    if not going or any(_is_good(backup) for backup in newest_first if backup.path in kept):
        return going
    last_good = next((backup for backup in going if _is_good(backup)), None)
    return [backup for backup in going if backup is not last_good]


def _young(backup: Backup) -> timedelta:
    return _DAILY_STAY if backup.reason == BackupReason.DAILY else _OTHERS_STAY


def _newest_of_each(
    newest_first: Sequence[Backup], count: int, period: Callable[[datetime], object]
) -> list[Backup]:
    chosen: dict[object, Backup] = {}
    for backup in newest_first:
        chosen.setdefault(period(backup.made_at), backup)
    return list(chosen.values())[:count]


def _is_good(backup: Backup) -> bool:
    try:
        check_bytes(backup.path)
    except DamagedDumpError:
        return False
    return True
