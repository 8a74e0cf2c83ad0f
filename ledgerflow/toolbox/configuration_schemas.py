"""The JSON schema of a tool's settings: what may stand in it, what is secret, and how values are held against it.

Pure: no Django, no database. A secret is never a value here, only a reference to where it is kept.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

from ledgerflow.toolbox.addresses import AddressRefusedError, read_url
from ledgerflow.toolbox.refusals import ValueRefusedError
from ledgerflow.toolbox.schemas import ORDER, check
from ledgerflow.toolbox.signatures import JsonSchema, SchemaError, json_text

SECRET, OWN_SERVICE = "secret", "own-service"
#: Only variables with this beginning can be referred to, so that nobody reads SECRET_KEY by way of a tool.
SECRET_PREFIX = "LEDGERFLOW_TOOL_"  # noqa: S105 - the beginning of names
_VARIABLE = re.compile(rf"{SECRET_PREFIX}[A-Z0-9_]{{1,100}}", re.ASCII)
_LONGEST_FILE_NAME = 255


def check_configuration_schema(schema: JsonSchema) -> None:
    """Make sure that a manifest's schema is one that values and forms can be made from.

    :raises SchemaError: it is no JSON schema, not of an object, refers to elsewhere, or hides a secret within a value
        or an own service where none is looked for.
    """
    if not schema:
        return
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise SchemaError(f"configuration is no JSON schema: {error.message[:300]}") from None
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), dict):
        raise SchemaError("configuration must be the JSON schema of an object with properties.")
    if any("$ref" in part or "$dynamicRef" in part for part in _parts(schema)):
        raise SchemaError("configuration must not refer to other schemas with $ref.")
    if _count(schema, SECRET) != len(secret_names(schema)):
        raise SchemaError("configuration may mark only its own properties as secret, none within them.")
    if _count(schema, OWN_SERVICE) != sum(
        len(list(_services(each))) for each in schema["properties"].values()
    ):
        raise SchemaError(
            "configuration may mark as own-service only its own properties, and what is within them by properties, "
            "additionalProperties and items: in other places, such as anyOf, addresses are not looked for."
        )
    for name in secret_names(schema):
        if schema["properties"][name].get("type") != "string" or "default" in schema["properties"][name]:
            raise SchemaError(
                f"configuration must say of the secret “{name}” that it is a string, without default."
            )


def secret_names(schema: JsonSchema) -> frozenset[str]:
    """Return the properties that hold secrets."""
    properties = schema.get("properties", {})
    return frozenset(
        name for name, each in properties.items() if isinstance(each, dict) and each.get("format") == SECRET
    )


def service_names(schema: JsonSchema) -> frozenset[str]:
    """Return the properties that hold addresses of services of the installation, also within them."""
    return frozenset(name for name, each in schema.get("properties", {}).items() if any(_services(each)))


def service_addresses(schema: JsonSchema, values: Mapping[str, object]) -> frozenset[str]:
    """Return the addresses that stand in the settings where the schema says that a service of the installation does."""
    return frozenset(str(address) for address in _addresses(schema, values))


def defaults(schema: JsonSchema) -> dict[str, Any]:
    """Return the values that the schema gives where nobody set one."""
    properties = schema.get("properties", {})
    return {name: each["default"] for name, each in properties.items() if "default" in each}


def check_values(schema: JsonSchema, values: Mapping[str, object], *, is_whole: bool) -> None:
    """Hold settings, secrets as references, against the schema; without ``is_whole`` some may be missing.

    No sentence repeats what stands in place of a secret.

    :raises ValueRefusedError: a setting is unknown, missing or does not fit, or a secret stands there in clear.
    """
    for name in sorted(secret_names(schema) & values.keys()):
        check_reference(name, values[name])
    for name in sorted(service_names(schema) & values.keys()):
        for address in _addresses(schema["properties"][name], values[name]):
            _check_address(name, address)
    plain = {
        **schema,
        "type": "object",
        "properties": {
            name: {} if name in secret_names(schema) else each
            for name, each in schema.get("properties", {}).items()
        },
        "additionalProperties": False,
    }
    if not is_whole:
        plain = {
            name: each
            for name, each in plain.items()
            if name in {"type", "properties", ORDER, "additionalProperties"}
        }
    check(plain, json.loads(json_text(dict(values))), what="setting")


def check_reference(name: str, value: object) -> None:
    """Make sure that a reference stands in place of the secret ``name``.

    :raises ValueRefusedError: it is something else, perhaps the secret itself, which the sentence does not repeat.
    """
    match value:
        case {"env": str(variable), **others} if not others and _VARIABLE.fullmatch(variable):
            return
        case {"file": str(file), **others} if (
            not others and 0 < len(file) <= _LONGEST_FILE_NAME and "\0" not in file
        ):
            return
    raise ValueRefusedError(
        f"The setting “{name}” is a secret, which is not kept here: put it into an environment variable and write "
        f'{{"env": "{SECRET_PREFIX}NAME"}}, or into a file of the secrets folder and write {{"file": "NAME"}}. '
        f"Names of variables begin with {SECRET_PREFIX}, in capitals."
    )


def _check_address(name: str, value: object) -> None:
    try:
        url = read_url(value) if isinstance(value, str) else None
    except AddressRefusedError:
        url = None
    if url is None or url.scheme not in {"http", "https"} or not url.host or url.userinfo:
        raise ValueRefusedError(
            f"The setting “{name}” must be an address such as http://searxng:8080, without user and password."
        )


def _addresses(schema: JsonSchema, value: object) -> Iterator[object]:
    """Yield what stands in the value at the places of ``_services``."""
    if schema.get("format") == OWN_SERVICE:
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            part = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
            if isinstance(part, Mapping):
                yield from _addresses(part, each)
    elif isinstance(value, list | tuple) and isinstance(schema.get("items"), Mapping):
        for each in value:
            yield from _addresses(schema["items"], each)


def _services(schema: object) -> Iterator[Mapping[str, Any]]:
    """Yield the parts of a schema that say that an own service stands there, where ``_addresses`` finds it."""
    if not isinstance(schema, Mapping):
        return
    if schema.get("format") == OWN_SERVICE:
        yield schema
        return
    for part in (
        *schema.get("properties", {}).values(),
        schema.get("additionalProperties"),
        schema.get("items"),
    ):
        yield from _services(part)


def _count(schema: JsonSchema, form: str) -> int:
    return sum(part.get("format") == form for part in _parts(schema))


def _parts(schema: object) -> Iterator[Mapping[str, Any]]:
    """Yield the schema and everything within it, from its JSON form, where each part is new."""
    waiting = [json.loads(json_text(schema))]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
