"""JSON values held against JSON schemas: what is published is what is checked. Pure: no Django, no database."""

import functools
import json

import jsonschema
from jsonschema.exceptions import best_match
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from ledgerflow.toolbox.refusals import ValueRefusedError, place, sentence, shortened
from ledgerflow.toolbox.signatures import DECIMAL, JsonSchema, json_text

#: In a schema of the registry, the names of its properties in the order in which the package wrote them.
ORDER = "propertyOrder"


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
                f"The schema refers to what it does not hold: {shortened(missing)}."
            ) from None
        except RecursionError:
            raise ValueRefusedError(f"The {what} is nested too deeply.") from None
        if error is not None:
            raise ValueRefusedError(_refusal(error, what))


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
            within = f" in “{place(error.absolute_path)}”" if error.absolute_path else ""
            return f"There is no {what} “{shortened(unknown)}”{within}; there are: {known}."
        case "required" if isinstance(error.instance, dict):
            missing = next(name for name in error.validator_value if name not in error.instance)
            return (
                f"The {what} “{place([*error.absolute_path, missing])}”{_called(schema, missing)} is missing."
            )
        case "pattern" if schema.get("pattern") == DECIMAL:
            return sentence(
                what, error.absolute_path, 'it must be a decimal number in a text, such as "12.50"'
            )
        case "type" if schema.get("pattern") == DECIMAL:
            return sentence(what, error.absolute_path, 'a decimal number goes in a text, such as "12.50"')
    return sentence(what, error.absolute_path, error.message)


def _called(schema: JsonSchema, name: str) -> str:
    """Return what forms call the property, where that is not the name again."""
    described = schema.get("properties", {}).get(name)
    title = str(described.get("title", "")) if isinstance(described, dict) else ""
    return f" ({title})" if title and title.casefold().replace(" ", "_") != name else ""
