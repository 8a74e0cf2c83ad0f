"""The work of one answer: time on a processor, of Python and of the connection's PostgreSQL process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.http import HttpResponse


@dataclass(slots=True)
class _Clock:
    """Adds up the milliseconds of the queries that it wraps, and counts them."""

    spent: float = 0.0
    queries: int = 0

    def __call__(self, execute: Callable, sql: str, facts: object, many: bool, context: dict) -> object:
        began = served()
        try:
            return execute(sql, facts, many, context)
        finally:
            self.spent += served() - began
            self.queries += 1


def served() -> float:
    """Return how many milliseconds the connection's server process worked; a clock where it is elsewhere."""
    assert connection.connection is not None
    try:
        facts = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    except OSError:
        return time.perf_counter() * 1000
    return int(facts.split()[0]) / 1e6


@dataclass(frozen=True, slots=True, order=True)
class Answer:
    """One answer: milliseconds that passed, of PostgreSQL's work, and of Python's; queries, and bytes."""

    total: float
    sql: float
    python: float
    queries: int
    size: int

    @property
    def work(self) -> float:
        """The milliseconds of work in all."""
        return self.sql + self.python


class WrongAnswerError(Exception):
    """What was answered is not what is measured."""


def answered(ask: Callable[[], HttpResponse], *, says: str) -> Answer:
    """Ask for a page with its template, or send a form, whose answer ``says`` so where it is what is measured.

    Raises:
        WrongAnswerError: it is a refusal, another page, or one about fewer lines.
    """
    clock = _Clock()
    with connection.execute_wrapper(clock):
        began, worked = time.perf_counter(), time.process_time()
        answer = ask()
        taken, worked = (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000
    text = answer.content.decode()
    if answer.status_code != 200 or says not in text:
        raise WrongAnswerError(f"Not “{says}”, but {answer.status_code}: {text[:300]}")
    return Answer(taken, clock.spent, worked, clock.queries, len(answer.content))
