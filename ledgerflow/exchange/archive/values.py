"""What a column of a model takes, from JSON."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models

from ledgerflow.exchange.archive.errors import ArchiveError

#: Turns a JSON value into that of a column; the text says in which row it stands.
Reader = Callable[[object, str], Any]


def reader_of(field: "models.Field[Any, Any]") -> Reader:
    """Return what reads the field's values; for a relation, the place of the row that is meant.

    The reader raises :class:`ArchiveError` for what cannot be a value of the field.
    """
    if isinstance(field, models.JSONField):
        return lambda said, _where: said
    kind, read = _reading(field)
    chosen = {choice for choice, _ in field.flatchoices} | ({""} if field.blank else set())
    is_free, may_be_null, name = not field.choices, field.null, field.name

    def value(said: object, where: str) -> Any:
        if said is None and may_be_null:
            return None
        try:
            found = read(said) if type(said) is kind else None
        except (ValueError, InvalidOperation):
            found = None
        if found is None or not (is_free or found in chosen):
            raise ArchiveError(f"{where}: {name} cannot be {said!r}.")
        return found

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
    (models.BinaryField, str, bytes.fromhex),
    (models.Field, str, _text),
)
