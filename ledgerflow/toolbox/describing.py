"""What the child process says of one tool package: its manifest, and each function with the schemas of both ends.

Runs inside :mod:`ledgerflow.toolbox.child` only, because already the import of a package is somebody's code.
"""

import dataclasses
import json
from collections.abc import Iterator, Mapping

import pydantic

import tools
from ledgerflow.toolbox.configuration_schemas import check_configuration_schema
from ledgerflow.toolbox.loader import Package, ToolLoadError, describe_package, is_tool_path, load
from ledgerflow.toolbox.refusals import ValueRefusedError
from ledgerflow.toolbox.schemas import ORDER
from ledgerflow.toolbox.signatures import JsonSchema, SchemaError, json_text, signature_of
from ledgerflow.toolbox.values import READER, Manifest

__all__ = ["describe", "warm_up"]

_READING, _CLAIMING = "read_statement", "claims"
_MANIFEST = pydantic.TypeAdapter(Manifest)
_LONGEST_VERSION, _LONGEST_SUMMARY, _LONGEST_PATH = 30, 300, 200


class _DescriptionError(Exception):
    """The package says of itself what the registry cannot keep."""


def warm_up() -> None:
    """Have nothing imported beforehand: each package is met in a process of its own."""


def describe(_content: bytes, request: Mapping[str, object]) -> Iterator[bytes]:
    """Yield one line of JSON about the package ``request["name"]``, looked for in the folders ``request["places"]``."""
    places = request["places"]
    if isinstance(places, list):
        tools.__path__[:] = places  # the same as of the process that asks
    package = describe_package(str(request["name"]))
    manifest: Mapping[str, object] | None = None
    functions: list[dict[str, object]] = []
    problem = package.problem
    if package.manifest is not None:
        try:
            manifest = _checked(package.manifest)
            functions = [_function(package, name) for name in _offered(package)]
            json_text([manifest, functions])
        except (_DescriptionError, SchemaError, ValueRefusedError) as error:
            manifest, functions = None, []
            problem = f"The tool package “{package.name}” breaks the contract: {error}"
    # What an error says of itself may hold anything.
    problem = problem and problem.replace("\0", "").encode("utf-8", "replace").decode()
    said = {"manifest": manifest, "functions": functions, "problem": problem}
    yield json.dumps(said).encode("ascii") + b"\n"


def _checked(manifest: Manifest) -> Mapping[str, object]:
    """Return the manifest as JSON values, each of the type that the contract says."""
    try:
        said: dict[str, object] = json.loads(json.dumps(dataclasses.asdict(manifest)))
        _MANIFEST.validate_json(json.dumps(said), strict=True)
    except (TypeError, ValueError) as error:
        raise _DescriptionError(f"MANIFEST holds a wrong value: {' '.join(str(error).split())}") from None
    permissions = dataclasses.asdict(manifest.permissions)
    too_small = [
        name for name, value in permissions.items() if value < (name not in {"retries", "cache_seconds"})
        if not isinstance(value, bool)
    ]  # fmt: skip
    parts = manifest.version.split(".")
    for is_wrong, sentence in (
        (
            not all(part.isascii() and part.isdigit() for part in parts),
            "version must be numbers, as in 1.0.0.",
        ),
        (len(manifest.version) > _LONGEST_VERSION, "version is too long."),
        (
            not 0 < len(manifest.summary) <= _LONGEST_SUMMARY,
            f"summary must have 1 to {_LONGEST_SUMMARY} characters.",
        ),
        (bool(too_small), f"permissions hold too small a number: {', '.join(too_small)}."),
        (not all(map(is_tool_path, manifest.needs)), "needs must name tools as tools.<package>.<function>."),
    ):
        if is_wrong:
            raise _DescriptionError(sentence)
    check_configuration_schema(manifest.configuration)
    return said | {"configuration": _in_order(manifest.configuration)}


def _offered(package: Package) -> tuple[str, ...]:
    """A reader is one tool: ``claims`` is the first half of reading and has no row of its own."""
    if package.manifest is None or package.manifest.kind != READER:
        return package.functions
    if not {_READING, _CLAIMING} <= set(package.functions):
        raise _DescriptionError(f"a statement reader offers {_CLAIMING} and {_READING}.")
    return tuple(name for name in package.functions if name != _CLAIMING)


def _function(package: Package, name: str) -> dict[str, object]:
    path = f"tools.{package.name}.{name}"
    said: dict[str, object] = {"path": path, "arguments": {}, "result": {}, "problem": ""}
    if not is_tool_path(path) or len(path) > _LONGEST_PATH:
        raise _DescriptionError(f"“{name}” in __all__ is no name for a tool.")
    try:
        function = load(path)
        if package.manifest is not None and package.manifest.kind != READER:
            signature = signature_of(function)
            said |= {"arguments": _in_order(signature.arguments), "result": _in_order(signature.result)}
    except (ToolLoadError, SchemaError) as error:
        said["problem"] = str(error)
    return said


def _in_order(schema: JsonSchema) -> JsonSchema:
    """Write the order of the properties into the schema: PostgreSQL keeps the keys of jsonb in one of its own."""
    return {**schema, ORDER: list(schema["properties"])} if "properties" in schema else schema
