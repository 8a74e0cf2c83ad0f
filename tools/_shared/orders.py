"""What a person said of the order in which a format without columns writes its dates."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256

from tools.contract import Layout, OpenOrderError


def fingerprint_of(format_name: str) -> str:
    """Return what names the dates of all files of the format."""
    return sha256(f"the dates of {format_name}".encode()).hexdigest()[:32]


def order_said(layouts: Sequence[Layout], format_name: str) -> str:
    """Return the order that a person said of the format's dates, empty where nobody did."""
    name = fingerprint_of(format_name)
    return next((each.day_order for each in layouts if each.fingerprint == name), "")


def decides(said: str, days: object, unsaid: Callable[[], object]) -> bool:
    """Whether the order that a person said gave the days: ``unsaid``, without it, they are others or stay open."""
    if not said:
        return False
    try:
        return unsaid() != days
    except OpenOrderError:
        return True


@contextmanager
def asking_for(format_name: str) -> Iterator[None]:
    """Let what a person is asked be about the dates of the format."""
    try:
        yield
    except OpenOrderError as error:
        error.asks = replace(error.asks, layout=Layout(fingerprint_of(format_name), ()), titles=())
        raise
