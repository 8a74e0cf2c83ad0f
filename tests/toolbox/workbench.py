"""A committed database, a folder of packages and a book for the tests of a module that call tools for real."""

import datetime as dt
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

import tools
from ledgerflow.toolbox.loader import package_of
from ledgerflow.toolbox.models import Asker, Tool, ToolRun
from ledgerflow.toolbox.services.attempts import TOOLS
from ledgerflow.toolbox.services.calling import Answer, Asking, call_tool
from ledgerflow.toolbox.services.registry import enable_tool, sync_tools
from tests import databases
from tests.factories import BookFactory, MembershipFactory, UserFactory

NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
_HEAD = """
import datetime, os, sys, time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from tools.contract import (
    Context, HttpRefusedError, HttpUnreachableError, Manifest, Permissions, TemporaryToolError, ToolError,
)

@dataclass(frozen=True)
class Said:
    text: str
    number: int = 0

@dataclass(frozen=True)
class Held:
    value: Any

"""


class Workbench:
    """Packages are written, registered and enabled in one step; calls are made by an owner of the book."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.admin = UserFactory(is_firm_admin=True)
        self.member = MembershipFactory(user__name="Wilhelmina Vandersloot")
        self.book, self.user = self.member.book, self.member.user
        self._names = (f"bench_{number}" for number in itertools.count())

    def tool(
        self, body: str, *, arguments: str = "", permissions: str = "", enabled: bool = True, **manifest: Any
    ) -> str:
        """Make a tool ``act`` of the body of its function, registered and enabled, and return its path.

        ``reaches`` is the address of a service of the installation that its settings name.
        """
        path = self.write(body, arguments=arguments, permissions=permissions, **manifest)
        self.register(*([path] if enabled else []))
        return path

    def write(
        self,
        body: str,
        *,
        arguments: str = "",
        returns: str = "Said",
        permissions: str = "",
        reaches: str = "",
        **manifest: Any,
    ) -> str:
        """Write the package of a tool ``act`` of the body of its function and return its path."""
        name = next(self._names)
        if reaches:
            service = {"type": "string", "format": "own-service", "default": reaches}
            manifest["configuration"] = {"type": "object", "properties": {"service": service}}
        facts = {"version": "1.0.0", "kind": "other", "summary": "A tool of a test.", **manifest}
        said = ", ".join(f"{name}={value!r}" for name, value in facts.items())
        lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
        source = (
            f"{_HEAD}MANIFEST = Manifest({said}, permissions=Permissions({permissions}))\n"
            f'__all__ = ["act"]\n\n\ndef act({arguments}) -> {returns}:\n    """Act."""\n{lines}\n'
        )
        (self.folder / name).mkdir(exist_ok=True)
        (self.folder / name / "__init__.py").write_text(source)
        (self.folder / name / "requirements.txt").write_text("")
        return f"tools.{name}.act"

    def edit(self, path: str, before: str, after: str) -> None:
        """Change a tool's code where it stands, without a new version and without anybody being told."""
        file = self.folder / path.split(".")[1] / "__init__.py"
        assert before in file.read_text()
        file.write_text(file.read_text().replace(before, after))

    def register(self, *paths: str) -> None:
        """Take in what was written, and enable the tools."""
        sync_tools(now=NOW)
        TOOLS.close()  # the warm process knows the packages of its start
        for tool in Tool.objects.filter(module_path__in=paths):
            enable_tool(tool=tool, user=self.admin, now=NOW)

    def warm(self, path: str) -> None:
        """Start the process of the tool's package now, and not while the time of its first call runs."""
        TOOLS.of(package_of(path)).run("call", content=b"", request={"path": "tools.nobody.starts"}, ask=dict)

    def call(self, path: str, *, now: dt.datetime = NOW, fresh: bool = False, asking: Asking | None = None,
             **arguments: Any) -> Answer:  # fmt: skip
        """Call the tool for the book."""
        asking = asking or Asking(through=Asker.PERSON, book=self.book, user=self.user, subject="line 12")
        return call_tool(path=path, arguments=arguments, asking=asking, now=now, fresh=fresh)

    def run(self, path: str) -> ToolRun:
        """Return the tool's last run."""
        return ToolRun.objects.filter(module_path=path).order_by("-pk")[0]


@pytest.fixture(scope="module")
def bench(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workbench]:
    """One workbench for all tests of the module."""
    folder = tmp_path_factory.mktemp("packages")
    before_path, before_modules = list(tools.__path__), set(sys.modules)
    tools.__path__[:] = [*before_path, str(folder)]
    with django_db_blocker.unblock():
        before = connections["default"].settings_dict["NAME"]
        with databases.clone(f"lf_bench_{folder.parent.name}_{id(folder)}".replace("-", "_")) as name:
            databases.point_to(name)
            sync_tools(now=NOW)
            BookFactory()
            yield Workbench(folder)
        databases.point_to(before)
    TOOLS.close()
    tools.__path__[:] = before_path
    for module in set(sys.modules) - before_modules:
        if module.startswith("tools.bench_"):
            del sys.modules[module]
