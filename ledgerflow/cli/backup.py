"""``ledgerflow backup``: dumps that are verified before they count."""

import argparse
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from ledgerflow.cli import DONE, FAILED, output
from ledgerflow.cli.database import running
from ledgerflow.ops.backups import services
from ledgerflow.ops.backups.errors import BackupError, DamagedDumpError
from ledgerflow.ops.backups.manifests import dumps_in, read_manifest
from ledgerflow.ops.backups.restoring import verified
from ledgerflow.ops.models import BackupReason

HELP = (
    "make, list, verify and prune backups, restore one for trial, bring files of documents back: "
    "backup create|list|verify|prune|drill|documents"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", help="make a dump, verified, with its manifest and its documents")
    create.add_argument("--to", type=Path, metavar="FOLDER", help="instead of the folder of backups")
    listing = actions.add_parser("list", help="list the dumps, the newest first")
    verify = actions.add_parser("verify", help="compare dumps with their manifests, to the last row")
    verify.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="all of the folder if none is given"
    )
    verify.add_argument("--identity", type=Path, metavar="FILE", help="the private key, for encrypted dumps")
    actions.add_parser("prune", help="remove what 7 daily, 5 weekly and 12 monthly dumps do not keep")
    actions.add_parser("drill", help="restore the newest backup into a scratch server and verify it, now")
    documents = actions.add_parser(
        "documents", help="put files of documents that are missing back, from the folder of backups"
    )
    documents.add_argument(
        "--identity", type=Path, metavar="FILE", help="the private key, for encrypted ones"
    )
    for each in (create, listing, verify):
        output.add_format_argument(each)


def run(options: argparse.Namespace) -> int:
    """Do it."""
    return _ACTIONS[options.action](options)


def _create(options: argparse.Namespace) -> int:
    folder = options.to.expanduser().resolve() if options.to else None
    with running(no_backup=True):
        backup = services.create_dump(reason=BackupReason.ASKED, now=timezone.now(), folder=folder)
    output.print_rows([_row(backup.path)], options.format)
    return DONE


def _list(options: argparse.Namespace) -> int:
    rows = [_row(path) for path in dumps_in(settings.BACKUP_DIR)]
    output.print_rows(rows, options.format, empty=f"There is no dump in {settings.BACKUP_DIR}.")
    return DONE


def _verify(options: argparse.Namespace) -> int:
    rows = []
    for path in options.files or dumps_in(settings.BACKUP_DIR):
        problem = ""
        try:
            with verified(path, identity=options.identity):
                pass
        except BackupError as error:
            problem = str(error)
        rows.append({"file": str(path), "state": "damaged" if problem else "good", "problem": problem})
    output.print_rows(rows, options.format, empty=f"There is no dump in {settings.BACKUP_DIR}.")
    return FAILED if any(row["problem"] for row in rows) or not rows else DONE


def _prune(_options: argparse.Namespace) -> int:
    with running(no_backup=True):
        gone = services.prune(now=timezone.now())
    print(f"{len(gone)} removed{': ' if gone else ''}{', '.join(gone)}")
    return DONE


def _drill(_options: argparse.Namespace) -> int:
    with running(no_backup=True):
        drill = services.run_drill(now=timezone.now())
    if drill.error:
        print(f"The drill failed: {drill.error}")
        return FAILED
    if drill.dump_seconds is not None:
        print(f"{drill.dump_name} restored and verified in {drill.dump_seconds:.1f} s")
    if drill.note:
        print(drill.note)
    if drill.moment is not None and drill.moment_seconds is not None:
        print(
            f"The books of {drill.moment:%Y-%m-%d %H:%M:%S %Z} restored and verified in {drill.moment_seconds:.1f} s"
        )
    if drill.loss_seconds is not None:
        print(f"Lost if the database vanished now: the last {drill.loss_seconds:.1f} s")
    return DONE


def _documents(options: argparse.Namespace) -> int:
    with running(no_backup=True):
        services.bring_documents_back(identity=options.identity)
    print("Every document has its file.")
    return DONE


def _row(path: Path) -> output.Row:
    try:
        backup = read_manifest(path)
    except DamagedDumpError as error:
        return {"file": str(path), "made": "", "why": str(error), "bytes": None, "books": None, "lines": None}
    return {
        "file": str(path),
        "made": backup.made_at.isoformat(timespec="seconds"),
        "why": backup.reason,
        "bytes": backup.size,
        "books": len(backup.facts["books"]),
        "lines": backup.lines,
    }


_ACTIONS = {
    "create": _create,
    "list": _list,
    "verify": _verify,
    "prune": _prune,
    "drill": _drill,
    "documents": _documents,
}
