"""The tools of MCP servers, each with what it says of itself and its own consent."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from ledgerflow.books.permissions import Action, NotAllowedError
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.toolbox.forms import ServerForm
from ledgerflow.toolbox.models import Tool
from ledgerflow.toolbox.remote import BRIDGE
from ledgerflow.toolbox.services.consents import consent_history
from ledgerflow.toolbox.services.remote import (
    agree_to_remote,
    ask_server,
    forget_server,
    name_server,
    names_servers,
    remote_servers,
    withdraw_remote,
)
from ledgerflow.toolbox.views.door import ToolboxView

#: Of the record, the latest are shown.
_SHOWN = 50


class RemoteView(ToolboxView):
    """Name servers, ask them what they offer, and agree to each tool by itself or withdraw that."""

    action = Action.SEE_TOOL_RUNS

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Show the servers and their tools."""
        return self._shown(self._bridge(), ServerForm())

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Do what was asked for, or say why not."""
        tool, form = self._bridge(), ServerForm(request.POST)
        is_named = request.POST.get("do") == "name"
        if is_named and not form.is_valid():
            return self._shown(tool, form)
        try:
            if is_named:
                name_server(
                    tool=tool,
                    name=form.cleaned_data["name"],
                    url=form.cleaned_data["url"],
                    token=form.token(),
                    **self._who(),
                )
                return redirect(self.url("remote", tool=tool.pk))
            messages.success(request, self._done(tool, request.POST.get("do", "")))
        except NotAllowedError:
            raise
        except LedgerFlowError as error:
            if is_named:
                form.add_error(None, str(error))
                return self._shown(tool, form)
            messages.error(request, str(error))
        return redirect(self.url("remote", tool=tool.pk))

    def _shown(self, tool: Tool, form: ServerForm) -> HttpResponse:
        servers = remote_servers(tool=tool, book=self.of_book)
        are_own = names_servers(tool=tool, book=self.of_book)
        history = consent_history(self.of_book if are_own else None)[:_SHOWN]
        return self.page(
            "remote.html",
            tool=tool,
            tab="remote",
            servers=servers,
            are_own=are_own,
            form=form,
            history=history,
        )

    def _who(self) -> dict[str, Any]:
        return {"book": self.of_book, "user": self.user, "now": timezone.now()}

    def _done(self, tool: Tool, what: str) -> str:
        given = self.request.POST
        server, name = given.get("server", ""), given.get("name", "")
        who = self._who()
        match what:
            case "ask":
                run = ask_server(tool=tool, server=server, **who).run_id
                return f"{server} says what it offers: run {run}."
            case "agree":
                seen = given.get("seen", "")
                agree_to_remote(tool=tool, server=server, name=name, fingerprint=seen, **who)
                return f"{name} of {server} may be called, as it is now."
            case "withdraw":
                withdraw_remote(tool=tool, server=server, name=name, **who)
                return f"{name} of {server} is called no more."
            case "forget":
                forget_server(tool=tool, server=server, **who)
                return f"{server} is forgotten, with what was agreed to of it."
        raise BadRequest("There is no such decision about a tool of a server.")

    def _bridge(self) -> Tool:
        tool = self.tool()
        if tool.package != BRIDGE:
            raise Http404
        return tool
