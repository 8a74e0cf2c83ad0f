"""What a tool takes and gives, from its annotations."""

import datetime as dt
import json
import threading
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from ledgerflow.toolbox.refusals import ValueRefusedError
from ledgerflow.toolbox.schemas import check
from ledgerflow.toolbox.signatures import (
    SchemaError,
    json_text,
    result_as_json,
    signature_of,
    typed_arguments,
)
from ledgerflow.toolbox.values import Context


@dataclass(frozen=True, slots=True)
class Rate:
    currency: str
    rate: Decimal
    day: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    base: Literal["EUR", "USD"]
    rates: tuple[Rate, ...]
    score: float = 0.0


def convert(
    *,
    amount: Decimal,
    currency: Annotated[str, Field(description="ISO 4217.", max_length=3)],
    context: Context,
    day: dt.date = dt.date(2026, 1, 2),
    hints: tuple[Rate, ...] = (),
    image: bytes | None = None,
    json: bool = False,
) -> Rates:
    """Convert an amount."""
    return Rates("EUR", (Rate(currency, amount),))


_GOOD = {"amount": "12.50", "currency": "USD"}


def _taken(values: dict[str, Any]) -> dict[str, Any]:
    """What the process that calls lets through, as the process of the tool types it."""
    given = json.loads(json_text(values))
    check(signature_of(convert).arguments, given, what="argument")
    return typed_arguments(convert, given)


def _given(result: object) -> Any:
    """What the process of the tool makes of a result, if the process that called lets it through."""
    told = result_as_json(convert, result)
    check(signature_of(convert).result, told, what="result")
    return told


def test_of_arguments_it_makes_a_schema_without_the_context():
    signature = signature_of(convert)

    assert signature.context == "context"
    assert list(signature.arguments["properties"]) == ["amount", "currency", "day", "hints", "image", "json"]
    assert signature.arguments["required"] == ["amount", "currency"]
    assert signature.arguments["additionalProperties"] is False
    assert signature.arguments["description"] == "Convert an amount."
    currency = signature.arguments["properties"]["currency"]
    assert (currency["description"], currency["maxLength"]) == ("ISO 4217.", 3)
    assert signature.arguments["properties"]["amount"]["type"] == "string"
    assert signature.arguments["properties"]["day"]["default"] == "2026-01-02"


def test_of_the_result_it_makes_a_schema_of_an_object():
    schema = signature_of(convert).result

    assert (schema["type"], schema["required"]) == ("object", ["base", "rates"])
    assert schema["$defs"]["Rate"]["properties"]["rate"]["type"] == "string"
    assert json.loads(json.dumps(schema)) == schema


def test_arguments_that_fit_it_types_and_fills():
    arguments = _taken(
        {**_GOOD, "day": "2026-11-27", "hints": [{"currency": "USD", "rate": "1.05"}], "image": "aGk="}
    )

    assert arguments == {
        "amount": Decimal("12.50"),
        "currency": "USD",
        "day": dt.date(2026, 11, 27),
        "hints": (Rate("USD", Decimal("1.05")),),
        "image": b"hi",
        "json": False,
    }


def test_a_text_that_only_speaks_of_nul_it_takes():
    assert _taken({**_GOOD, "hints": [{"currency": "\\u0000", "rate": "1"}]})["hints"]


def test_amounts_and_days_it_takes_as_what_they_are():
    taken = _taken({**_GOOD, "amount": Decimal("12.50"), "day": dt.date(2026, 1, 2)})

    assert (taken["amount"], taken["day"]) == (Decimal("12.50"), dt.date(2026, 1, 2))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"colour": 1},
            "There is no argument “colour”; there are: amount, currency, day, hints, image, json.",
        ),
        ({"context": {}}, "There is no argument “context”"),
        ({"amount": 12.5}, "The argument “amount” does not fit: a decimal number goes in a text"),
        ({"amount": "NaN"}, "The argument “amount” does not fit: it must be a decimal number in a text"),
        ({"amount": "1e999999999"}, "The argument “amount” does not fit"),
        ({"amount": "9" * 41}, "The argument “amount” does not fit"),
        ({"currency": "EURO"}, "The argument “currency” does not fit: 'EURO' is too long."),
        ({"currency": None}, "The argument “currency” does not fit: None is not of type 'string'."),
        ({"day": "27.11.2026"}, "The argument “day” does not fit"),
        ({"day": "2026-11-31"}, "The argument “day” does not fit"),
        ({"json": "yes"}, "The argument “json” does not fit: 'yes' is not of type 'boolean'."),
        ({"json": 1}, "The argument “json” does not fit"),
        ({"hints": [{"currency": "USD"}]}, "The argument “hints.0.rate” is missing."),
        ({"hints": [{"currency": "USD", "rate": 1}]}, "The argument “hints.0.rate” does not fit"),
        ({"hints": [{"currency": "USD", "rate": "1", "x": 1}]}, "There is no argument “x” in “hints.0”"),
        ({"image": "*"}, "The argument “image” does not fit"),
        ({"amount": object()}, "A value is none that JSON knows: object is neither"),
        ({"amount": float("nan")}, "A value is none that JSON knows"),
        ({"currency": "a\0"}, "A text holds a NUL character"),
        ({"currency": "\\\0"}, "A text holds a NUL character"),
        ({"currency": "\ud800"}, "A value is none that JSON knows"),
    ],
)
def test_arguments_that_do_not_fit_it_refuses_with_a_sentence(changed: dict[str, Any], sentence: str):
    with pytest.raises(ValueRefusedError) as refusal:
        _taken({**_GOOD, **changed})

    assert str(refusal.value).startswith(sentence)


def test_a_missing_argument_it_names():
    with pytest.raises(ValueRefusedError, match="The argument “currency” is missing"):
        _taken({"amount": "1"})


def test_a_deep_argument_it_refuses_without_falling_over():
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(ValueRefusedError):
        _taken({**_GOOD, "hints": deep})


def test_a_huge_argument_it_does_not_repeat_in_its_sentence():
    with pytest.raises(ValueRefusedError) as refusal:
        _taken({**_GOOD, "currency": "X" * 1_000_000})

    assert len(str(refusal.value)) < 400


def test_a_result_it_turns_into_json_values():
    result = Rates("EUR", (Rate("USD", Decimal("1.0512"), dt.date(2026, 11, 26)),), 0.5)

    assert _given(result) == {
        "base": "EUR",
        "rates": [{"currency": "USD", "rate": "1.0512", "day": "2026-11-26"}],
        "score": 0.5,
    }


@pytest.mark.parametrize(
    "result",
    [
        None,
        {"base": "EUR", "rates": []},
        Rates("GBP", ()),
        Rates("EUR", [Rate("USD", Decimal(1))]),
        Rates("EUR", (Rate("USD", 1.05),)),
        Rates("EUR", (Rate("USD", Decimal("NaN")),)),
        Rates("EUR", ("USD",)),
        Rates("EUR", (), float("inf")),
        Rates("EUR", (Rate(b"\xff", Decimal(1)),)),
    ],
)
def test_a_result_of_another_type_it_refuses(result: object):
    with pytest.raises(ValueRefusedError):
        _given(result)


def _unannotated(query) -> Rates: ...
def _open(*queries: str) -> Rates: ...
def _without_result(query: str): ...
def _of_a_text(query: str) -> str: ...
def _of_an_unknown(query: "Nowhere") -> Rates: ...  # noqa: F821 - that is the point
def _of_an_object(query: threading.Thread) -> Rates: ...


@dataclass
class _Loose:
    word: str


@dataclass(frozen=True)
class _Bytes:
    word: bytes


def _of_a_loose_one(query: str) -> _Loose: ...
def _of_bytes(query: str) -> _Bytes: ...


@pytest.mark.parametrize(
    "function",
    [
        _unannotated,
        _open,
        _without_result,
        _of_a_text,
        _of_an_object,
        _of_an_unknown,
        _of_a_loose_one,
        _of_bytes,
        len,
    ],
)
def test_a_function_that_does_not_say_what_it_takes_and_gives_it_refuses(function):
    with pytest.raises(SchemaError):
        signature_of(function)


def test_a_reference_to_elsewhere_it_does_not_fetch():
    with pytest.raises(ValueRefusedError, match="refers to what it does not hold"):
        check({"$ref": "http://127.0.0.1:9/schema.json"}, {})
