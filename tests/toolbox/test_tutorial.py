"""docs/tools/tutorial.md, followed to the letter: its files are written and its commands run as they stand there."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledgerflow.toolbox.models import Tool
from ledgerflow.toolbox.services.configuration import configure_tool
from ledgerflow.toolbox.services.registry import sync_tools
from tests.sources import ROOT, text
from tests.toolbox import test_registry
from tests.toolbox.workbench import NOW, Workbench
from tools._shared.tests.http import served

PAGE = "docs/tools/tutorial.md"
PATH = "tools.bank_days.next_bank_day"
#: What the test does by the services, because it needs the database.
IN_THE_DATABASE = ("ledgerflow tools sync", "ledgerflow tools run")
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A file to write, or a command with what it must print."""

    file: str = ""
    content: str = ""
    command: str = ""
    prints: str = ""


def steps() -> Iterator[Step]:
    for language, file, content in _BLOCK.findall(text(PAGE)):
        if language == "console":
            for command, prints in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", content, re.MULTILINE):
                yield Step(command=command, prints=prints)
        elif file:
            yield Step(file=file, content=content)
        else:
            assert language == "text", f"a block of {language} is neither a file nor a command"


@dataclass(frozen=True)
class Checkout:
    """A tree with the contract, the shared parts, and no tool."""

    folder: Path

    def run(self, command: str) -> str:
        python = str(Path(sys.executable).parent)
        words = (
            command.replace("ledgerflow ", "python -m ledgerflow.cli ", 1)
            if command.startswith("ledgerflow ")
            else command
        )
        done = subprocess.run(
            ["bash", "-euc", words],
            cwd=self.folder,
            env={"PATH": f"{python}:/usr/bin:/bin", "PYTHONPATH": f"{self.folder}:{ROOT}", "DEBUG": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def follow(self, step: Step) -> None:
        if step.file:
            (self.folder / step.file).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / step.file).write_text(step.content)
        elif not step.command.startswith(IN_THE_DATABASE):
            printed = self.run(step.command)
            assert step.prints in {"", printed}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "checkout"
    (folder / "tools").mkdir(parents=True)
    for name in ("__init__.py", "contract.py"):
        shutil.copy(ROOT / "tools" / name, folder / "tools")
    shutil.copytree(ROOT / "tools" / "_shared", folder / "tools" / "_shared")
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "pytest.ini").write_text("[pytest]\n")
    return Checkout(folder)


def test_the_tutorial_ends_with_a_tool_that_is_enabled_set_up_and_called(
    checkout: Checkout, bench: Workbench, settings: pytest.FixtureRequest
) -> None:
    for step in steps():
        checkout.follow(step)

    assert checkout.run("ruff check --no-cache tools/bank_days") == "All checks passed!\n"
    checkout.run("ruff format --no-cache --check tools/bank_days")
    shutil.copytree(checkout.folder / "tools" / "bank_days", bench.folder / "bank_days")
    done = sync_tools(now=NOW)
    tool = Tool.objects.get(module_path=PATH)
    assert PATH in done.added
    assert (tool.version, tool.enabled) == ("0.3.0", False)

    # Its own last step runs all tests, in which a tool of one's own is none of those that are shipped.
    test_registry.test_a_shipped_tool_that_waits_at_an_upgrade_says_so_by_its_version()

    bench.register(PATH)
    holiday = {"date": "2026-12-25", "name": "Christmas Day"}
    with served(lambda _: (200, {}, json.dumps([holiday]).encode())) as address:
        assert bench.call(PATH, day="2026-12-25").result["because"] == []  # without a calendar
        settings.OWN_SERVICES = (address,)
        configure_tool(tool=tool, book=None, values={"calendar": address}, user=bench.admin, now=NOW)
        (called,) = (step for step in steps() if step.command.startswith("ledgerflow tools run"))
        path, _, arguments = shlex.split(called.command)[3:]
        answer = bench.call(path, **json.loads(arguments))

    assert json.dumps(answer.result, indent=1) + "\n" == called.prints


def test_every_file_of_the_tutorial_is_of_its_tool() -> None:
    followed = list(steps())

    assert {step.file.split("/")[1] for step in followed if step.file} == {"bank_days"}
    assert next(step.command for step in followed if step.command) == "ledgerflow tools new bank_days"
