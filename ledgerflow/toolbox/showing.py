"""JSON values as a part of a page, for people; every text is escaped by Django."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

#: Deeper values are shown as JSON; longer lists and texts are cut, and say so.
_DEEPEST, _LONGEST_LIST, _LONGEST_TEXT = 4, 100, 5_000


def shown(value: Any, depth: int = _DEEPEST) -> SafeString:
    """Return the value as HTML: facts as a list of terms, lists as lists, the rest as text."""
    if isinstance(value, Mapping | list) and value:
        return _compound(value, depth)
    if value is None or value in ("", [], {}):
        return format_html('<span class="text-secondary">{}</span>', "nothing")
    if isinstance(value, bool):
        return conditional_escape("yes" if value else "no")
    return format_html('<span class="long-text">{}</span>', _cut(str(value)))


def _compound(value: Mapping[str, Any] | list[Any], depth: int) -> SafeString:
    match value:
        case {"sha256": str(digest), **others} if set(others) in ({"bytes"}, {"characters"}):
            unit, count = next(iter(others.items()))
            return format_html(
                '<span class="long-text">too long to keep: {} {}, SHA-256 {}</span>',
                f"{count:,}",
                unit,
                digest,
            )
        case _ if depth == 0:
            return format_html(
                '<code class="long-text">{}</code>', _cut(json.dumps(value, ensure_ascii=False))
            )
        case list():
            return _list(value, depth - 1)
    return _facts(value, depth - 1)


def _facts(values: Mapping[str, Any], depth: int) -> SafeString:
    rows = format_html_join(
        "", "<dt>{}</dt><dd>{}</dd>", ((_named(name), shown(each, depth)) for name, each in values.items())
    )
    return format_html('<dl class="facts">{}</dl>', rows)


def _list(values: list[Any], depth: int) -> SafeString:
    some = values[:_LONGEST_LIST]
    more = f" … and {len(values) - len(some):,} more" if len(values) > len(some) else ""
    if _are_words(some):
        return format_html('<span class="long-text">{}{}</span>', ", ".join(map(str, some)), more)
    rows = format_html_join("", "<li>{}</li>", ((shown(each, depth),) for each in some))
    return format_html('<ol class="mb-0">{}</ol>{}', rows, more)


def _are_words(values: Iterable[Any]) -> bool:
    return all(isinstance(each, str | int | float) and len(str(each)) < 60 for each in values)


def _named(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}… ({len(text):,} characters)"
