"""Tool packages made for a test, on the path of ``tools`` for its time."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tools
from ledgerflow.toolbox import descriptions
from ledgerflow.toolbox.built_in import BUILT_IN
from ledgerflow.toolbox.sandbox import Sandbox

MANIFEST = """
from dataclasses import dataclass
from tools.contract import Context, Manifest, Permissions

__all__ = ["count"]

MANIFEST = Manifest(
    version={version!r},
    kind="other",
    summary="Counts words.",
    permissions=Permissions(network={network}, timeout_seconds={seconds}, writes={writes}),
    configuration={configuration!r},
    needs={needs!r},
)


@dataclass(frozen=True)
class Count:
    words: int


def count(text: str{arguments}) -> Count:
    \"\"\"{words}\"\"\"
    return Count(len(text.split()))
"""
_AS_USUAL = {
    "version": "1.0.0",
    "network": False,
    "writes": False,
    "seconds": 15,
    "configuration": {},
    "needs": (),
    "arguments": "",
    "words": "Count words.",
}


class Packages:
    """A folder of packages beside those of LedgerFlow."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def counter(self, name: str = "word_counter", **differs: object) -> str:
        """Write the package of a tool that counts words, in the given ways another; return the tool's path."""
        self.write(name, MANIFEST.format(**{**_AS_USUAL, **differs}))
        return f"tools.{name}.count"

    def write(self, name: str, source: str, requirements: str = "") -> None:
        """Write a package with this source in place of what it was."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        (home / "__init__.py").write_text(source)
        (home / "requirements.txt").write_text(requirements)

    def remove(self, name: str) -> None:
        """Take the package away."""
        for file in (self.folder / name).iterdir():
            if file.is_file():
                file.unlink()
        (self.folder / name / "__init__.py").unlink(missing_ok=True)
        (self.folder / name).rename(self.folder / f"_{name}")


class _Warm(Sandbox):
    """The process that packages are met in stays for all tests; each package still gets a child of its own."""

    def close(self) -> None:
        """Stay."""


@pytest.fixture(scope="session")
def warm() -> Iterator[Sandbox]:
    """The process that stays."""
    sandbox = _Warm("ledgerflow.toolbox.describing")
    yield sandbox
    Sandbox.close(sandbox)


@pytest.fixture(scope="session", autouse=True)
def _packages_of_ledgerflow_are_described_once() -> Iterator[None]:
    """They say the same of themselves in every test, and asking all of them takes a second and a half."""
    described: dict[str, descriptions.FoundPackage] = {}
    found = descriptions._found

    def remembered(asking: Sandbox, name: str) -> descriptions.FoundPackage:
        if name not in BUILT_IN:
            return found(asking, name)
        if name not in described:
            described[name] = found(asking, name)
        return described[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(descriptions, "_found", remembered)
        yield


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: Sandbox) -> Iterator[Packages]:
    """A folder for packages of the test's own."""
    monkeypatch.setattr(descriptions, "Sandbox", lambda _module: warm)
    folder = tmp_path / "packages"
    folder.mkdir()
    before = set(sys.modules)
    monkeypatch.setattr(tools, "__path__", [*tools.__path__, str(folder)])
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    yield Packages(folder)
    for module in set(sys.modules) - before:
        if module.startswith("tools."):
            del sys.modules[module]
