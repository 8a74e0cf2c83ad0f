"""The list of tools, one tool, and what firm administrators decide about them."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from ledgerflow.books.permissions import Action, NotAllowedError
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.toolbox.configuration_schemas import secret_names
from ledgerflow.toolbox.consent import State
from ledgerflow.toolbox.enforced import network_is_closed
from ledgerflow.toolbox.errors import ConfigurationError
from ledgerflow.toolbox.forms import RemapForm, SettingsForm
from ledgerflow.toolbox.models import Tool, ToolConfiguration
from ledgerflow.toolbox.readme import readme_of
from ledgerflow.toolbox.requirements import install_command, missing_requirements
from ledgerflow.toolbox.selectors import last_failure, tools_with_health
from ledgerflow.toolbox.services.configuration import (
    EffectiveLimits,
    Limits,
    configuration_for,
    configure_tool,
    kept_settings,
    limits_for,
    stored_configuration,
)
from ledgerflow.toolbox.services.registry import consent_to, disable_tool, enable_tool, remap_tool
from ledgerflow.toolbox.values import READER
from ledgerflow.toolbox.views.door import ToolboxView
from ledgerflow.toolbox.wording import permissions_in_words, reach_in_words

_DECISIONS: MappingProxyType[str, Callable[..., Tool]] = MappingProxyType(
    {"enable": enable_tool, "consent": consent_to}
)


class ToolsView(ToolboxView):
    """Every tool with its state and health; in a book, those that are enabled."""

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Show them."""
        rows = [
            {
                "health": health,
                "tool": health.tool,
                "reach": reach_in_words(health.tool.manifest),
                **_trouble(health.tool),
            }
            for health in tools_with_health(book=self.of_book)
            if self.of_book is None or health.tool.enabled
        ]
        return self.page("tools.html", rows=rows)


class ToolView(ToolboxView):
    """One tool: what it says of itself, what it may do, and how it stands."""

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Show it."""
        tool = self.tool()
        return self.page(
            "tool.html",
            tool=tool,
            tab="about",
            is_reader=tool.kind == READER,
            readme=readme_of(tool.package),
            permissions=permissions_in_words(tool.manifest, network_is_closed=network_is_closed()),
            not_set_up=_not_set_up(self, tool),
            failed=last_failure(tool=tool, runs=self.runs()),
            remap=RemapForm(),
            **_trouble(tool),
        )


class DecideView(ToolboxView):
    """Enable, consent or disable: what was shown is what is agreed to."""

    action = Action.CONFIGURE_TOOLS

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Decide, or say why not."""
        tool, decision = self.tool(), request.POST.get("decision", "")
        now = timezone.now()
        try:
            if decision == "disable":
                held = disable_tool(tool=tool, user=self.user, now=now)
            elif decision in _DECISIONS:
                # Without it whatever the tool asks for now would be agreed to, unseen.
                seen = request.POST.get("seen", "") or "nothing"
                held = _DECISIONS[decision](tool=tool, user=self.user, now=now, seen=seen)
            else:
                raise BadRequest("There is no such decision about a tool.")
        except NotAllowedError:
            raise
        except LedgerFlowError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{held} is {'enabled' if held.state is State.ON else held.state}.")
        to_list = request.POST.get("back") == "list"
        return redirect(self.url("tools") if to_list else self.url("tool", tool=tool.pk))


class RemapView(ToolboxView):
    """Say where a missing tool is now."""

    action = Action.CONFIGURE_TOOLS

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Remap it, or say why not."""
        tool, form = self.tool(), RemapForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Write the new path, such as tools.search_tool.search_web.")
            return redirect(self.url("tool", tool=tool.pk))
        try:
            held = remap_tool(
                tool=tool, to_path=form.cleaned_data["to_path"], user=self.user, now=timezone.now()
            )
        except NotAllowedError:
            raise
        except LedgerFlowError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{tool} is now {held}, with its history, settings and consent.")
        return redirect(self.url("tool", tool=tool.pk))


class SettingsView(ToolboxView):
    """A tool's settings, by a form made of its schema."""

    action = Action.CONFIGURE_TOOLS

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Show them."""
        return self._shown(self.tool(), None)

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Keep them, or say what does not fit."""
        tool = self.tool()
        form = self._form(tool, request.POST)
        if form.is_valid():
            try:
                configure_tool(
                    tool=tool,
                    book=self.of_book,
                    values=form.values(),
                    limits=form.limits(),
                    user=self.user,
                    now=timezone.now(),
                )
            except ConfigurationError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Saved.")
                return redirect(self.url("settings", tool=tool.pk))
        return self._shown(tool, form)

    def _form(self, tool: Tool, data: Any = None) -> SettingsForm:
        kept = ToolConfiguration.objects.filter(tool=tool, book=self.of_book).first()
        values, below = kept_settings(tool, self.of_book), stored_configuration(tool, None)
        if self.of_book is None and values:
            defaults = tool.manifest["configuration"].get("properties", {})
            below = {name: each["default"] for name, each in defaults.items() if "default" in each}
        agreed = tool.manifest["permissions"]
        return SettingsForm(
            tool,
            data,
            kept=values,
            below=below,
            sets_services=self.user.is_firm_admin,
            limits=Limits(kept.calls_a_minute, kept.calls_a_day) if kept else Limits(),
            most=limits_for(tool, None)
            if self.of_book
            else EffectiveLimits(agreed["calls_a_minute"], agreed["calls_a_day"]),
        )

    def _shown(self, tool: Tool, form: SettingsForm | None) -> HttpResponse:
        # What reads statements is called by imports, and neither counted nor set up.
        has_settings = tool.kind != READER or bool(tool.manifest["configuration"].get("properties"))
        is_for_others = not self.user.is_firm_admin and bool(secret_names(tool.manifest["configuration"]))
        return self.page(
            "settings.html",
            tool=tool,
            tab="settings",
            form=form or self._form(tool),
            has_settings=has_settings,
            is_for_others=is_for_others,
            not_set_up=_not_set_up(self, tool),
        )


def _trouble(tool: Tool) -> dict[str, Any]:
    """Return what a broken tool lacks, with the command that installs it."""
    if tool.state is not State.BROKEN:
        return {}
    missing = missing_requirements(tool.package)
    return {"missing": missing, "install": install_command(tool.package) if missing else ""}


def _not_set_up(view: ToolboxView, tool: Tool) -> str:
    """Return why the tool could not begin, where its settings are the reason."""
    if not tool.manifest["configuration"]:
        return ""
    try:
        configuration_for(tool, view.of_book)
    except ConfigurationError as error:
        return str(error)
    return ""
