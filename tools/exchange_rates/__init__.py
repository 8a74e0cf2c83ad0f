"""The euro's reference rates from the file of the European Central Bank."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from tools.contract import Context, Manifest, Permissions, ToolError
from tools.exchange_rates._crossing import crossed
from tools.exchange_rates._file import Day, read_days
from tools.exchange_rates._source import Period, file_of

__all__ = ["rate_on", "read_rates"]

MANIFEST = Manifest(
    version="1.1.0",
    kind="exchange_rates",
    summary="Reads the euro's reference rates from the European Central Bank's file.",
    permissions=Permissions(
        network=True,
        timeout_seconds=30,
        memory_bytes=768 * 1024 * 1024,
        output_bytes=2 * 1024 * 1024,
        retries=2,
        # The file changes once a working day, at about 16:00 in Frankfurt.
        cache_seconds=60 * 60,
        calls_a_minute=60,
        calls_a_day=5_000,
    ),
    configuration={
        "type": "object",
        "properties": {
            "base_url": {
                "type": "string",
                "format": "own-service",
                "title": "Folder of the files",
                "description": "Where the central bank's files lie; a copy of your own may stand in for it.",
                "default": "https://www.ecb.europa.eu/stats/eurofxref/",
            },
            "addresses": {
                "type": "array",
                "items": {"type": "string", "format": "own-service"},
                "title": "Other addresses",
                "description": "Addresses of such files that may be asked for beside the central bank's own.",
                "default": [],
            },
        },
        "additionalProperties": False,
    },
)

File = Annotated[bytes | None, Field(description="The file itself, XML, CSV or ZIP.")]
Address = Annotated[str | None, Field(description="Where the file lies, as configured.")]
Which = Annotated[Period, Field(description="Which of the central bank's own files.")]

#: More rates than this are no answer but a file; ask for fewer days or currencies.
_MOST_RATES = 20_000


@dataclass(frozen=True, slots=True)
class ReferenceRate:
    """What one euro was worth in ``currency`` on ``date``, exactly as the file states it."""

    date: date
    currency: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class ReferenceRates:
    """The rates that were asked for, the latest day first.

    ``source`` says which file; ``first_day`` and ``last_day`` are the file's own. ``without_rate`` names the currencies
    that were asked for and stand in the file without any rate on these days.
    """

    source: str
    first_day: date
    last_day: date
    rates: tuple[ReferenceRate, ...]
    without_rate: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of ``currency`` was worth in ``into`` on ``date``.

    It is derived through the euro from ``derived_from``, the rates as stated. ``is_exact`` is false where the quotient
    had to be rounded to 12 digits after the decimal mark, half up.
    """

    date: date
    currency: str
    into: str
    rate: Decimal
    is_exact: bool
    derived_from: tuple[ReferenceRate, ...]
    source: str


def read_rates(
    context: Context,
    *,
    content: File = None,
    url: Address = None,
    period: Which = "latest",
    currencies: Annotated[
        tuple[str, ...], Field(description="Codes such as USD; all where none is named.")
    ] = (),
    first_day: date | None = None,
    last_day: date | None = None,
) -> ReferenceRates:
    """Read the central bank's file: the one given, the one at ``url``, or its own file of the period.

    XML, CSV and ZIP are read, whatever the name. Without ``currencies`` all of them are returned.

    :raises ToolError: the file is none of reference rates, or states no rate of these days and currencies.
    :raises TemporaryToolError: the file cannot be had now.
    """
    wanted = tuple(_code(one) for one in currencies)
    source, days = _days(context, content=content, url=url, period=period)
    known = {currency for day in days for currency in day.listed}
    if unknown := [one for one in wanted if one not in known]:
        raise ToolError(f"{source} lists no {' and no '.join(unknown)}. It lists {', '.join(sorted(known))}.")
    chosen = [day for day in days if (first_day or date.min) <= day.date <= (last_day or date.max)]
    rates = tuple(
        ReferenceRate(day.date, currency, rate)
        for day in chosen
        for currency, rate in day.rates.items()
        if not wanted or currency in wanted
    )
    if not rates:
        raise ToolError(
            f"{source} has no rate of these currencies on these days; it runs from {days[-1].date} to {days[0].date}."
        )
    if len(rates) > _MOST_RATES:
        raise ToolError(
            f"These are {len(rates):,} rates; {_MOST_RATES:,} are the most. Ask for fewer days or currencies."
        )
    found = {rate.currency for rate in rates}
    return ReferenceRates(
        source=source,
        first_day=days[-1].date,
        last_day=days[0].date,
        rates=rates,
        without_rate=tuple(one for one in wanted if one not in found),
    )


def rate_on(
    day: date,
    currency: Annotated[str, Field(description="What is worth something: a code such as USD.")],
    into: Annotated[str, Field(description="In what it is told: a code such as EUR.")],
    context: Context,
    *,
    content: File = None,
    url: Address = None,
    period: Which = "90_days",
) -> Rate:
    """Return what one unit of ``currency`` was worth in ``into`` on that very day.

    No other day stands in: there are no rates on weekends and holidays of the central bank.

    :raises ToolError: the file is none, or states no rate of both currencies on that day.
    :raises TemporaryToolError: the file cannot be had now.
    """
    currency, into = _code(currency), _code(into)
    source, days = _days(context, content=content, url=url, period=period)
    found, used, is_exact = crossed(days, source, day=day, currency=currency, into=into)
    return Rate(
        date=day,
        currency=currency,
        into=into,
        rate=found,
        is_exact=is_exact,
        derived_from=tuple(ReferenceRate(day, one, rate) for one, rate in used),
        source=source,
    )


def _days(
    context: Context, *, content: bytes | None, url: str | None, period: Period
) -> tuple[str, tuple[Day, ...]]:
    source, file = file_of(context, content=content, url=url, period=period)
    return source, read_days(file, source)


def _code(text: str) -> str:
    code = text.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise ToolError(f"{text.strip()!r} is no ISO 4217 currency code; use one such as USD.")
    return code
