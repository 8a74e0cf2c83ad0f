"""Every tool package that is there, as it says of itself; asked in a child process, one for each package.

A package that hangs, dies or raises while it is imported harms neither this process nor the other packages. Pure: no
Django, no database.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pydantic

import tools
from ledgerflow.toolbox.loader import is_tool_path, package_names
from ledgerflow.toolbox.refusals import ValueRefusedError
from ledgerflow.toolbox.sandbox import Limits, OutOfMemoryError, OutOfTimeError, Sandbox, SandboxError
from ledgerflow.toolbox.signatures import json_text
from ledgerflow.toolbox.values import Manifest

_LONGEST_PROBLEM = 2_000
_MANIFEST = pydantic.TypeAdapter(Manifest)
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
        return _believed(name, json.loads(line))
    except (SandboxError, ValueRefusedError, ValueError, KeyError, TypeError, OSError) as error:
        return FoundPackage(name, None, (), _sentence(name, error))


def _believed(name: str, said: Mapping[str, Any]) -> FoundPackage:
    """Take the child's answer as far as it speaks of its own package: the package's code ran beside it.

    :raises ValueRefusedError: it holds what the registry cannot keep.
    """
    json_text(said)
    if said["problem"]:
        return FoundPackage(name, None, (), str(said["problem"])[:_LONGEST_PROBLEM])
    checked = _MANIFEST.validate_json(json.dumps(said["manifest"]), strict=True)
    manifest: dict[str, Any] = json.loads(_MANIFEST.dump_json(checked))
    found = tuple(
        FoundTool(each["path"], each["arguments"], each["result"], each["problem"][:_LONGEST_PROBLEM])
        for each in said["functions"]
    )
    for each in found:
        if not is_tool_path(each.path) or not each.path.startswith(f"tools.{name}.") or len(each.path) > 200:
            raise ValueRefusedError(f"it offers {each.path[:100]!r}, which is no path of its own")
        if not isinstance(each.argument_schema, dict) or not isinstance(each.result_schema, dict):
            raise ValueRefusedError("its schemas are none")
    if len(manifest["version"]) > 30 or len(manifest["summary"]) > 300:
        raise ValueRefusedError("its version or summary is too long")
    return FoundPackage(name, manifest, found)


def _sentence(name: str, error: Exception) -> str:
    match error:
        case OutOfTimeError():
            why = f"that takes longer than {_LIMITS.cpu_seconds} seconds"
        case OutOfMemoryError():
            why = f"that needs more than {_LIMITS.memory_bytes // 1024**3} GB of memory"
        case SandboxError():
            why = "that ends its process"
        case ValueRefusedError():
            why = str(error)
        case _:
            why = f"its description cannot be understood ({type(error).__name__})"
    return f"The tool package “{name}” cannot be imported: {why}."
