"""Forms made of schemas: what was typed becomes the JSON values that the schema asks for."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pydantic import Field

from ledgerflow.toolbox.forms import ArgumentsForm, SettingsForm
from ledgerflow.toolbox.models import Tool
from ledgerflow.toolbox.plain import as_plain
from ledgerflow.toolbox.schemas import ORDER, check
from ledgerflow.toolbox.services.configuration import EffectiveLimits, Limits
from ledgerflow.toolbox.signatures import signature_of


@dataclass(frozen=True)
class Pair:
    name: str
    amount: Decimal


def act(  # noqa: PLR0917 - a field of each kind
    text: Annotated[str, Field(description="What to say.", max_length=50)],
    content: bytes,
    amount: Decimal,
    day: date,
    count: Annotated[int, Field(ge=1, le=9)] = 3,
    share: float = 0.5,
    is_loud: bool = False,
    kind: Literal["a", "b"] = "a",
    level: Literal[0, 1, 2] | None = None,
    words: tuple[str, ...] = (),
    numbers: list[int] | None = None,
    several: list[Literal["x", "y"]] | None = None,
    pair: Pair | None = None,
    note: str | None = None,
) -> Pair: ...


_REQUIRED = {"value_text": " hello", "value_amount": "12.50", "value_day": "2026-11-27"}


def _tool(configuration=None, **permissions) -> Tool:
    schema = signature_of(act).arguments
    return Tool(
        module_path="tools.actor.act",
        argument_schema={**schema, ORDER: list(schema["properties"])},
        manifest={"permissions": {"cache_seconds": 0, **permissions}, "configuration": configuration or {}},
    )


def _arguments(**typed):
    files = {"value_content": SimpleUploadedFile("a.bin", b"\0\xff")}
    form = ArgumentsForm(_tool(), {**_REQUIRED, **typed}, files)
    assert form.is_valid(), form.errors
    found = form.arguments()
    check(_tool().argument_schema, as_plain(found), what="argument")
    return found


def test_what_is_left_empty_is_left_out():
    assert _arguments() == {"text": "hello", "content": b"\0\xff", "amount": "12.50", "day": "2026-11-27"}


def test_every_type_has_a_field():
    found = _arguments(
        value_count="4", value_share="0.25", value_is_loud="false", value_kind='"b"', value_level="0",
        value_words="one\n two \n\n", value_numbers="1\n2", value_several=['"y"'],
        value_pair='{"name": "x", "amount": "1.5"}', value_note="n",
    )  # fmt: skip

    del found["text"], found["content"], found["amount"], found["day"]
    assert found == {
        "count": 4, "share": 0.25, "is_loud": False, "kind": "b", "level": 0, "words": ["one", "two"],
        "numbers": [1, 2], "several": ["y"], "pair": {"name": "x", "amount": "1.5"}, "note": "n",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("text", ""), ("text", "x" * 51),
        ("amount", "12,50"), ("amount", "NaN"), ("day", "27.11.2026"), ("count", "10"),
        ("count", "1.5"), ("share", "nan"), ("is_loud", "maybe"), ("kind", '"c"'), ("level", "3"), ("numbers", "one"),
        ("several", '"z"'), ("pair", "{"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_beside_its_field(name: str, typed: str):
    form = ArgumentsForm(
        _tool(),
        {**_REQUIRED, f"value_{name}": [typed] if name == "several" else typed},
        {"value_content": SimpleUploadedFile("a.bin", b"x")},
    )

    assert list(form.errors) == [f"value_{name}"]


def test_fields_stand_in_the_order_of_the_function_and_say_their_defaults():
    form = ArgumentsForm(_tool())

    assert [name.removeprefix("value_") for name in form.fields] == list(act.__annotations__)[:-1]
    assert form.fields["value_text"].help_text == "What to say."
    assert form.fields["value_count"].help_text == "Left empty: 3."
    assert form.fields["value_is_loud"].help_text == "Left empty: no."


def test_asking_anew_is_offered_where_answers_are_kept():
    assert "fresh" not in ArgumentsForm(_tool()).fields
    assert "fresh" in ArgumentsForm(_tool(cache_seconds=60)).fields


def test_the_arguments_of_a_former_run_fill_the_form_again():
    given = {"text": "hi", "kind": "b", "is_loud": True, "words": ["a", "b"], "several": ["x"], "level": 2,
             "day": "2026-11-27", "pair": {"name": "x", "amount": "1"}}  # fmt: skip

    html = str(ArgumentsForm(_tool(), given=given))

    for part in ('value="hi"', 'value="&quot;b&quot;" selected', 'value="true" selected', "a\nb</textarea>",
                 'value="2" selected', 'value="2026-11-27"', "&quot;name&quot;: &quot;x&quot;"):  # fmt: skip
        assert part in html, part
    assert 'value="&quot;x&quot;"' in html.split("checked", maxsplit=1)[0][-200:]


SETTINGS = {
    "type": "object",
    "properties": {
        "key": {"type": "string", "format": "secret", "title": "Key"},
        "base_url": {"type": "string", "format": "own-service"},
        "language": {"type": "string", "default": "all"},
        "loud": {"type": "boolean", "default": True},
    },
    ORDER: ["base_url", "language", "loud", "key"],
    "required": ["base_url"],
}


def _settings(typed=None, *, kept=(), sets_services=True):
    return SettingsForm(
        _tool(SETTINGS),
        typed,
        kept=dict(kept),
        below={"language": "all"},
        sets_services=sets_services,
        limits=Limits(),
        most=EffectiveLimits(60, 1_000),
    )


def test_settings_hold_references_in_place_of_secrets():
    form = _settings({"value_key": "env", "value_key__at": "LEDGERFLOW_TOOL_KEY", "value_loud": "false",
                      "value_base_url": "http://searxng:8080"})  # fmt: skip

    assert form.is_valid(), form.errors
    assert form.values() == {
        "base_url": "http://searxng:8080", "loud": False, "key": {"env": "LEDGERFLOW_TOOL_KEY"},
    }  # fmt: skip


def test_half_a_reference_is_refused():
    assert list(_settings({"value_key": "env"}).errors) == ["value_key__at"]
    assert list(_settings({"value_key__at": "LEDGERFLOW_TOOL_KEY"}).errors) == ["value_key__at"]


def test_an_address_that_is_not_asked_for_stays():
    form = _settings(
        {"value_language": "de", "value_base_url": "http://evil.example"},
        kept={"base_url": "http://searxng:8080"},
        sets_services=False,
    )

    assert form.is_valid()
    assert form.values() == {"base_url": "http://searxng:8080", "language": "de"}


def test_settings_stand_in_the_order_of_the_package_and_say_what_holds_otherwise():
    form = _settings()

    assert list(form.fields) == [
        "value_base_url",
        "value_language",
        "value_loud",
        "value_key",
        "value_key__at",
        "calls_a_minute",
        "calls_a_day",
    ]
    assert form.fields["value_language"].help_text == "Left empty: all."
    assert form.fields["value_base_url"].help_text.endswith("Needed.")
