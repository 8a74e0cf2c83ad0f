"""``ledgerflow up``: database, web and worker in the foreground."""

import argparse

from django.conf import settings
from django.utils import timezone

from ledgerflow import embedded
from ledgerflow.cli.address import base_address
from ledgerflow.cli.database import DatabaseKeeper
from ledgerflow.cli.link import sign_in_link
from ledgerflow.cli.processes import Processes, free_port, lan_address
from ledgerflow.toolbox.services.registry import sync_tools

HELP = "run database, web and worker in the foreground; Ctrl-C stops, data stays"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the port and whom to listen to."""
    parser.add_argument(
        "--port", type=int, default=settings.ENV.port, help="port of the web server (default 9000)"
    )
    parser.add_argument(
        "--lan", action="store_true", help="listen to the local network, not to this machine only"
    )
    parser.add_argument("--web-only", action="store_true", help="start no worker; one runs elsewhere")


def run(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    serve(port=options.port, lan=options.lan, web_only=options.web_only)
    return 0


def serve(*, port: int, lan: bool = False, web_only: bool = False) -> None:
    """Run web and worker until SIGINT or SIGTERM, printing five lines once the first page answers."""
    _archive_wal()
    sync_tools(now=timezone.now())
    chosen = free_port(port, lan=lan)
    with Processes(settings.DATA_DIR) as processes:
        processes.start_web(port=chosen, lan=lan, workers=settings.ENV.web_concurrency)
        if not web_only:
            processes.start_worker()
        processes.wait_for_page(port=chosen)
        address = (
            f"http://{lan_address()}:{chosen}"
            if lan and not settings.LEDGERFLOW_URL
            else base_address(chosen)
        )
        busy = f" (port {port} is busy)" if chosen != port else ""
        print(f"Data     {settings.DATA_DIR}")
        print(f"Address  {address}{busy}")
        print(f"Sign in  {sign_in_link(None, port=chosen)}  (once, within a day)")
        print(f"Workers  {'none: --web-only' if web_only else '1'}")
        print("Ctrl-C stops; data stays.", flush=True)
        processes.watch(keep_up=DatabaseKeeper().keep_up)


def _archive_wal() -> None:
    """Have every commit archived from now on, by other commands too: here runs the worker that copies and prunes."""
    if settings.USES_EMBEDDED_DATABASE:
        archive = embedded.Archive(settings.BACKUP_DIR / "recovery")
        embedded.archive_wal(settings.DATA_DIR, archive if settings.POINT_IN_TIME else None)
