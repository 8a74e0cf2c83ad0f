"""Forms of the tools' pages: a tool's arguments and settings from their schemas, and what narrows a list."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from ledgerflow.books.models import Book
from ledgerflow.toolbox.configuration_schemas import SECRET_PREFIX, secret_names, service_names
from ledgerflow.toolbox.models import Asker, Outcome, Tool
from ledgerflow.toolbox.schema_fields import field_for
from ledgerflow.toolbox.schemas import ORDER
from ledgerflow.toolbox.services.configuration import EffectiveLimits, Limits
from ledgerflow.users.models import User

#: The largest file that a form hands to a tool.
MOST_BYTES = 10 * 1024 * 1024
#: Before the names of a schema, which may be any, also those that a form has already.
_WHERE_SECRETS = (("env", "In an environment variable"), ("file", "In a file of the secrets folder"))
_BEFORE = "value_"
_WHERE = "__at"
FAILED = "failed"


def _in_order(schema: Mapping[str, Any]) -> list[str]:
    properties = schema.get("properties", {})
    return [name for name in schema.get(ORDER, properties) if name in properties]


def _label(name: str, schema: Mapping[str, Any]) -> str:
    words = str(schema.get("title") or name.replace("_", " "))
    # A title that was made of the name (“Time Range”) reads better as words.
    is_made = words == name.replace("_", " ").title()
    return words.capitalize() if is_made else words


class ArgumentsForm(forms.Form):
    """What a tool is called with. What is left empty is left out, and has the tool's own default."""

    fresh = forms.BooleanField(
        required=False, label="Ask anew", help_text="Also where an answer to the same question is still kept."
    )

    def __init__(self, tool: Tool, *args: Any, **kwargs: Any) -> None:
        given = kwargs.pop("given", {})
        super().__init__(*args, **kwargs)
        self._names = _in_order(tool.argument_schema)
        fresh = self.fields.pop("fresh")
        for name in self._names:
            part = tool.argument_schema["properties"][name]
            is_required = name in tool.argument_schema.get("required", ())
            default = part.get("default")
            hint = str(part.get("description", ""))
            if not is_required and default not in (None, [], {}, ""):
                hint = f"{hint} Left empty: {_said(default)}.".strip()
            self.fields[_BEFORE + name] = field_for(
                part, root=tool.argument_schema, most_bytes=MOST_BYTES, required=is_required,
                label=_label(name, part), help_text=hint, initial=given.get(name),
            )  # fmt: skip
        if tool.manifest["permissions"]["cache_seconds"]:
            self.fields["fresh"] = fresh

    @property
    def takes_files(self) -> bool:
        """Whether one of the arguments is a file."""
        return self.is_multipart()

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that were given, by name."""
        return {
            name: value for name in self._names if (value := self.cleaned_data[_BEFORE + name]) is not None
        }


class SettingsForm(forms.Form):
    """A tool's settings, for the installation or a book; ``below`` are those that stand where one is left empty.

    Secrets are asked for as references. Addresses of services are asked for where ``sets_services`` allows; what is
    kept of them otherwise stays. ``limits`` are those that are kept, ``most`` those that they narrow.
    """

    calls_a_minute = forms.IntegerField(required=False, min_value=1, label="Calls a minute")
    calls_a_day = forms.IntegerField(required=False, min_value=1, label="Calls a day")

    def __init__(
        self,
        tool: Tool,
        *args: Any,
        kept: Mapping[str, Any],
        below: Mapping[str, Any],
        sets_services: bool,
        limits: Limits,
        most: EffectiveLimits,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, limit in most._asdict().items():
            self.fields[name].initial = getattr(limits, name)
            self.fields[name].help_text = f"For each book. Left empty: {limit:,}, which is also the most."
        self._schema: Mapping[str, Any] = tool.manifest["configuration"]
        self._kept = kept
        self._secrets = secret_names(self._schema)
        self._fixed = frozenset() if sets_services else service_names(self._schema)
        for name in _in_order(self._schema):
            if name not in self._fixed:
                self.fields.update(self._fields_of(name, below))
        self.order_fields([name for name in self.fields if name.startswith(_BEFORE)])

    def limits(self) -> Limits:
        """Return the limits that were given."""
        return Limits(self.cleaned_data["calls_a_minute"], self.cleaned_data["calls_a_day"])

    def values(self) -> dict[str, Any]:
        """Return the settings that were given, and those that this form does not ask for."""
        given = {name: self._kept[name] for name in self._fixed if name in self._kept}
        for name in _in_order(self._schema):
            value = self.cleaned_data.get(_BEFORE + name)
            if name in self._fixed or value in (None, ""):
                continue
            given[name] = (
                {value: self.cleaned_data[_BEFORE + name + _WHERE]} if name in self._secrets else value
            )
        return given

    def clean(self) -> dict[str, Any]:
        """Ask for the whole reference to a secret."""
        cleaned = super().clean() or {}
        for name in self._secrets:
            if bool(cleaned.get(_BEFORE + name)) != bool(cleaned.get(_BEFORE + name + _WHERE)):
                self.add_error(
                    _BEFORE + name + _WHERE, "Say both where the secret is kept and under which name."
                )
        return cleaned

    def _fields_of(self, name: str, below: Mapping[str, Any]) -> Iterator[tuple[str, forms.Field]]:
        part = self._schema["properties"][name]
        label, hint = _label(name, part), str(part.get("description", ""))
        if name in self._secrets:
            yield from self._secret_fields(name, label, hint)
            return
        if name in service_names(self._schema) and settings.OWN_SERVICES:
            hint = f"{hint} The settings of LedgerFlow name {', '.join(settings.OWN_SERVICES)}.".strip()
        elif name in service_names(self._schema):
            hint = f"{hint} A private address must be named in LEDGERFLOW_OWN_SERVICES too.".strip()
        if below.get(name) not in (None, "", [], {}):
            hint = f"{hint} Left empty: {_said(below[name])}.".strip()
        elif name in self._schema.get("required", ()):
            hint = f"{hint} Needed.".strip()
        options = {"required": False, "label": label, "help_text": hint, "initial": self._kept.get(name)}
        yield _BEFORE + name, field_for(part, root=self._schema, most_bytes=0, **options)

    def _secret_fields(self, name: str, label: str, hint: str) -> Iterator[tuple[str, forms.Field]]:
        reference = self._kept.get(name)
        where, at = next(iter(reference.items())) if isinstance(reference, dict) and reference else ("", "")
        choices = [("", "Nowhere"), *_WHERE_SECRETS]
        yield _BEFORE + name, forms.ChoiceField(
            required=False, label=f"{label}: kept", choices=choices, initial=where,
            help_text=f"{hint} The secret itself is never kept here.".strip(),
        )  # fmt: skip
        yield _BEFORE + name + _WHERE, forms.CharField(
            required=False, label=f"{label}: name of the variable or file", initial=at, max_length=255,
            help_text=f"A variable begins with {SECRET_PREFIX}.",
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )  # fmt: skip


class ServerForm(forms.Form):
    """An MCP server to name; its token is kept elsewhere, and referred to."""

    name = forms.RegexField(
        r"^[a-z][a-z0-9_-]{0,39}$",
        strip=True,
        help_text="In lower case, such as shop.",
        error_messages={"invalid": "Begin with a letter; then letters in lower case, digits, - and _."},
    )
    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="Where it speaks streamable HTTP, such as https://tools.example/mcp.",
    )
    where = forms.ChoiceField(
        required=False,
        label="Its token is kept",
        choices=[("", "Nowhere: it asks for none"), *_WHERE_SECRETS],
        help_text="The secret itself is never kept here.",
    )
    at = forms.CharField(
        required=False,
        max_length=255,
        label="Name of the variable or file",
        help_text=f"A variable begins with {SECRET_PREFIX}.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the whole reference to the token."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("where")) != bool(cleaned.get("at")):
            self.add_error("at", "Say both where the token is kept and under which name.")
        return cleaned

    def token(self) -> dict[str, str] | None:
        """Return the reference to the token."""
        where = self.cleaned_data["where"]
        return {where: self.cleaned_data["at"]} if where else None


class RemapForm(forms.Form):
    """Where a missing tool is now."""

    to_path = forms.CharField(max_length=200, label="New path", strip=True)


class RunsForm(forms.Form):
    """Which runs to list; ``before`` is the page's key."""

    outcome = forms.ChoiceField(required=False, label="Outcome")
    book = forms.ModelChoiceField(Book.objects.none(), required=False, label="Book", empty_label="Any")
    through = forms.ChoiceField(required=False, label="Asked by", choices=[("", "Anyone"), *Asker.choices])
    person = forms.ModelChoiceField(User.objects.none(), required=False, label="Person", empty_label="Anyone")
    since = forms.DateField(
        required=False, label="Since", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, books: QuerySet[Book] | None, people: QuerySet[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [("", "Any"), (FAILED, "the tool's fault"), *Outcome.choices]
        _offer(self.fields["person"], people)
        if books is None:
            del self.fields["book"]
        else:
            _offer(self.fields["book"], books)


class SentForm(forms.Form):
    """Which requests to list; ``before`` is the page's key."""

    book = forms.ModelChoiceField(Book.objects.none(), required=False, label="Book", empty_label="Any")
    tool = forms.ModelChoiceField(
        Tool.objects.order_by("module_path"), required=False, label="Tool", empty_label="Any"
    )
    host = forms.CharField(
        required=False, max_length=255, label="Host", widget=forms.TextInput(attrs={"list": "hosts"})
    )
    refused = forms.BooleanField(required=False, label="Only what was refused or failed")
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, books: QuerySet[Book] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if books is None:
            del self.fields["book"]
        else:
            _offer(self.fields["book"], books)


def _offer(field: forms.Field, rows: QuerySet[Any]) -> None:
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


def _said(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value))
    return str(value)
