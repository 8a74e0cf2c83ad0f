"""A form field for each property of a JSON schema, and the JSON value of what was typed into it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django import forms

_DECIMAL = r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$"
_FILE_FORMATS = frozenset({"base64url", "base64", "binary"})
_LONG_TEXT = 500
_BOOLEANS = ((True, "Yes"), (False, "No"))


class _JsonField(forms.JSONField):
    """What is not there is an empty field, not the word for it in JSON."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)


class LinesField(forms.CharField):
    """Several values, one a line; each becomes a JSON value."""

    def __init__(self, *, read: Callable[[str], Any], **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **options)
        self._read = read

    def prepare_value(self, value: Any) -> Any:
        """Show values that are kept as lines."""
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        """Return the values."""
        lines = [line.strip() for line in str(super().clean(value) or "").splitlines() if line.strip()]
        try:
            return [self._read(line) for line in lines] or None
        except ValueError:
            raise forms.ValidationError("Write one number a line.") from None


class OneOfField(forms.TypedChoiceField):
    """One of the values that the schema names, of whichever type."""

    def __init__(self, *, values: tuple[tuple[Any, str], ...], empty: str, **options: Any) -> None:
        choices = [(json.dumps(value), label) for value, label in values]
        super().__init__(choices=[("", empty), *choices], coerce=json.loads, empty_value=None, **options)

    def prepare_value(self, value: Any) -> Any:
        """Show a value that is kept as its choice."""
        is_choice = value is None or (isinstance(value, str) and value in dict(self.choices))  # type: ignore[arg-type]  # the choices are pairs here
        return value if is_choice else json.dumps(value)


class SeveralOfField(forms.TypedMultipleChoiceField):
    """Several of the values that the schema names."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, values: tuple[tuple[Any, str], ...], **options: Any) -> None:
        choices = [(json.dumps(value), label) for value, label in values]
        super().__init__(choices=choices, coerce=json.loads, empty_value=None, **options)

    def prepare_value(self, value: Any) -> Any:
        """Show values that are kept as their choices."""
        known = {choice for choice, _ in self.choices}  # type: ignore[union-attr, misc]  # the choices are pairs here
        given = value if isinstance(value, list | tuple) else ()  # kept for a schema of an older version
        return [each if each in known else json.dumps(each) for each in given]


class DayField(forms.DateField):
    """A day, as its text."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> Any:
        """Return the day as JSON writes it."""
        day = super().clean(value)
        return day.isoformat() if day else None


class ContentField(forms.FileField):
    """A file, as its bytes."""

    def __init__(self, *, most_bytes: int, **options: Any) -> None:
        super().__init__(allow_empty_file=True, **options)
        self._most_bytes = most_bytes

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the bytes."""
        file = super().clean(data, initial)
        if not file:
            return None
        if file.size > self._most_bytes:
            raise forms.ValidationError(f"The file is larger than {self._most_bytes // 1024 // 1024} MB.")
        return file.read()


def resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a value without references to ``$defs`` and without the choice of null."""
    for _ in range(8):  # one that goes round in a circle is shown as JSON
        if "$ref" in schema:
            name = str(schema["$ref"]).rpartition("/")[2]
            outer = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**root.get("$defs", {}).get(name, {}), **outer}
        elif "anyOf" in schema:
            kinds = [each for each in schema["anyOf"] if each.get("type") != "null"]
            if len(kinds) != 1:
                return {}
            schema = {
                **{key: value for key, value in schema.items() if key != "anyOf"},
                **kinds[0],
                **_words(schema),
            }
        else:
            break
    return schema


def field_for(
    schema: Mapping[str, Any], *, root: Mapping[str, Any], most_bytes: int, **options: Any
) -> forms.Field:
    """Return the field for a property; ``options`` are those of every field. A shape without one is typed as JSON."""
    schema = resolved(schema, root)
    empty = "Choose …" if options.get("required") else "Not set"
    if "const" in schema:
        schema = {**schema, "enum": [schema["const"]]}
    if "enum" in schema or schema.get("type") == "boolean":
        named = tuple((value, _choice(value)) for value in schema.get("enum", ()) if value is not None)
        values = named or _BOOLEANS
        return OneOfField(values=values, empty=empty, **options)
    match schema.get("type"):
        case "string":
            return _text_field(schema, most_bytes, options)
        case "array":
            return _list_field(resolved(schema.get("items", {}), root), options)
        case "integer" | "number" as kind:
            number = forms.IntegerField if kind == "integer" else forms.FloatField
            return number(**_limits(schema), **options)
    return _json_field(options)


def _text_field(schema: Mapping[str, Any], most_bytes: int, options: dict[str, Any]) -> forms.Field:
    if schema.get("format") in _FILE_FORMATS:
        return ContentField(most_bytes=most_bytes, **options)
    if schema.get("format") == "date":
        return DayField(**options)
    if schema.get("pattern") == _DECIMAL:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        wrong = {"invalid": "Write a decimal number such as 12.50."}
        return forms.RegexField(
            _DECIMAL,
            max_length=40,
            strip=True,
            widget=widget,
            error_messages=wrong,
            empty_value=None,
            **options,
        )
    longest = schema.get("maxLength")
    is_long = longest is not None and longest > _LONG_TEXT
    one_line = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": 3}) if is_long else one_line,
        empty_value=None,
        **options,
    )


def _list_field(item: Mapping[str, Any], options: dict[str, Any]) -> forms.Field:
    if "enum" in item:
        return SeveralOfField(values=tuple((value, _choice(value)) for value in item["enum"]), **options)
    readers: dict[Any, Callable[[str], Any]] = {"string": str, "integer": int, "number": float}
    read = readers.get(item.get("type"))
    if read is None or item.get("format") in _FILE_FORMATS:
        return _json_field(options)
    options["help_text"] = f"{options.get('help_text', '')} One a line.".strip()
    return LinesField(read=read, **options)


def _json_field(options: dict[str, Any]) -> forms.Field:
    options["help_text"] = f"{options.get('help_text', '')} As JSON.".strip()
    return _JsonField(widget=forms.Textarea(attrs={"rows": 4, "class": "font-monospace"}), **options)


def _limits(schema: Mapping[str, Any]) -> dict[str, Any]:
    names = {"min_value": "minimum", "max_value": "maximum"}
    return {name: schema[key] for name, key in names.items() if key in schema}


def _words(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: schema[name] for name in ("title", "description", "default") if name in schema}


def _choice(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
