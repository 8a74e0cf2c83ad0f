"""Every tool package that is there, as it says of itself; asked in a child process, one for each package.

A package that hangs, dies or raises while it is imported harms neither this process nor the other packages. Pure: no
Django, no database.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import tools
from ledgerflow.toolbox.loader import package_names
from ledgerflow.toolbox.sandbox import Limits, OutOfMemoryError, OutOfTimeError, Sandbox, SandboxError

_LIMITS = Limits(memory_bytes=4 * 1024**3, cpu_seconds=20, wall_seconds=30, output_bytes=4 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class FoundTool:
    """One function that a package offers; ``problem`` is a sentence where it breaks the contract."""

    path: str
    argument_schema: Mapping[str, Any]
    result_schema: Mapping[str, Any]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class FoundPackage:
    """A package; one that does not load has a ``problem``, and neither manifest nor tools."""

    name: str
    manifest: Mapping[str, Any] | None
    tools: tuple[FoundTool, ...]
    problem: str = ""


def find_tools(wanted: Collection[str] | None = None) -> tuple[FoundPackage, ...]:
    """Return every package by name, or those that are wanted, as far as they are there."""
    names = [name for name in package_names() if wanted is None or name in wanted]
    asking = Sandbox("ledgerflow.toolbox.describing")
    try:
        return tuple(_found(asking, name) for name in names)
    finally:
        asking.close()


def _found(asking: Sandbox, name: str) -> FoundPackage:
    request = {"name": name, "places": list(tools.__path__)}
    try:
        (line,) = asking.run("describe", content=b"", request=request, limits=_LIMITS)
        said = json.loads(line)
    except (SandboxError, ValueError, OSError) as error:
        return FoundPackage(name, None, (), _sentence(name, error))
    found = tuple(
        FoundTool(each["path"], each["arguments"], each["result"], each["problem"])
        for each in said["functions"]
    )
    return FoundPackage(name, said["manifest"], found, said["problem"] or "")


def _sentence(name: str, error: Exception) -> str:
    match error:
        case OutOfTimeError():
            why = f"that takes longer than {_LIMITS.cpu_seconds} seconds"
        case OutOfMemoryError():
            why = f"that needs more than {_LIMITS.memory_bytes // 1024**3} GB of memory"
        case SandboxError():
            why = "that ends its process"
        case _:
            why = f"{type(error).__name__}: {error}"
    return f"The tool package “{name}” cannot be imported: {why}."
