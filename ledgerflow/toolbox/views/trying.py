"""Calling a tool by hand: the same door and the same record as every other call."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from ledgerflow.books.permissions import Action, NotAllowedError
from ledgerflow.toolbox import plain
from ledgerflow.toolbox.calls import Asking, ToolCallError
from ledgerflow.toolbox.consent import State
from ledgerflow.toolbox.forms import ArgumentsForm
from ledgerflow.toolbox.models import Asker, Tool, ToolRun
from ledgerflow.toolbox.selectors import requests_page, runs_below
from ledgerflow.toolbox.services.calling import MOST_SECONDS_IN_A_REQUEST, call_tool, cancel_run
from ledgerflow.toolbox.values import READER
from ledgerflow.toolbox.views.door import ToolboxView

_SUBJECT = "tried in the application"


class TryView(ToolboxView):
    """A form made of the schema of a tool's arguments; what came of it; and what left the machine for it.

    The answer takes as long as the tool, which is at most its own timeout and 20 seconds: the toolbox ends it then.
    """

    action = Action.RUN_TOOLS

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Show the form, filled as of a former run where the address names one."""
        tool = self.tool()
        return self._shown(tool, ArgumentsForm(tool, given=self._given(tool)))

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Call the tool."""
        tool = self.tool()
        form = ArgumentsForm(tool, request.POST, request.FILES)
        if tool.kind == READER or not form.is_valid():
            return self._shown(tool, form)
        asking = Asking(through=Asker.PERSON, book=self.of_book, user=self.user, subject=_SUBJECT)
        try:
            answer = call_tool(
                path=tool.module_path,
                arguments=form.arguments(),
                asking=asking,
                now=timezone.now(),
                fresh=bool(form.cleaned_data.get("fresh")),
            )
        except ToolCallError as error:
            return self._shown(tool, form, failure=str(error), **self._record(error.run_id))
        return self._shown(tool, form, answer=answer, **self._record(answer.run_id))

    def _given(self, tool: Tool) -> dict[str, Any]:
        number = self.request.GET.get("run", "")
        if not number.isdecimal():
            return {}
        run = self.runs().filter(tool=tool, pk=int(number[:18])).first()
        return run.arguments if run and isinstance(run.arguments, dict) and is_whole(run) else {}

    def _record(self, run_id: int | None) -> dict[str, Any]:
        """Return the run, what it called, and what they sent.

        The user made it, so it is shown whatever else the user may see.
        """
        run = ToolRun.objects.select_related("tool").filter(pk=run_id or 0).first()
        below = runs_below(run=run) if run else []
        requests = requests_page(user=self.user, runs=[run, *below]).requests if run else []
        return {"run": run, "nested": below, "requests": requests}

    def _shown(self, tool: Tool, form: ArgumentsForm, **came: Any) -> HttpResponse:
        return self.page(
            "try.html",
            tool=tool,
            tab="try",
            form=form,
            is_reader=tool.kind == READER,
            is_on=tool.state is State.ON,
            seconds=min(tool.manifest["permissions"]["timeout_seconds"], MOST_SECONDS_IN_A_REQUEST),
            **came,
        )


class RunAgainView(ToolboxView):
    """Call a tool with the arguments of a former run."""

    action = Action.RUN_TOOLS

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Call it and show the new run, whichever way it ended."""
        run = self.run()
        if not is_whole(run):
            messages.error(
                request, "The arguments were too long to be kept. Fill in the form to run it again."
            )
            return redirect(self.url("try", tool=run.tool_id))
        asking = Asking(
            through=Asker.PERSON,
            book=run.book,
            user=self.user,
            subject=run.subject or _SUBJECT,
            again_of=run.again_of_id or run.pk,
        )
        try:
            new = call_tool(
                path=run.tool.module_path,
                arguments=run.arguments,
                asking=asking,
                now=timezone.now(),
                fresh=True,
            ).run_id
        except ToolCallError as error:
            messages.error(request, str(error))
            new = error.run_id or run.pk
        return redirect(self.url("run", tool_run=new))


class CancelView(ToolboxView):
    """End a run that goes on."""

    action = Action.RUN_TOOLS

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """End it, or say why not."""
        run = self.run()
        try:
            cancel_run(run_id=run.pk, user=self.user, now=timezone.now())
        except NotAllowedError:
            raise
        except ToolCallError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Run {run.pk} is canceled.")
        return redirect(self.url("run", tool_run=run.pk))


def is_whole(run: ToolRun) -> bool:
    """Whether the run's arguments were kept as they were given."""
    return bool(run.arguments_sha256) and plain.digest(run.arguments) == run.arguments_sha256
