"""The tool door: from a module path in a database row to a function, and nothing else.

A string chooses code here, so the door is narrow: ``tools.<package>.<function>`` exactly, a package with a
manifest, a name in its ``__all__``, and a function that the package itself defines. Pure: no Django, no
database.
"""

import functools
import hashlib
import importlib
import os
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import tools
from ledgerflow.toolbox.values import Manifest

_NAME = r"[a-z][a-z0-9_]*"
_PATH = re.compile(rf"tools\.({_NAME})\.({_NAME})", re.ASCII)

_NO_CODE = frozenset({"tests", "__pycache__"})

ToolFunction = Callable[..., object]


class ToolLoadError(Exception):
    """The tool cannot be loaded; the message says why."""


class ToolPathError(ToolLoadError):
    """The path is not of the form ``tools.<package>.<function>``."""


class ToolMissingError(ToolLoadError):
    """There is no such package, or it does not offer such a function."""


class ToolBrokenError(ToolLoadError):
    """The package exists but breaks the contract or cannot be imported."""


@dataclass(frozen=True, slots=True)
class Package:
    """A tool package as found: its manifest and offered functions, or the problem that keeps it from loading."""

    name: str
    manifest: Manifest | None
    functions: tuple[str, ...]
    problem: str | None = None


def load(path: str) -> ToolFunction:
    """Return the function at ``tools.<package>.<function>``.

    :raises ToolPathError: the path has another form.
    :raises ToolMissingError: the package does not exist or does not offer the name.
    :raises ToolBrokenError: the package cannot be imported or breaks the contract.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        message = (
            f"“{path}” is no tool path: it must read tools.<package>.<function>, in lower case, without "
            "private names."
        )
        raise ToolPathError(message)
    package, name = match.groups()
    module = _import_package(package)
    if name not in _offered(module, package):
        message = f"The tool package “{package}” does not offer “{name}”."
        raise ToolMissingError(message)
    function: ToolFunction | None = getattr(module, name, None)
    if not callable(function) or not _is_own(function, package):
        message = f"The tool package “{package}” offers “{name}”, which is no function of its own."
        raise ToolBrokenError(message)
    return function


def is_tool_path(path: str) -> bool:
    """Whether the path is of the form ``tools.<package>.<function>``."""
    return _PATH.fullmatch(path) is not None


def package_of(path: str) -> str:
    """Return the name of the package that a tool path names."""
    return path.split(".")[1]


def package_names() -> list[str]:
    """Return the names of the tool packages in the tree, in order, without importing any."""
    return sorted(
        module.name
        for module in pkgutil.iter_modules(tools.__path__)
        if module.ispkg and re.fullmatch(_NAME, module.name, re.ASCII)
    )


def code_digest(package: str) -> str:
    """Return a digest of the files of the package, without importing it; nothing where there is no such package.

    Neither tests nor bytecode count. A file is read again where its time, size or inode is another than before.
    """
    # With os.path, because this is done at each call, and Path takes longer than the system.
    for home in tools.__path__:
        folder = os.path.join(home, package)  # noqa: PTH118 - see above
        if os.path.isfile(os.path.join(folder, "__init__.py")):  # noqa: PTH113, PTH118 - see above
            return _digest(folder, tuple(sorted(_files(folder))))
    return ""


def _files(folder: str) -> Iterator[tuple[str, int, int, int]]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            if entry.name not in _NO_CODE:
                yield from _files(entry.path)
        else:
            facts = entry.stat()
            yield entry.path, facts.st_mtime_ns, facts.st_size, facts.st_ino


@functools.lru_cache(maxsize=64)
def _digest(folder: str, files: tuple[tuple[str, int, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, *_ in files:
        content = Path(path).read_bytes()
        digest.update(b"%s\0%d\0%s" % (os.fsencode(path.removeprefix(folder)), len(content), content))
    return digest.hexdigest()


def describe_package(name: str) -> Package:
    """Import the package and return what it offers, or the problem that keeps it from loading."""
    try:
        module = _import_package(name)
        functions = _offered(module, name)
    except ToolLoadError as error:
        return Package(name=name, manifest=None, functions=(), problem=str(error))
    return Package(name=name, manifest=module.MANIFEST, functions=functions)


def _import_package(name: str) -> ModuleType:
    full_name = f"tools.{name}"
    try:
        module = importlib.import_module(full_name)
    except ModuleNotFoundError as error:
        if error.name == full_name:
            message = f"There is no tool package “{name}”."
            raise ToolMissingError(message) from None
        message = (
            f"The tool package “{name}” needs “{error.name}”, which is not installed; "
            f"`python -m pip install -r tools/{name}/requirements.txt` installs it."
        )
        raise ToolBrokenError(message) from error
    except (Exception, SystemExit) as error:  # somebody's code: whatever its import raises is its problem
        message = f"The tool package “{name}” cannot be imported: {type(error).__name__}: {error}."
        raise ToolBrokenError(message) from error
    if not hasattr(module, "__path__"):
        message = f"“tools.{name}” is a module, not a tool package."
        raise ToolMissingError(message)
    if not isinstance(getattr(module, "MANIFEST", None), Manifest):
        message = f"The tool package “{name}” has no MANIFEST."
        raise ToolBrokenError(message)
    return module


def _offered(module: ModuleType, package: str) -> tuple[str, ...]:
    offered = getattr(module, "__all__", None)
    if not isinstance(offered, list | tuple) or not all(isinstance(name, str) for name in offered):
        message = f"The tool package “{package}” does not list its functions in __all__."
        raise ToolBrokenError(message)
    return tuple(offered)


def _is_own(function: object, package: str) -> bool:
    module = getattr(function, "__module__", None) or ""
    return f"{module}.".startswith(f"tools.{package}.")
