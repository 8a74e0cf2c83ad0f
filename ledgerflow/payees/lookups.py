"""Looking a line's payee up with a tool: what comes back is a proposal, which nobody accepts but a person."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from ledgerflow.books.models import Book, Membership
from ledgerflow.payees.models import LineToolRun
from ledgerflow.payees.services import PayeeLookupError, link_run
from ledgerflow.statements.models import StatementLine
from ledgerflow.toolbox.models import Asker, Outcome, Tool, ToolRun
from ledgerflow.toolbox.selectors import may_run
from ledgerflow.toolbox.services.calling import Asking, ToolCallError, call_tool
from ledgerflow.users.models import User

PATH = "tools.payee_lookup.identify_payee"
#: The tool takes no more; the payee stands at the beginning of what a bank writes.
_LONGEST_TEXT = 1_000
#: Lookups of a line that a page shows, the latest first.
_SHOWN = 10
_ANSWERED = frozenset({Outcome.DONE, Outcome.CACHED})


@dataclass(frozen=True, slots=True)
class Source:
    """A page that was relied on; ``url`` is of http or https, and ``host`` is where it really leads."""

    url: str
    host: str
    title: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """One lookup of a line's payee: what it proposes, or in ``failure`` the sentence that says why it does not.

    ``answered_at`` is when the answer was computed, which for a kept one is before ``asked_at``.
    """

    run_id: int
    asked_by: str
    asked_at: datetime
    answered_at: datetime
    is_kept_answer: bool
    failure: str = ""
    payee: str = ""
    kind_of_business: str = ""
    web_address: Source | None = None
    note: str = ""
    sources: tuple[Source, ...] = ()


def offers_lookup() -> bool:
    """Whether the tool is here, enabled, and asks for nothing beyond what was agreed to; one query."""
    return may_run(path=PATH)


def look_up_payee(*, book: Book, line_id: int, text: str, user: User, now: datetime) -> Lookup:
    """Ask the tool whom the line's text speaks of, and keep with the line that it was asked, answered or not.

    Nothing about the line changes. It may take 20 seconds; call it while holding no lock.

    Raises:
        PayeeLookupError: the book has no such line, the bank wrote no text, or the line went meanwhile.
        ToolCallError: the tool was not started, or gave no answer.
    """
    if not StatementLine.objects.filter(book=book, pk=line_id).exists():
        raise PayeeLookupError("This book has no such line.")
    if not text.strip():
        raise PayeeLookupError("The bank wrote no text on this line, so there is nothing to look up.")
    people = _people(book, user)
    asking = Asking(
        through=Asker.PERSON, book=book, user=user, subject=f"line {line_id}", names=tuple(people)
    )
    arguments: dict[str, object] = {"text": text[:_LONGEST_TEXT]}
    if _takes_people():
        arguments["people"] = people
    try:
        answer = call_tool(path=PATH, arguments=arguments, asking=asking, now=now)
    except ToolCallError as error:
        if error.run_id is not None:
            link_run(book=book, line_id=line_id, run_id=error.run_id)
        raise
    return _lookup(link_run(book=book, line_id=line_id, run_id=answer.run_id).run)


def lookups_of(*, book: Book, line_id: int) -> list[Lookup]:
    """Return the last lookups of the line's payee, those made again too, the latest first; one query."""
    linked = LineToolRun.objects.filter(book=book, line=line_id).values("run_id")
    again = ToolRun.objects.filter(again_of__isnull=False, again_of__in=linked).values("pk")
    found = (
        ToolRun.objects.filter(pk__in=linked.union(again), book=book)
        .select_related("asked_by", "cached_from")
        .defer("traceback", "arguments", "cached_from__traceback", "cached_from__arguments")
        .order_by("-pk")
    )
    return [_lookup(run) for run in found[:_SHOWN]]


def _people(book: Book, user: User) -> list[str]:
    """Return whom the book knows to be people: those who work with it."""
    members = Membership.objects.filter(book=book).values_list("user__name", flat=True)
    return sorted({name.strip() for name in (*members, user.name) if name.strip()})


def _takes_people() -> bool:
    tool = Tool.objects.filter(module_path=PATH).only("argument_schema").first()
    return tool is not None and "people" in tool.argument_schema.get("properties", {})


def _lookup(run: ToolRun) -> Lookup:
    origin = run.cached_from or run
    said = run.result if isinstance(run.result, Mapping) else {}
    is_answered = run.outcome in _ANSWERED
    lookup = Lookup(
        run_id=run.pk,
        asked_by=str(run.asked_by) if run.asked_by else "",
        asked_at=run.started_at,
        answered_at=origin.started_at + timedelta(milliseconds=origin.duration_ms or 0),
        is_kept_answer=run.outcome == Outcome.CACHED,
        failure="" if is_answered else _failure(run),
    )
    return _with_answer(lookup, said) if is_answered else lookup


def _with_answer(lookup: Lookup, said: Mapping[str, Any]) -> Lookup:
    address = _text(said.get("web_address"))
    return Lookup(
        run_id=lookup.run_id,
        asked_by=lookup.asked_by,
        asked_at=lookup.asked_at,
        answered_at=lookup.answered_at,
        is_kept_answer=lookup.is_kept_answer,
        payee=_text(said.get("payee")),
        kind_of_business=_text(said.get("kind_of_business")),
        web_address=next(_source({"url": address, "title": address}), None),
        note=_text(said.get("note")),
        sources=tuple(source for each in _list(said.get("evidence")) for source in _source(each)),
    )


def _failure(run: ToolRun) -> str:
    if run.outcome == Outcome.BROKEN:  # its message is a programmer's
        return f"{run.module_path} broke its contract."
    return run.error_message or f"{run.module_path}: {run.get_outcome_display()}."


def _source(said: object) -> Iterator[Source]:
    """Yield the source where it is one to follow: of http or https, and without a name that hides its host."""
    if not isinstance(said, Mapping):
        return
    url = _text(said.get("url"))
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return
    if parts.scheme in {"http", "https"} and host and "@" not in parts.netloc:
        words = tuple(filter(None, (_text(each) for each in _list(said.get("words")))))
        yield Source(url, host, _text(said.get("title")) or host, words)


def _text(value: object) -> str:
    """Return a text without what is not seen and turns what is; what was too long to keep whole is no text."""
    if not isinstance(value, str):
        return ""
    seen = (" " if unicodedata.category(each) in {"Cc", "Zl", "Zp"} else each for each in value)
    return " ".join("".join(each for each in seen if unicodedata.category(each) != "Cf").split())


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
