"""What a tool takes and gives, as JSON schemas made from its annotations, and the values held against them.

The same schemas serve people, jobs, the agent, REST and MCP. Amounts travel as texts (never as JSON numbers, which
other programs read as binary fractions), days as ISO 8601, bytes as base64. Pure: no Django, no database.
"""

import dataclasses
import functools
import inspect
import json
import re
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema
import pydantic
from jsonschema.exceptions import best_match
from pydantic import ConfigDict, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from ledgerflow.toolbox.plain import as_text
from ledgerflow.toolbox.values import Context

JsonSchema = Mapping[str, Any]

#: In a schema of the registry, the names of its properties in the order in which the package wrote them.
ORDER = "propertyOrder"

_CONFIG = ConfigDict(extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")
_DECIMAL = {"type": "string", "maxLength": 40, "pattern": r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$"}
_LONGEST_SENTENCE = 300
# As JSON writes it; behind an even number of backslashes, because a text may speak of it.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class SchemaError(Exception):
    """The function's annotations do not say what it takes and gives; the message says which."""


class ValueRefusedError(Exception):
    """A value does not fit its schema; the message is a sentence that says which value and why."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a tool takes and gives. ``context`` is the name of the parameter that the toolbox fills, if there is one."""

    arguments: JsonSchema
    result: JsonSchema
    context: str | None


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments that fit: ``values`` to call the function with, ``json`` to record and to compare (defaults filled)."""

    values: Mapping[str, Any]
    json: Mapping[str, Any]


def signature_of(function: Callable[..., object]) -> Signature:
    """Return the schemas of the function's arguments and result.

    :raises SchemaError: a parameter has no annotation or one that is no JSON value, or the result is no frozen
        dataclass of JSON values.
    """
    return _shape(function).signature


def read_arguments(function: Callable[..., object], values: Mapping[str, object]) -> Arguments:
    """Turn arguments, JSON values by name, into those the function is called with.

    An amount, a day or bytes may stand in place of their texts.

    :raises SchemaError: see :func:`signature_of`.
    :raises ValueRefusedError: an argument is unknown, missing or not of its type.
    """
    shape = _shape(function)
    given = json_text(values)
    shape.argument_checker.check(json.loads(given), what="argument")
    try:
        # In JSON mode, because there a text is a day or an amount although nothing else is converted.
        model = shape.arguments.validate_json(given, strict=True)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueRefusedError(_sentence("argument", first["loc"], first["msg"])) from None
    named = shape.arguments.dump_python(model, mode="json")
    return Arguments(
        values={name: getattr(model, field) for name, field in shape.fields.items()},
        json={name: named[field] for name, field in shape.fields.items()},
    )


def result_as_json(function: Callable[..., object], result: object) -> Any:
    """Turn what the function returned into JSON values.

    :raises SchemaError: see :func:`signature_of`.
    :raises ValueRefusedError: it returned something else than its annotation says.
    """
    shape = _shape(function)
    if not isinstance(result, shape.result_type):
        raise ValueRefusedError(
            f"The tool returned {type(result).__name__} where its annotation says {shape.result_type.__name__}."
        )
    try:
        value = json.loads(json_text(shape.result.dump_python(result, mode="json", warnings="error")))
    except ValueError as error:  # also of bytes that are no text
        raise ValueRefusedError(f"The tool returned a value of another type: {_shortened(error)}.") from None
    shape.result_checker.check(value, what="result")
    return value


def check(schema: JsonSchema, value: object, *, what: str = "value") -> None:
    """Hold JSON values against a JSON schema; ``what`` is the word for them in the sentence.

    :raises ValueRefusedError: they do not fit; the sentence names a part that does not.
    """
    Checker(schema).check(value, what=what)


class Checker:
    """A JSON schema that many values are held against."""

    def __init__(self, schema: JsonSchema) -> None:
        self._validator = _validator(json_text(schema))

    def check(self, value: object, *, what: str) -> None:
        """Hold JSON values against the schema, as :func:`check` does."""
        try:
            error = best_match(self._validator.iter_errors(value))
        except Unresolvable as missing:
            raise ValueRefusedError(
                f"The schema refers to what it does not hold: {_shortened(missing)}."
            ) from None
        except RecursionError:
            raise ValueRefusedError(f"The {what} is nested too deeply.") from None
        if error is not None:
            raise ValueRefusedError(_refusal(error, what))


def json_text(value: object) -> str:
    """Return the value as JSON that PostgreSQL keeps too, which knows neither NUL nor half a surrogate pair.

    :raises ValueRefusedError: it is no such value.
    """
    try:
        text = json.dumps(value, default=as_text, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueRefusedError(f"A value is none that JSON knows: {_shortened(error)}.") from None
    if _NUL.search(text):
        raise ValueRefusedError("A text holds a NUL character, which cannot be kept.")
    return text


@dataclass(frozen=True, slots=True)
class _Shape:
    signature: Signature
    arguments: TypeAdapter[Any]
    fields: Mapping[str, str]  # the model's field of each parameter
    result: TypeAdapter[Any]
    result_type: type
    argument_checker: Checker
    result_checker: Checker


class _Schemas(GenerateJsonSchema):
    """Amounts are texts, whichever way they go."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002 - its parent's
        return dict(_DECIMAL)


@functools.lru_cache(maxsize=256)
def _shape(function: Callable[..., object]) -> _Shape:
    name = str(getattr(function, "__name__", "the function"))
    annotations, parameters = _annotations(function, name)
    context: str | None = None
    fields: dict[str, str] = {}
    definitions: dict[str, Any] = {}
    for number, parameter in enumerate(parameters):
        annotation = annotations.get(parameter.name)
        if (
            parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}
            or annotation is None
        ):
            raise SchemaError(
                f"“{name}” must take its arguments by name, each annotated: “{parameter.name}” is not."
            )
        if annotation is Context:
            context = parameter.name
            continue
        # The model's own field names stay clear of pydantic's (`json`, `copy`, a leading underscore).
        fields[parameter.name] = f"argument_{number}"
        default = ... if parameter.default is parameter.empty else parameter.default
        definitions[f"argument_{number}"] = (annotation, pydantic.Field(default, alias=parameter.name))
    result_type = annotations.get("return")
    if not isinstance(result_type, type) or not _is_frozen(result_type):
        raise SchemaError(f"“{name}” must say that it returns a frozen dataclass.")
    try:
        model = pydantic.create_model(name, __config__=_CONFIG, **definitions)
        arguments: TypeAdapter[Any] = TypeAdapter(model)
        result: TypeAdapter[Any] = TypeAdapter(result_type)
        signature = Signature(
            arguments={
                **arguments.json_schema(schema_generator=_Schemas),
                "description": inspect.getdoc(function) or "",
            },
            result=result.json_schema(mode="serialization", schema_generator=_Schemas),
            context=context,
        )
    except (PydanticUserError, PydanticSchemaGenerationError, TypeError) as error:
        raise SchemaError(f"“{name}” takes or gives what is no JSON value: {_shortened(error)}.") from None
    if '"binary"' in json.dumps(signature.result):
        raise SchemaError(f"“{name}” returns bytes, which are no JSON value; return text.")
    return _Shape(
        signature,
        arguments,
        fields,
        result,
        result_type,
        Checker(signature.arguments),
        Checker(signature.result),
    )


def _annotations(
    function: Callable[..., object], name: str
) -> tuple[Mapping[str, Any], Sequence[inspect.Parameter]]:
    try:
        annotations = typing.get_type_hints(function, include_extras=True)
        return annotations, tuple(inspect.signature(function).parameters.values())
    except (NameError, TypeError, ValueError, AttributeError) as error:
        raise SchemaError(f"The annotations of “{name}” cannot be read: {_shortened(error)}.") from None


def _is_frozen(kind: type) -> bool:
    parameters = getattr(kind, "__dataclass_params__", None)
    return dataclasses.is_dataclass(kind) and parameters is not None and bool(parameters.frozen)


@functools.lru_cache(maxsize=256)
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    # The empty registry keeps a reference to elsewhere from being fetched.
    return jsonschema.Draft202012Validator(json.loads(schema), registry=EMPTY_REGISTRY)


def _refusal(error: jsonschema.ValidationError, what: str) -> str:
    schema = error.schema if isinstance(error.schema, dict) else {}
    known = ", ".join(schema.get(ORDER) or schema.get("properties", {})) or "none"
    match error.validator:
        case "additionalProperties" if isinstance(error.instance, dict):
            unknown = next((name for name in error.instance if name not in schema.get("properties", {})), "")
            within = f" in “{_place(error.absolute_path)}”" if error.absolute_path else ""
            return f"There is no {what} “{_shortened(unknown)}”{within}; there are: {known}."
        case "required" if isinstance(error.instance, dict):
            missing = next(name for name in error.validator_value if name not in error.instance)
            return f"The {what} “{_place([*error.absolute_path, missing])}” is missing."
        case "pattern" if schema.get("pattern") == _DECIMAL["pattern"]:
            return _sentence(
                what, error.absolute_path, 'it must be a decimal number in a text, such as "12.50"'
            )
        case "type" if schema.get("pattern") == _DECIMAL["pattern"]:
            return _sentence(what, error.absolute_path, 'a decimal number goes in a text, such as "12.50"')
    return _sentence(what, error.absolute_path, error.message)


def _sentence(what: str, path: Iterable[object], reason: str) -> str:
    place = _place(path)
    named = f"The {what} “{place}”" if place else f"The {what}"
    return f"{named} does not fit: {_shortened(reason)}."


def _place(path: Iterable[object]) -> str:
    return ".".join(str(part) for part in path if not str(part).startswith("argument_"))


def _shortened(reason: object) -> str:
    text = " ".join(str(reason).split()).rstrip(".")
    return text if len(text) <= _LONGEST_SENTENCE else f"{text[:_LONGEST_SENTENCE]}…"
