"""In Django's administration: the registry with its consent, and what tools did and sent, only read.

Nothing is agreed to here: a list of names does not show what would be.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.foreign_text import exact
from ledgerflow.toolbox.consent import State
from ledgerflow.toolbox.models import EgressRequest, Tool, ToolConfiguration, ToolRun
from ledgerflow.toolbox.remote import BRIDGE
from ledgerflow.toolbox.services.consents import consent_history
from ledgerflow.toolbox.services.registry import disable_tool, remap_tool
from ledgerflow.toolbox.services.remote import remote_servers
from ledgerflow.users.models import User

_SHOWN = 50


class _ForFirmAdministrators(admin.ModelAdmin[Any]):
    """Rows that nobody adds or deletes by hand, shown to firm administrators."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_firm_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_firm_admin(request)

    def has_add_permission(self, request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _is_firm_admin(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_firm_admin", False))


@admin.action(description="Disable", permissions=["change"])
def disable(model_admin: "ToolAdmin", request: HttpRequest, tools: QuerySet[Tool]) -> None:
    """Let the chosen tools run no more; what is agreed to, is agreed to on the page that shows it."""
    for tool in tools:
        try:
            held = disable_tool(tool=tool, user=cast("User", request.user), now=timezone.now())
        except LedgerFlowError as error:
            model_admin.message_user(request, f"Not done: {error}", messages.ERROR)
        else:
            model_admin.message_user(request, f"{held.state.capitalize()}: {held}.", messages.SUCCESS)


class RemapForm(forms.ModelForm[Tool]):
    """The one thing to change by hand: where a missing tool went."""

    to_path = forms.CharField(
        required=False,
        label="new path",
        help_text="Where a missing tool is now, as in tools.package.function; its history and settings go with it.",
    )

    class Meta:
        model = Tool
        fields: tuple[str, ...] = ()


@admin.register(Tool)
class ToolAdmin(_ForFirmAdministrators):
    """What may run, who agreed to it, and what asks for more."""

    form = RemapForm
    list_display = ("module_path", "kind", "version", "how", "enabled_by", "enabled_at", "missing_since")
    list_filter = ("kind", "enabled", ("missing_since", admin.EmptyFieldListFilter))
    search_fields = ("module_path", "summary")
    list_select_related = ("enabled_by",)
    ordering = ("module_path",)
    actions = (disable,)
    fieldsets = (
        (None, {"fields": ("module_path", "kind", "version", "summary", "how", "problem", "to_path")}),
        (
            "Consent",
            {
                "fields": (
                    "enabled",
                    "enabled_by",
                    "enabled_at",
                    "beyond",
                    "consent_shown",
                    "consent_given",
                    "servers_shown",
                    "agreed_shown",
                )
            },
        ),
        ("What it says of itself", {"fields": ("manifest_shown", "arguments_shown", "result_shown")}),
        ("History", {"fields": ("found_at", "missing_since", "former_shown")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Tool | None = None) -> list[str]:
        """Leave only the new path to be written."""
        fields = [str(name) for _, options in self.fieldsets for name in options["fields"]]
        return [name for name in fields if name != "to_path" or obj is None or obj.missing_since is None]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Firm administrators decide about tools."""
        return _is_firm_admin(request)

    def save_model(self, request: HttpRequest, obj: Tool, form: Any, change: bool) -> None:
        """Remap the tool, where a path was written; say why where that cannot be."""
        path = form.cleaned_data.get("to_path", "").strip()
        if not path:
            return
        try:
            remap_tool(tool=obj, to_path=path, user=cast("User", request.user), now=timezone.now())
        except LedgerFlowError as error:
            self.message_user(request, f"Not remapped: {error}", messages.ERROR)

    @admin.display(description="state")
    def how(self, tool: Tool) -> str:
        """Say the state, and what it waits for."""
        return (
            f"{tool.state}: {'; '.join(tool.beyond_consent)}"
            if tool.state is State.WAITING
            else str(tool.state)
        )

    @admin.display(description="asks for more")
    def beyond(self, tool: Tool) -> str:
        """Say what goes beyond the consent."""
        return "; ".join(tool.beyond_consent) or "nothing"

    @admin.display(description="new path")
    def to_path(self, _tool: Tool) -> str:
        """Say who can be remapped."""
        return "only a missing tool gets one"

    @admin.display(description="agreed to")
    def consent_shown(self, tool: Tool) -> SafeString:
        """Show the consent."""
        return _shown(tool.consented)

    @admin.display(description="enable, or agree to more")
    def consent_given(self, tool: Tool) -> SafeString:
        """Lead to the page that shows what would be agreed to, and takes that and nothing else as the consent."""
        return format_html(
            '<a href="{}">on the page of the tool</a>', reverse("toolbox:tool", kwargs={"tool": tool.pk})
        )

    @admin.display(description="tools of servers")
    def servers_shown(self, tool: Tool) -> SafeString | str:
        """Show which tools of which MCP servers were agreed to, and lead to where that is done."""
        if tool.package != BRIDGE:
            return "only a bridge has them"
        rows = [
            (server.name, exact(remote.name), remote.consent)
            for server in remote_servers(tool=tool, book=None)
            for remote in server.tools
        ]
        return format_html(
            '{}<a href="{}">Ask, agree and withdraw on the page of the bridge</a>',
            format_html_join("", "<div>{}: {}: {}</div>", rows),
            reverse("toolbox:remote", kwargs={"tool": tool.pk}),
        )

    @admin.display(description="who agreed to tools of servers")
    def agreed_shown(self, tool: Tool) -> SafeString | str:
        """Show each consent to a tool of a server, also those that ended, the latest first."""
        if tool.package != BRIDGE:
            return "only a bridge has them"
        rows = [
            (
                each.server,
                exact(each.name),
                each.agreed_by or "nobody wrote down who",
                localize(localtime(each.agreed_at)),
                f"ended by {each.withdrawn_by}, {localize(localtime(each.withdrawn_at))}"
                if each.withdrawn_at
                else "stands",
                each.fingerprint,
            )
            for each in consent_history(None)[:_SHOWN]
        ]
        return format_html_join("", "<div>{}: {}: {}, {}; {} ({})</div>", rows) or "nobody agreed to any"

    @admin.display(description="manifest")
    def manifest_shown(self, tool: Tool) -> SafeString:
        """Show the manifest."""
        return _shown(tool.manifest)

    @admin.display(description="arguments")
    def arguments_shown(self, tool: Tool) -> SafeString:
        """Show the schema."""
        return _shown(tool.argument_schema)

    @admin.display(description="result")
    def result_shown(self, tool: Tool) -> SafeString:
        """Show the schema."""
        return _shown(tool.result_schema)

    @admin.display(description="former paths")
    def former_shown(self, tool: Tool) -> SafeString:
        """Show the paths it had."""
        return _shown(tool.former_paths)


@admin.register(ToolConfiguration)
class ToolConfigurationAdmin(_ForFirmAdministrators):
    """Settings, with references in place of secrets."""

    list_display = ("tool", "book", "changed_by", "changed_at")
    list_filter = ("tool",)
    list_select_related = ("tool", "book", "changed_by")
    fields = ("tool", "book", "values_shown", "calls_a_minute", "calls_a_day", "changed_by", "changed_at")
    readonly_fields = fields

    @admin.display(description="values")
    def values_shown(self, configuration: ToolConfiguration) -> SafeString:
        """Show the values as they are kept."""
        return _shown(configuration.values)


@admin.register(ToolRun)
class ToolRunAdmin(_ForFirmAdministrators):
    """Every run, with its full error."""

    list_display = (
        "id",
        "module_path",
        "outcome",
        "started_at",
        "duration_ms",
        "asked_through",
        "asked_by",
        "book",
        "subject",
    )
    list_filter = ("outcome", "asked_through", "started_at", "tool")
    search_fields = ("=id", "module_path", "subject", "error_class", "error_message")
    list_select_related = ("tool", "book", "asked_by")
    show_full_result_count = False
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("module_path", "version", "outcome", "started_at", "duration_ms", "attempts")}),
        ("Who asked", {"fields": ("asked_through", "asked_by", "book", "subject", "job_id", "parent")}),
        (
            "What",
            {
                "fields": (
                    "arguments_shown",
                    "arguments_sha256",
                    "result_shown",
                    "result_sha256",
                    "result_bytes",
                )
            },
        ),
        ("What went wrong", {"fields": ("error_class", "error_message", "traceback_shown")}),
        (
            "What it took",
            {"fields": ("bytes_sent", "bytes_received", "cost", "cost_currency", "cached_from")},
        ),
    )

    @admin.display(description="arguments")
    def arguments_shown(self, run: ToolRun) -> SafeString:
        """Show the arguments."""
        return _shown(run.arguments)

    @admin.display(description="result")
    def result_shown(self, run: ToolRun) -> SafeString:
        """Show the result."""
        return _shown(run.result)

    @admin.display(description="traceback")
    def traceback_shown(self, run: ToolRun) -> SafeString:
        """Show the traceback line by line."""
        return format_html("<pre>{}</pre>", run.traceback or "none")


@admin.register(EgressRequest)
class EgressRequestAdmin(_ForFirmAdministrators):
    """Everything that left the machine, or was kept from it."""

    list_display = (
        "at",
        "purpose",
        "method",
        "host",
        "status",
        "refusal",
        "bytes_sent",
        "bytes_received",
        "book",
    )
    list_filter = ("at", "method", "redaction", ("refusal", admin.EmptyFieldListFilter))
    search_fields = ("host", "purpose", "url")
    list_select_related = ("book",)
    show_full_result_count = False
    ordering = ("-at", "-id")


def _shown(value: Mapping[str, object] | list[object] | None) -> SafeString:
    """Show JSON as people read it; format_html escapes what is in it."""
    return format_html("<pre>{}</pre>", json.dumps(value, ensure_ascii=False, indent=1))
