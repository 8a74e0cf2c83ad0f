"""The project's own files, read once for the tests that look at them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: Written by others and kept as they were.
VENDORED = "ledgerflow/web/static/web/vendor/"


@cache
def files() -> tuple[str, ...]:
    """Return every file of the project, committed or about to be, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(sorted(name for name in set(listed.stdout.split("\0")) if name and (ROOT / name).is_file()))


def own_files(*suffixes: str) -> Iterator[str]:
    """Yield the files that a person wrote, by suffix."""
    return (
        name
        for name in files()
        if name.endswith(suffixes) and VENDORED not in name and "/vendor/" not in name
    )


def python_files(*, tests: bool = False) -> Iterator[str]:
    """Yield the modules that a person wrote: no migrations, and tests only where asked for."""
    return (name for name in own_files(".py") if "/migrations/" not in name and (tests or not is_test(name)))


def is_test(name: str) -> bool:
    """Whether the file serves the tests alone."""
    return name.startswith("tests/") or "/tests/" in name


@cache
def text(name: str) -> str:
    """Return the content of the file."""
    return (ROOT / name).read_text()


@cache
def tree(name: str) -> ast.Module:
    """Return the syntax of the module."""
    return ast.parse(text(name), filename=name)


def calls(name: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, receiver and name of every call in the module; the receiver of a plain call is empty."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.lineno, ast.unparse(node.func.value), node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node.lineno, "", node.func.id
