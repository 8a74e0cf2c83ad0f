"""Errors of the database, told apart and logged by their shape: what was asked, never with which values."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

logger = logging.getLogger(__name__)

_SHORTAGE_OF_ROOM = {"53100", "58030"}
#: Shut down, crashed, starting up, no more connections, a stand-by, and room or memory that ran out.
_AWAY_STATES = {"57P01", "57P02", "57P03", "57P05", "53300", "53200", "25006"} | _SHORTAGE_OF_ROOM
_LOCKED, _CANCELLED = "55P03", "57014"
_MOST_PARAMETERS = 30
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN|TABLE)\s+(?:ONLY\s+)?\"?([a-z_][a-z0-9_]*)", re.IGNORECASE)


def is_away(error: BaseException | None) -> bool:
    """Whether the error means that the database cannot be asked now, rather than that the question was wrong."""
    return any(_says_away(each) for each in _chain(error))


def lacks_room(error: BaseException | None) -> bool:
    """Whether the database's disk is full or failing."""
    return any(getattr(each, "sqlstate", None) in _SHORTAGE_OF_ROOM for each in _chain(error))


def waited_for_a_lock(error: BaseException | None) -> bool:
    """Whether what was asked for stayed locked by another session for longer than this one waits."""
    return any(getattr(each, "sqlstate", None) == _LOCKED for each in _chain(error))


def took_too_long(error: BaseException | None) -> bool:
    """Whether a statement was ended because it took longer than this session lets one."""
    return any(getattr(each, "sqlstate", None) == _CANCELLED for each in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _says_away(error: BaseException) -> bool:
    if isinstance(error, PoolTimeout | PoolClosed | TooManyRequests):
        return True
    if isinstance(error, psycopg.Error):
        state = error.sqlstate
        if state is not None:
            return state.startswith("08") or state in _AWAY_STATES
        # The library itself speaks: there is no connection, or it broke.
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    # Django's own errors stand for the ones below them, which are looked at by themselves.
    return isinstance(error, OperationalError | InterfaceError) and error.__cause__ is None


@contextmanager
def logged() -> Iterator[None]:
    """Log every error of the application's database while this lasts, by its shape."""
    with connection.execute_wrapper(_log_an_error):
        yield


def _log_an_error(
    execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Mapping[str, Any]
) -> Any:
    try:
        return execute(sql, parameters, many, context)
    except DatabaseError as error:
        state = getattr(error.__cause__, "sqlstate", None)
        shape = f"{described(sql)}; parameters: {shape_of(parameters, many=many)}; SQLSTATE {state or 'none'}"
        error.add_note(shape)
        # Most of these are met on purpose: a unique constraint settles who was first.
        level = logging.INFO if isinstance(error, IntegrityError) else logging.WARNING
        logger.log(level, "%s: %s", type(error).__name__, shape)
        raise


def described(sql: Any) -> str:
    """Return the class of a statement: its first word and the tables it names."""
    text = str(sql).strip()
    word = re.match(r"[A-Za-z]+", text)
    tables = list(dict.fromkeys(name.lower() for name in _TABLE.findall(text)))[:5]
    return " ".join([word[0].upper() if word else "statement", ", ".join(tables)]).strip()


def shape_of(parameters: Any, *, many: bool = False) -> str:
    """Return types and lengths of the parameters, without a value."""
    if parameters is None or not parameters:
        return "none"
    if many:
        return f"{len(parameters)} sets of ({shape_of(parameters[0])})"
    if isinstance(parameters, Mapping):
        return ", ".join(
            f"{name} {_kind(value)}" for name, value in list(parameters.items())[:_MOST_PARAMETERS]
        )
    shapes = [_kind(value) for value in parameters[:_MOST_PARAMETERS]]
    left_out = len(parameters) - len(shapes)
    return ", ".join(shapes) + (f" and {left_out} more" if left_out else "")


def _kind(value: object) -> str:
    name = type(value).__name__
    if isinstance(value, str | bytes | Sequence):
        return f"{name}[{len(value)}]"
    return name
