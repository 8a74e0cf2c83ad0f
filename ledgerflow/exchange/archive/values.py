"""What a column of a model takes, from JSON."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models

from ledgerflow.exchange.archive.errors import ArchiveError


def value_of(field: "models.Field[Any, Any]", said: object, where: str) -> Any:
    """Return what the JSON value means for the field; for a relation, the place of the row that is meant.

    Raises:
        ArchiveError: it cannot be a value of the field.
    """
    if said is None and field.null:
        return None
    if isinstance(field, models.JSONField):
        return said
    kind, read = _reading(field)
    if type(said) is not kind:
        raise ArchiveError(f"{where} cannot be {said!r}.")
    try:
        value = read(said)
    except (ValueError, InvalidOperation) as error:
        raise ArchiveError(f"{where} cannot be {said!r}.") from error
    if field.choices and value != "" and value not in dict(field.flatchoices):
        raise ArchiveError(f"{where} cannot be {said!r}.")
    return value


def _reading(field: "models.Field[Any, Any]") -> tuple[type, Callable[[Any], Any]]:
    """Return the type of JSON value that the field is written as, and what reads it."""
    if field.is_relation:
        return int, _place
    return next((kind, read) for of_field, kind, read in _READINGS if isinstance(field, of_field))


def _place(said: int) -> int:
    if said < 1:
        raise ValueError(said)
    return said


def _decimal(said: str) -> Decimal:
    value = Decimal(said)
    if not value.is_finite():
        raise ValueError(said)
    return value


def _moment(said: str) -> datetime:
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise ValueError(said)
    return moment


def _text(said: str) -> str:
    if "\x00" in said:
        raise ValueError(said)
    return said


#: A moment is a day as well, so it comes first.
_READINGS: tuple[tuple[type, type, Callable[[Any], Any]], ...] = (
    (models.BooleanField, bool, bool),
    (models.IntegerField, int, int),
    (models.DecimalField, str, _decimal),
    (models.DateTimeField, str, _moment),
    (models.DateField, str, date.fromisoformat),
    (models.Field, str, _text),
)
