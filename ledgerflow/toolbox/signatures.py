"""What a tool takes and gives, by its annotations: JSON schemas of both, and values turned into its types and back.

The same schemas serve people, jobs, the agent, REST and MCP. Amounts travel as texts (never as JSON numbers, which
other programs read as binary fractions), days as ISO 8601, bytes as base64. Nothing is held against a schema here: who
calls a tool does that (:mod:`ledgerflow.toolbox.schemas`), with the schema that somebody agreed to. So the process of a
tool does without what that needs, and is forked in less time. Pure: no Django, no database.
"""

import dataclasses
import functools
import inspect
import json
import re
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pydantic
from pydantic import ConfigDict, TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ledgerflow.toolbox.plain import as_text
from ledgerflow.toolbox.refusals import ValueRefusedError, sentence, shortened
from ledgerflow.toolbox.values import Context

JsonSchema = Mapping[str, Any]

#: The pattern of an amount in a text.
DECIMAL = r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$"

_CONFIG = ConfigDict(extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")
# As JSON writes it; behind an even number of backslashes, because a text may speak of it.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class SchemaError(Exception):
    """The function's annotations do not say what it takes and gives; the message says which."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a tool takes and gives. ``context`` is the name of the parameter that the toolbox fills, if there is one."""

    arguments: JsonSchema
    result: JsonSchema
    context: str | None


def signature_of(function: Callable[..., object]) -> Signature:
    """Return the schemas of the function's arguments and result.

    :raises SchemaError: a parameter has no annotation or one that is no JSON value, or the result is no frozen
        dataclass of JSON values.
    """
    return _shape(function).signature


def typed_arguments(function: Callable[..., object], values: Mapping[str, object]) -> dict[str, Any]:
    """Turn arguments, JSON values by name that fit the schema, into those the function is called with.

    :raises SchemaError: see :func:`signature_of`.
    :raises ValueRefusedError: an argument is unknown, missing or not of its type.
    """
    shape = _shape(function)
    try:
        # In JSON mode, because there a text is a day or an amount although nothing else is converted.
        model = shape.arguments.validate_json(json_text(values), strict=True)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueRefusedError(sentence("argument", first["loc"], first["msg"])) from None
    return {name: getattr(model, field) for name, field in shape.fields.items()}


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
        return json.loads(json_text(shape.result.dump_python(result, mode="json", warnings="error")))
    except ValueError as error:  # also of bytes that are no text
        raise ValueRefusedError(f"The tool returned a value of another type: {shortened(error)}.") from None


def json_text(value: object) -> str:
    """Return the value as JSON that PostgreSQL keeps too, which knows neither NUL nor half a surrogate pair.

    :raises ValueRefusedError: it is no such value.
    """
    try:
        text = json.dumps(value, default=as_text, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueRefusedError(f"A value is none that JSON knows: {shortened(error)}.") from None
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


class _Schemas(GenerateJsonSchema):
    """Amounts are texts, whichever way they go."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002 - its parent's
        return {"type": "string", "maxLength": 40, "pattern": DECIMAL}


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
        raise SchemaError(f"“{name}” takes or gives what is no JSON value: {shortened(error)}.") from None
    if '"binary"' in json.dumps(signature.result):
        raise SchemaError(f"“{name}” returns bytes, which are no JSON value; return text.")
    return _Shape(signature, arguments, fields, result, result_type)


def _annotations(
    function: Callable[..., object], name: str
) -> tuple[Mapping[str, Any], Sequence[inspect.Parameter]]:
    try:
        annotations = typing.get_type_hints(function, include_extras=True)
        return annotations, tuple(inspect.signature(function).parameters.values())
    except (NameError, TypeError, ValueError, AttributeError) as error:
        raise SchemaError(f"The annotations of “{name}” cannot be read: {shortened(error)}.") from None


def _is_frozen(kind: type) -> bool:
    parameters = getattr(kind, "__dataclass_params__", None)
    return dataclasses.is_dataclass(kind) and parameters is not None and bool(parameters.frozen)
