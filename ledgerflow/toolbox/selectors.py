"""Reads of the registry and of what tools did, for screens and other apps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from ledgerflow.books.models import Book, Membership, Role
from ledgerflow.books.permissions import Action, may
from ledgerflow.toolbox.configuration_schemas import defaults
from ledgerflow.toolbox.consent import State
from ledgerflow.toolbox.models import EgressRequest, Outcome, Tool, ToolConfiguration, ToolRun
from ledgerflow.toolbox.redaction import PROFILES
from ledgerflow.toolbox.values import READER
from ledgerflow.users.models import User

PAGE = 50
_LOOKED_AT = 100
#: What is the tool's own fault. A refusal, a cancellation and an answer of the cache say nothing of its health.
FAILED = frozenset(
    {Outcome.ERROR, Outcome.BROKEN, Outcome.TIME, Outcome.MEMORY, Outcome.OUTPUT, Outcome.DIED}
)
_LONG = ("arguments", "result", "traceback")
#: Left out in the words of the partial index of runs that failed, so that PostgreSQL knows to use it.
_OUTSIDE_INDEX = ("done", "cached", "running")


def enabled_readers() -> list[str]:
    """Return the packages of the statement readers that may read files, by name."""
    rows = Tool.objects.filter(kind=READER, enabled=True, missing_since=None, problem="")
    return sorted({tool.package for tool in rows if tool.state is State.ON})


def may_run(*, path: str) -> bool:
    """Whether the tool of this path is here, enabled, and asks for nothing beyond what was agreed to; one query."""
    tool = Tool.objects.filter(module_path=path).first()
    return tool is not None and tool.state is State.ON


def paths_to_network() -> frozenset[str]:
    """Return the paths of the tools that use the network, themselves or by the tools that they need. One query."""
    said = {tool.module_path: tool.manifest for tool in Tool.objects.only("module_path", "manifest")}
    found = {path for path, manifest in said.items() if manifest["permissions"]["network"]}
    while more := {path for path in said.keys() - found if found.intersection(said[path]["needs"])}:
        found |= more
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class ToolHealth:
    """A tool and its last hundred runs; ``error_rate`` is a share of 1, the median is in milliseconds.

    Both are ``None`` where no run says anything.
    """

    tool: Tool
    runs: int
    last_started_at: datetime | None
    last_outcome: Outcome | None
    error_rate: float | None
    median_ms: float | None


def tools_with_health(*, book: Book | None = None) -> list[ToolHealth]:
    """Return every tool by path, with its health in the book or, without one, everywhere. One query."""
    runs = ToolRun.objects.filter(tool=OuterRef("pk"))
    if book is not None:
        runs = runs.filter(book=book)
    recent = runs.order_by("-id")[:_LOOKED_AT].values(
        said=JSONObject(outcome="outcome", ms="duration_ms", at="started_at")
    )
    rows = Tool.objects.select_related("enabled_by").annotate(recent=ArraySubquery(recent))
    return [_health(tool) for tool in rows.order_by("module_path")]


def _health(tool: Any) -> ToolHealth:
    recent: list[dict[str, Any]] = tool.recent
    answered = [run for run in recent if run["outcome"] == Outcome.DONE or run["outcome"] in FAILED]
    failed = sum(run["outcome"] in FAILED for run in answered)
    times = [run["ms"] for run in answered if run["ms"] is not None]
    return ToolHealth(
        tool=tool,
        runs=len(recent),
        last_started_at=datetime.fromisoformat(recent[0]["at"]) if recent else None,
        last_outcome=Outcome(recent[0]["outcome"]) if recent else None,
        error_rate=failed / len(answered) if answered else None,
        median_ms=median(times) if times else None,
    )


def runs_for(*, user: User) -> QuerySet[ToolRun]:
    """Return the runs that the user may see: those of books where the role allows it, all for a firm administrator."""
    return ToolRun.objects.all() if _sees_all(user) else ToolRun.objects.filter(book__in=_books_seen_by(user))


def last_failure(*, tool: Tool, runs: QuerySet[ToolRun]) -> ToolRun | None:
    """Return the last of these runs in which the tool answered or failed, if it failed then. One query."""
    told = runs.filter(tool=tool, outcome__in=[Outcome.DONE, *FAILED]).defer(*_LONG).order_by("-id").first()
    return told if told is not None and told.outcome in FAILED else None


def last_run_that_ended_so(*, tool: Tool, kind: str) -> ToolRun | None:
    """Return the last run of the tool that failed with the class of error, or, without one, with the outcome."""
    failed = ToolRun.objects.filter(tool=tool).exclude(outcome__in=_OUTSIDE_INDEX)
    ended = failed.filter(Q(error_class=kind) | Q(error_class="", outcome=kind))
    return ended.only("pk").order_by("-id").first()


def requests_for(*, user: User) -> QuerySet[EgressRequest]:
    """Return what left the machine, as far as the user may see it; see :func:`runs_for`."""
    rows = EgressRequest.objects.all()
    return rows if _sees_all(user) else rows.filter(book__in=_books_seen_by(user))


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs; what is ``None`` does not matter. ``only_failed`` leaves those that were the tool's fault."""

    tool: Tool | None = None
    book: Book | None = None
    outcome: Outcome | None = None
    only_failed: bool = False
    asked_through: str | None = None
    asked_by: User | None = None
    since: datetime | None = None
    until: datetime | None = None


class RunPage(NamedTuple):
    """Runs, newest first, without their long fields; ``before`` is the key of the next page, if there is one."""

    runs: list[ToolRun]
    before: int | None


def runs_page(
    *, user: User, wanted: RunFilter | None = None, before: int | None = None, limit: int = PAGE
) -> RunPage:
    """Return a page of the runs that the user may see. One query for an administrator, and for others too."""
    wanted = wanted or RunFilter()
    exact = {
        "tool": wanted.tool,
        "book": wanted.book,
        "outcome": wanted.outcome,
        "asked_through": wanted.asked_through,
        "asked_by": wanted.asked_by,
        "started_at__gte": wanted.since,
        "started_at__lt": wanted.until,
        "id__lt": before,
    }
    rows = runs_for(user=user).filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.only_failed:
        rows = rows.exclude(outcome__in=_OUTSIDE_INDEX).filter(outcome__in=FAILED)
    rows = rows.select_related("tool", "book", "asked_by").defer(*_LONG).order_by("-id")
    page = list(rows[: limit + 1])
    return RunPage(page[:limit], page[limit - 1].pk if len(page) > limit else None)


def runs_below(*, run: ToolRun) -> list[ToolRun]:
    """Return what the run called, and what these called, oldest first, without their long fields.

    They are of the run's own book. One query for each level, of which there are few.
    """
    found: list[ToolRun] = []
    above = [run]
    while above:
        above = list(ToolRun.objects.filter(parent__in=above).select_related("tool").defer(*_LONG))
        found += above
    return sorted(found, key=lambda each: each.pk)


def costs_of(*, runs: Iterable[ToolRun]) -> list[tuple[Decimal, str]]:
    """Return what the runs cost together, for each currency in which one of them says so. No query."""
    sums: dict[str, Decimal] = {}
    for run in runs:
        if run.cost is not None:
            sums[run.cost_currency] = sums.get(run.cost_currency, Decimal(0)) + run.cost
    return [(amount, currency) for currency, amount in sorted(sums.items())]


class RequestPage(NamedTuple):
    """Requests, newest first; ``before`` is the key of the next page, if there is one."""

    requests: list[EgressRequest]
    before: int | None


def requests_page(
    *,
    user: User,
    book: Book | None = None,
    tool: Tool | None = None,
    runs: Sequence[ToolRun] | None = None,
    host: str | None = None,
    only_refused: bool = False,
    before: int | None = None,
    limit: int = PAGE,
) -> RequestPage:
    """Return a page of the egress ledger, as far as the user may see it. One query.

    ``runs`` are those that may have sent it.
    """
    exact = {"book": book, "run__tool": tool, "run__in": runs, "host": host, "id__lt": before}
    rows = requests_for(user=user).filter(
        **{name: value for name, value in exact.items() if value is not None}
    )
    if only_refused:
        rows = rows.exclude(refusal="")
    page = list(rows.select_related("run", "book", "asked_by").defer("run__arguments", "run__result", "run__traceback")
                .order_by("-id")[: limit + 1])  # fmt: skip
    return RequestPage(page[:limit], page[limit - 1].pk if len(page) > limit else None)


class Reached(NamedTuple):
    """A host that answered, and how often."""

    host: str
    requests: int


def hosts_reached(*, user: User, since: datetime, book: Book | None = None) -> list[Reached]:
    """Return the hosts that answered since then, as far as the user may see it, the most asked first. One query."""
    rows = requests_for(user=user).filter(at__gte=since, status__isnull=False)
    if book is not None:
        rows = rows.filter(book=book)
    counted = rows.values("host").annotate(requests=Count("pk")).order_by("-requests", "host")
    return [Reached(row["host"], row["requests"]) for row in counted]


def profiles_on(*, book: Book | None = None) -> dict[str, list[str]]:
    """Return the profiles of redaction by which enabled tools ask the network now, each with their paths.

    Two queries.
    """
    on = [
        tool
        for tool in Tool.objects.filter(enabled=True).order_by("module_path")
        if tool.state is State.ON and tool.manifest["permissions"]["network"]
    ]
    # Settings are of the package: of each level what was saved last, by whichever of its tools.
    kept = ToolConfiguration.objects.filter(Q(book=None) | Q(book=book)).select_related("tool")
    saved: dict[tuple[str, bool], Mapping[str, object]] = {
        (row.tool.package, row.book_id is not None): row.values for row in kept.order_by("changed_at", "pk")
    }
    found: dict[str, list[str]] = {}
    for tool in on:
        levels = (saved.get((tool.package, is_of_book), {}) for is_of_book in (False, True))
        known = defaults(tool.manifest["configuration"])
        for values in levels:
            known.update(values)
        profile = str(known.get("redaction", "strict"))
        found.setdefault(profile if profile in PROFILES else "strict", []).append(tool.module_path)
    return found


def _sees_all(user: User) -> bool:
    return user.is_active and user.is_firm_admin


def _books_seen_by(user: User) -> QuerySet[Membership, int]:
    roles = [role for role in Role if may(role, Action.SEE_TOOL_RUNS)] if user.is_active else []
    return Membership.objects.filter(user=user, role__in=roles).values_list("book_id", flat=True)
