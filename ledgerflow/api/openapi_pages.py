"""The OpenAPI description as what a page shows: operations by their subject."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """What an operation takes in its address."""

    name: str
    place: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation, with the JSON schemas of what it takes and gives as texts."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: str
    answer: str


def operations(schema: Mapping[str, Any]) -> list[tuple[str, list[Operation]]]:
    """Return the operations by subject, in the order of the description."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, said in methods.items():
            subject = next(iter(said.get("tags", ())), "Other")
            groups.setdefault(subject, []).append(_operation(schema, method, path, said))
    return list(groups.items())


def _operation(schema: Mapping[str, Any], method: str, path: str, said: Mapping[str, Any]) -> Operation:
    answers = said.get("responses", {}).values()
    return Operation(
        method=method.upper(),
        path=path,
        summary=said.get("summary", ""),
        description=said.get("description", ""),
        parameters=tuple(_parameter(each) for each in said.get("parameters", ())),
        body=_shown(schema, said.get("requestBody", {})),
        answer=next((shown for each in answers if (shown := _shown(schema, each))), ""),
    )


def _parameter(said: Mapping[str, Any]) -> Parameter:
    schema = said.get("schema", {})
    kinds = [each.get("format") or each.get("type", "") for each in schema.get("anyOf", [schema])]
    return Parameter(
        name=said["name"],
        place=said["in"],
        kind=" or ".join(kind for kind in kinds if kind and kind != "null"),
        is_required=said.get("required", False),
        description=schema.get("description", said.get("description", "")),
    )


def _shown(schema: Mapping[str, Any], carrier: Mapping[str, Any]) -> str:
    content = carrier.get("content", {}).get("application/json", {}).get("schema")
    return json.dumps(_whole(schema, content, ()), indent=2, ensure_ascii=False) if content else ""


def _whole(schema: Mapping[str, Any], part: Any, within: Sequence[str]) -> Any:
    """Return the part with what it refers to in place, titles left out because the names say the same."""
    if isinstance(part, list):
        return [_whole(schema, each, within) for each in part]
    if not isinstance(part, dict):
        return part
    name = str(part.get("$ref", "")).rpartition("/")[2]
    if name:
        again = name in within
        return (
            {"see": name} if again else _whole(schema, schema["components"]["schemas"][name], (*within, name))
        )
    return {
        key: _whole(schema, value, within)
        for key, value in part.items()
        if not (key == "title" and isinstance(value, str)) and key != "discriminator"
    }
