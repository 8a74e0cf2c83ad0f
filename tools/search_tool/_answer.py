"""SearXNG's answer read into plain values. What an engine leaves out is absent; a result without an address is none."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

MOST_RESULTS = 100
_LONGEST = {"title": 300, "url": 2000, "snippet": 1000, "word": 200}
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:$|[T ])")


@dataclass(frozen=True, slots=True)
class Found:
    """The parts of an answer; a result is a mapping of the fields of the public ``Result``."""

    results: tuple[Mapping[str, Any], ...]
    unresponsive: tuple[tuple[str, str], ...]
    suggestions: tuple[str, ...]
    corrections: tuple[str, ...]
    estimate: int | None


def read_answer(answer: Mapping[str, Any]) -> Found:
    """Return what the answer holds; results beyond the first 100 are left out."""
    rows = (_result(row) for row in answer["results"][:MOST_RESULTS] if isinstance(row, Mapping))
    return Found(
        results=tuple(row for row in rows if row is not None),
        unresponsive=tuple(_pair(each) for each in _items(answer, "unresponsive_engines")),
        suggestions=_words(answer, "suggestions"),
        corrections=_words(answer, "corrections"),
        estimate=_estimate(answer.get("number_of_results")),
    )


def _result(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    url = _text(row.get("url"), "url")
    if _web_scheme(url) not in {"http", "https"}:
        return None
    engines = row.get("engines") or [row.get("engine")]
    return {
        "title": _text(row.get("title"), "title"),
        "url": url,
        "snippet": _text(row.get("content"), "snippet"),
        "engines": tuple(sorted(_text(name, "word") for name in engines if isinstance(name, str))),
        "score": _score(row.get("score")),
        "published": _day(row.get("publishedDate")) or _day(row.get("pubdate")),
    }


def _web_scheme(url: str) -> str:
    """Return the scheme of an address with a host, else nothing: a page of the web can hold any text."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.scheme if parts.hostname else ""


def _pair(each: Any) -> tuple[str, str]:
    """SearXNG writes a pair of engine and reason."""
    parts = list(each) if isinstance(each, list | tuple) else [each]
    name = _text(parts[0] if parts else "", "word")
    return name, _text(" ".join(str(part) for part in parts[1:] if part), "word") or "no reason given"


def _items(answer: Mapping[str, Any], name: str) -> list[Any]:
    found = answer.get(name)
    return found[:MOST_RESULTS] if isinstance(found, list) else []


def _words(answer: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(_text(each, "word") for each in _items(answer, name) if isinstance(each, str))


def _text(value: Any, kind: str) -> str:
    """One line without control characters: pages are written by strangers."""
    if not isinstance(value, str):
        return ""
    visible = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in value)
    return " ".join(visible.split())[: _LONGEST[kind]]


def _score(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    score = Decimal(value)
    return round(score, 4) if score.is_finite() and abs(score) < 1_000_000 else None


def _day(value: Any) -> date | None:
    match = _DAY.match(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _estimate(value: Any) -> int | None:
    """SearXNG writes 0 where it has no estimate, searx a number with a fraction."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 < value < 10**15:
        return None
    return int(value)
