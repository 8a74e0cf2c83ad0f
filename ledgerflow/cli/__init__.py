"""The ``ledgerflow`` command: one table of commands, each a module that is imported only when asked for.

A command module has ``HELP`` (one line, a plain string), ``add_arguments(parser)`` and ``run(options) ->
int``. Errors end as one sentence on stderr. Exit status 0 done, 1 failed, 2 bad usage or bad input.
"""

import argparse
import ast
import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from ledgerflow.core.errors import LedgerFlowError

DONE, FAILED, BAD_INPUT = 0, 1, 2
_INTERRUPTED = 130


class Needs(Enum):
    """What must be up before a command's module is imported and run."""

    NOTHING = "nothing"
    SETTINGS = "Django's settings"
    DATABASE = "settings and a running, migrated database"


class Command(NamedTuple):
    """Where a command lives and what it needs."""

    module: str
    needs: Needs


COMMANDS: dict[str, Command] = {
    "up": Command("ledgerflow.cli.up", Needs.DATABASE),
    "demo": Command("ledgerflow.cli.demo", Needs.DATABASE),
    "link": Command("ledgerflow.cli.link", Needs.DATABASE),
    "read": Command("ledgerflow.cli.read", Needs.NOTHING),
    "classify": Command("ledgerflow.cli.classify", Needs.NOTHING),
    "import": Command("ledgerflow.cli.import_files", Needs.DATABASE),
    "review": Command("ledgerflow.cli.review", Needs.DATABASE),
    "opening": Command("ledgerflow.cli.opening", Needs.DATABASE),
    "post": Command("ledgerflow.cli.post", Needs.DATABASE),
    "report": Command("ledgerflow.cli.report", Needs.DATABASE),
    "rates": Command("ledgerflow.cli.rates", Needs.DATABASE),
    "close": Command("ledgerflow.cli.close", Needs.DATABASE),
    "reopen": Command("ledgerflow.cli.reopen", Needs.DATABASE),
    "purge": Command("ledgerflow.cli.purge", Needs.DATABASE),
    "export": Command("ledgerflow.cli.export", Needs.DATABASE),
    "unpack": Command("ledgerflow.cli.unpack", Needs.DATABASE),
    "backup": Command("ledgerflow.cli.backup", Needs.SETTINGS),
    "restore": Command("ledgerflow.cli.restore", Needs.SETTINGS),
    "verify": Command("ledgerflow.cli.verify", Needs.DATABASE),
    "doctor": Command("ledgerflow.cli.doctor", Needs.DATABASE),
    "mcp": Command("ledgerflow.cli.mcp", Needs.DATABASE),
    "prepare": Command("ledgerflow.cli.prepare", Needs.DATABASE),
    "tools": Command("ledgerflow.cli.toolbox", Needs.SETTINGS),
    "worker": Command("ledgerflow.cli.worker", Needs.DATABASE),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview())
        return DONE if words else BAD_INPUT
    name, *rest = words
    if name not in COMMANDS:
        print(f"ledgerflow: there is no command “{name}”; `ledgerflow --help` lists them.", file=sys.stderr)
        return BAD_INPUT
    try:
        return _run(name, rest)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone: `ledgerflow read ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # the edge of the process: a sentence instead of a traceback
        if debug:
            raise
        hint = "" if isinstance(error, LedgerFlowError) else f" ({type(error).__name__}; --debug shows where)"
        print(f"ledgerflow {name}: {' '.join(str(error).split()) or 'failed'}{hint}", file=sys.stderr)
        return FAILED


def _run(name: str, arguments: Sequence[str]) -> int:
    command = COMMANDS[name]
    if command.needs is not Needs.NOTHING:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        importlib.import_module("django").setup()
    module: Any = importlib.import_module(command.module)
    parser = argparse.ArgumentParser(prog=f"ledgerflow {name}", description=module.HELP)
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    if command.needs is Needs.DATABASE:
        parser.add_argument(
            "--no-backup", action="store_true", help="make no dump before newer migrations are applied"
        )
    module.add_arguments(parser)
    try:
        options = parser.parse_args(arguments)
    except SystemExit as leaving:  # argparse has printed its sentence, or the help
        return leaving.code if isinstance(leaving.code, int) else BAD_INPUT
    is_needed = command.needs is Needs.DATABASE
    with _database(no_backup=options.no_backup) if is_needed else contextlib.nullcontext():
        status: int = module.run(options)
    return status


def _database(*, no_backup: bool) -> contextlib.AbstractContextManager[None]:
    module: Any = importlib.import_module("ledgerflow.cli.database")
    running: contextlib.AbstractContextManager[None] = module.running(no_backup=no_backup)
    return running


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name.ljust(width)}  {_help_of(command.module)}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "usage: ledgerflow COMMAND [OPTIONS]",
            "",
            "Statements in, books out.",
            "",
            *lines,
            "",
            "--debug shows tracebacks.",
        ]
    )


def _help_of(module: str) -> str:
    """The command's ``HELP``, read from its source: importing every command would take seconds and need settings."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return ""
    for statement in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="HELP")], value=ast.Constant(value=str() as text)):
                return text
    return ""
