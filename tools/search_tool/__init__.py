"""Web search through a SearXNG of your own."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from tools.contract import Context, Manifest, Permissions
from tools.search_tool._answer import read_answer
from tools.search_tool._question import LAST_PAGE, LONGEST_QUERY, TimeRange, ask, words_of

__all__ = ["search_web"]

MANIFEST = Manifest(
    version="1.0.0",
    kind="search",
    summary="Searches the web through a SearXNG of your own and returns titles, addresses and snippets.",
    permissions=Permissions(
        network=True,
        timeout_seconds=20,
        memory_bytes=256 * 1024 * 1024,
        output_bytes=512 * 1024,
        retries=2,
        cache_seconds=24 * 60 * 60,
        calls_a_minute=30,
        calls_a_day=2_000,
    ),
    configuration={
        "type": "object",
        "properties": {
            "base_url": {
                "type": "string",
                "format": "own-service",
                "title": "Address of SearXNG",
                "description": "Where your SearXNG answers, such as http://searxng:8080.",
            },
            "language": {
                "type": "string",
                "title": "Language",
                "description": "Where a question does not say: a code such as en, de or en-US, or all.",
                "default": "all",
                "pattern": r"^(all|auto|[a-z]{2,3}(-[A-Za-z]{2,4})?)$",
            },
            "categories": {
                "type": "array",
                "items": {"type": "string"},
                "title": "Categories",
                "description": "SearXNG's categories where a question does not say.",
                "default": ["general"],
            },
            "safe_search": {
                "type": "integer",
                "enum": [0, 1, 2],
                "title": "Safe search",
                "description": "0: everything, 1: moderate, 2: strict.",
                "default": 0,
            },
            "redaction": {
                "type": "string",
                "enum": ["strict", "names"],
                "title": "Redaction",
                "description": "What is taken out of a question before it leaves: strict takes people's names out too.",
                "default": "strict",
            },
            "timeout_seconds": {
                "type": "integer",
                "minimum": 1,
                "maximum": 15,
                "title": "Patience in seconds",
                "description": "How long SearXNG waits for its engines before it answers with what it has.",
                "default": 8,
            },
        },
        "required": ["base_url"],
        "additionalProperties": False,
    },
)


@dataclass(frozen=True, slots=True)
class Result:
    """A page that was found.

    ``score`` is SearXNG's own measure of how well engines agree on the page, without a unit. ``published`` is the day
    that an engine states, where it states one that can be read.
    """

    title: str
    url: str
    snippet: str
    engines: tuple[str, ...]
    score: Decimal | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class UnresponsiveEngine:
    """An engine that did not answer, and why, as SearXNG says it."""

    engine: str
    reason: str


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What was found, the best first, and who did not answer. ``query`` is what was asked.

    ``estimated_results`` is how many pages the engines claim to know, where they say; it is no count.
    """

    query: str
    page: int
    results: tuple[Result, ...]
    unresponsive_engines: tuple[UnresponsiveEngine, ...]
    suggestions: tuple[str, ...]
    corrections: tuple[str, ...]
    estimated_results: int | None = None


def search_web(
    query: Annotated[str, Field(description="What to search for.", min_length=1, max_length=LONGEST_QUERY)],
    context: Context,
    *,
    categories: Annotated[
        tuple[str, ...] | None, Field(description="SearXNG's categories, such as general or news.")
    ] = None,
    language: Annotated[str | None, Field(description="A code such as en, de or en-US, or all.")] = None,
    time_range: Annotated[TimeRange | None, Field(description="How old a page may be.")] = None,
    safe_search: Annotated[
        Literal[0, 1, 2] | None, Field(description="0: everything, 1: moderate, 2: strict.")
    ] = None,
    page: Annotated[int, Field(description="Which page of results.", ge=1, le=LAST_PAGE)] = 1,
) -> SearchAnswer:
    """Search the web; what is left out is as configured.

    :raises ToolError: the question is none, or SearXNG cannot be asked; the message says what to change.
    :raises TemporaryToolError: SearXNG does not answer now, or is asked too often.
    """
    found = read_answer(
        ask(
            context,
            query=query,
            categories=categories,
            language=language,
            time_range=time_range,
            safe_search=safe_search,
            page=page,
        )
    )
    return SearchAnswer(
        query=words_of(query),
        page=page,
        results=tuple(Result(**row) for row in found.results),
        unresponsive_engines=tuple(UnresponsiveEngine(*pair) for pair in found.unresponsive),
        suggestions=found.suggestions,
        corrections=found.corrections,
        estimated_results=found.estimate,
    )
