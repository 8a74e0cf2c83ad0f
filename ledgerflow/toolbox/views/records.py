"""What tools did, and what left the machine."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ledgerflow.books.permissions import Action
from ledgerflow.toolbox.forms import FAILED, RunsForm, SentForm
from ledgerflow.toolbox.models import Outcome, Tool
from ledgerflow.toolbox.selectors import (
    RunFilter,
    costs_of,
    hosts_reached,
    profiles_on,
    requests_page,
    runs_below,
    runs_page,
)
from ledgerflow.toolbox.views.door import ToolboxView
from ledgerflow.toolbox.views.trying import is_whole

_LOOKED_BACK = timedelta(days=30)


class RunsView(ToolboxView):
    """Runs, newest first, of one tool or of all."""

    action = Action.SEE_TOOL_RUNS

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show a page of them."""
        tool = self.tool() if "tool" in kwargs else None
        form = RunsForm(request.GET, books=self.books(), people=self.people())
        found = form.cleaned_data if form.is_valid() else {}
        listed = runs_page(user=self.user, wanted=self._wanted(tool, found), before=found.get("before"))
        return self.page(
            "runs.html", tool=tool, tab="runs", form=form, listed=listed, filters=_filters(request),
            is_first=not found.get("before"),
        )  # fmt: skip

    def _wanted(self, tool: Tool | None, found: dict[str, Any]) -> RunFilter:
        outcome = found.get("outcome")
        return RunFilter(
            tool=tool,
            book=self.of_book or found.get("book"),
            outcome=Outcome(outcome) if outcome and outcome != FAILED else None,
            only_failed=outcome == FAILED,
            asked_through=found.get("through") or None,
            asked_by=found.get("person"),
            since=_midnight(found.get("since")),
        )


class RunView(ToolboxView):
    """One run with everything that is on record about it."""

    action = Action.SEE_TOOL_RUNS

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Show it."""
        run = self.run()
        below = runs_below(run=run)
        return self.page(
            "run.html",
            run=run,
            is_running=run.outcome == Outcome.RUNNING,
            is_whole=is_whole(run),
            nested=below,
            costs=costs_of(runs=[run, *below]),
            requests=requests_page(user=self.user, runs=[run, *below]).requests,
        )


class SentView(ToolboxView):
    """The egress ledger: every request that left the machine, or was kept from leaving."""

    action = Action.SEE_TOOL_RUNS

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Show a page of it."""
        form = SentForm(request.GET, books=self.books())
        found = form.cleaned_data if form.is_valid() else {}
        listed = requests_page(
            user=self.user,
            book=self.of_book or found.get("book"),
            tool=found.get("tool"),
            host=found.get("host") or None,
            only_refused=bool(found.get("refused")),
            before=found.get("before"),
        )
        since = timezone.now() - _LOOKED_BACK
        return self.page(
            "sent.html", form=form, listed=listed, filters=_filters(request), is_first=not found.get("before"),
            hosts=hosts_reached(user=self.user, book=self.of_book, since=since),
            profiles=profiles_on(book=self.of_book),
        )  # fmt: skip


def _filters(request: HttpRequest) -> str:
    """Return the query of the address without the key of the page."""
    return urlencode([(name, value) for name, value in request.GET.items() if name != "before" and value])


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime(day.year, day.month, day.day)) if day else None  # noqa: DTZ001 - made aware
