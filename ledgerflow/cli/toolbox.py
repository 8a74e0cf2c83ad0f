"""``ledgerflow tools``: the registry."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from django.utils import timezone

from ledgerflow.cli import DONE, FAILED, output, tool_prune, tool_run
from ledgerflow.cli.database import running
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.toolbox.selectors import tools_with_health
from ledgerflow.toolbox.services.registry import sync_tools
from ledgerflow.toolbox.skeleton import SkeletonError, write_skeleton

HELP = (
    "look for tool packages, list tools, call one, write the files of a new one, or take old records away: "
    "tools sync|list|run|new|prune"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    sync = actions.add_parser(
        "sync", help="register what the packages below tools/ offer; enables nothing new"
    )
    listing = actions.add_parser("list", help="list the tools with how they stand and how they did lately")
    tool_run.add_arguments(
        actions.add_parser("run", help="call a tool and print its result as JSON; the call is on record")
    )
    new = actions.add_parser("new", help="write the files of a new tool, with a test that passes")
    new.add_argument("name", metavar="NAME", help="of the package, as in word_counter")
    new.add_argument("--into", type=Path, metavar="FOLDER", help="instead of the folder of the other tools")
    tool_prune.add_arguments(
        actions.add_parser("prune", help="take old runs, and what they sent, off the record; as the owner")
    )
    for each in (sync, listing):
        output.add_format_argument(each)


def run(options: argparse.Namespace) -> int:
    """Do it."""
    return _ACTIONS[options.action](options)


def _sync(options: argparse.Namespace) -> int:
    """Print what changed; 1 when a package does not load."""
    with running():
        done = sync_tools(now=timezone.now())
    rows: list[output.Row] = [
        *_rows("registered", "", done.added),
        *_rows("waits for consent", "Look at what it asks for on its page under Tools.", done.waiting),
        *_rows("missing", "Its package no longer offers it: remap it in the administration.", done.missing),
        *_rows("found again", "", done.returned),
        *(
            {"tool": f"tools.{name}", "what": "does not load", "detail": why}
            for name, why in done.broken.items()
        ),
    ]
    output.print_rows(rows, options.format, empty="Nothing changed.")
    return FAILED if done.broken else DONE


def _rows(what: str, detail: str, paths: list[str]) -> list[dict[str, object]]:
    return [{"tool": path, "what": what, "detail": detail} for path in paths]


def _list(options: argparse.Namespace) -> int:
    with running():
        rows = [
            {
                "tool": each.tool.module_path,
                "kind": each.tool.kind,
                "version": each.tool.version,
                "state": str(each.tool.state),
                "detail": each.tool.problem or "; ".join(each.tool.beyond_consent) or None,
                "enabled_by": each.tool.enabled_by.email if each.tool.enabled_by else None,
                "last_run": each.last_started_at.isoformat() if each.last_started_at else None,
                "error_rate": None if each.error_rate is None else f"{each.error_rate:.2f}",
                "median_ms": None if each.median_ms is None else f"{each.median_ms:.1f}",
            }
            for each in tools_with_health()
        ]
    output.print_rows(rows, options.format, empty="No tools; `ledgerflow tools sync` looks for them.")
    return DONE


def _new(options: argparse.Namespace) -> int:
    try:
        written = write_skeleton(options.name, folder=options.into)
    except SkeletonError as error:
        raise LedgerFlowError(str(error)) from None
    for path in written:
        print(path)
    print(f"Try its test: python -m pytest tools/{options.name}; then `ledgerflow tools sync` registers it.")
    return DONE


_ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "sync": _sync,
    "list": _list,
    "run": tool_run.run,
    "new": _new,
    "prune": tool_prune.run,
}
