"""``ledgerflow restore``: the books of a dump or of any archived second, proved before they replace the live ones."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from ledgerflow.cli import BAD_INPUT, DONE, FAILED
from ledgerflow.cli.database import running, server_running
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ops.backups import services
from ledgerflow.ops.backups.access import owner
from ledgerflow.ops.backups.errors import DamagedDumpError
from ledgerflow.ops.backups.restores import (
    Confirm,
    DeclinedError,
    Proposal,
    Restored,
    newest_good_dump,
    restore_dump,
    restore_moment,
)
from ledgerflow.ops.models import BackupReason

HELP = "bring back the books of a dump or of a second: restore --to TIME|latest|FILE"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take whence and how sure the person is."""
    parser.add_argument(
        "--to",
        required=True,
        metavar="TIME|latest|FILE",
        help='a moment such as "2026-11-23 14:05:00" (embedded database), the latest there is, or a dump',
    )
    parser.add_argument(
        "--dumps", action="store_true", help="with latest: the newest good dump, not the archived WAL"
    )
    parser.add_argument("--yes", action="store_true", help="replace the live books without asking")
    parser.add_argument(
        "--dry-run", action="store_true", help="restore beside, verify, compare and leave it at that"
    )
    parser.add_argument(
        "--drop-existing",
        action="store_true",
        help="with a dump: do not keep the replaced database for 7 days",
    )
    parser.add_argument(
        "--confirm", metavar="NAME", help="with --drop-existing: the name of the database, typed"
    )
    parser.add_argument("--identity", type=Path, metavar="FILE", help="the private key, for encrypted dumps")


def run(options: argparse.Namespace) -> int:
    """Restore beside, show what would change, and swap when that is confirmed; 2 when the dump is refused."""
    moment = _moment(options.to)
    by_wal = moment is not None or (
        options.to == "latest" and not options.dumps and settings.USES_EMBEDDED_DATABASE and _has_archive()
    )
    if by_wal and options.drop_existing:
        raise LedgerFlowError("--drop-existing goes with a dump; what a moment replaces is kept for 7 days.")
    _confirmed_by_name(options)
    now = timezone.now()
    try:
        if by_wal:
            restored = restore_moment(moment, confirm=_asker(options))
            if restored.kept_as:
                _begin_again()
        else:
            restored = _from_dump(options, now)
    except DeclinedError as error:
        print(error)
        return DONE if options.dry_run else FAILED
    except DamagedDumpError as error:
        print(f"ledgerflow restore: {error}", file=sys.stderr)
        return BAD_INPUT
    print(f"Restored: {restored.what}. Nobody could work for {restored.seconds_away:.2f} s.")
    print(_kept(restored))
    return DONE


def _from_dump(options: argparse.Namespace, now: datetime) -> Restored:
    with server_running():
        dump = newest_good_dump(settings.BACKUP_DIR) if options.to == "latest" else _file(options.to)
        return restore_dump(
            dump,
            confirm=_asker(options),
            now=now,
            identity=options.identity,
            keep_replaced=not options.drop_existing,
        )


def _begin_again() -> None:
    """Copy the restored cluster: its WAL follows nothing that was archived before.

    Where there was no cluster before, this process does not know the restored passwords, and a worker does it.
    """
    if not settings.POINT_IN_TIME:
        return
    with running(no_backup=True):
        # A worker that runs may be quicker.
        services.create_base_backup(reason=BackupReason.RESTORE, now=timezone.now(), only_first=True)


def _asker(options: argparse.Namespace) -> Confirm:
    def ask(proposal: Proposal) -> bool:
        for line in _described(proposal):
            print(line)
        sys.stdout.flush()
        if options.dry_run:
            return False
        if options.yes or options.confirm:
            return True
        if not sys.stdin.isatty():
            raise LedgerFlowError("Say --yes to let the restored books take the live ones' place.")
        return input("Type yes to let them take the live ones' place: ").strip().lower() == "yes"

    return ask


def _described(proposal: Proposal) -> list[str]:
    lines = [proposal.warning] if proposal.warning else []
    lines.append(f"Restored beside the live database and verified: {proposal.what}.")
    if proposal.differences is None:
        lines.append("The live books cannot be read, so nothing can be compared with them.")
    elif not proposal.differences:
        lines.append("Every posted entry is the same in the live books.")
    else:
        lines.append("Against the live books:")
        lines += [f"  {difference.sentence}" for difference in proposal.differences]
    return lines


def _confirmed_by_name(options: argparse.Namespace) -> None:
    if not options.drop_existing:
        return
    name = owner().dbname
    if options.confirm is None and sys.stdin.isatty():
        options.confirm = input(f"The database {name} will be gone for ever. Type its name: ").strip()
    if options.confirm != name:
        raise LedgerFlowError(
            f"Nothing was done: --drop-existing needs the name of the database, --confirm {name}."
        )


def _kept(restored: Restored) -> str:
    if not restored.kept_as:
        return "No replaced database is kept."
    return f"The replaced database is kept for {services.KEPT_FOR.days} days as {restored.kept_as}."


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))


def _file(text: str) -> Path:
    for path in (Path(text).expanduser(), settings.BACKUP_DIR / text):
        if path.is_file():
            return path.resolve()
    raise LedgerFlowError(
        f"{text} is neither a moment such as 2026-11-23 14:05:00, nor latest, nor a file, nor a dump in "
        f"{settings.BACKUP_DIR}."
    )


def _has_archive() -> bool:
    return bool(services.recovery_archive().generations())
