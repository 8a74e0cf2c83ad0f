"""In Django's administration: the error log, called fixed or ignored, and what was backed up and proved, only read."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledgerflow.ops import error_services
from ledgerflow.ops.models import BackupRun, ErrorEvent, RestoreDrill
from ledgerflow.toolbox.models import Tool
from ledgerflow.toolbox.selectors import last_run_that_ended_so

_Action = Callable[["ErrorEventAdmin", HttpRequest, QuerySet[ErrorEvent]], None]


def _state_action(state: ErrorEvent.State, label: str) -> _Action:
    @admin.action(description=label, permissions=["change"])
    def act(model_admin: "ErrorEventAdmin", request: HttpRequest, errors: QuerySet[ErrorEvent]) -> None:
        count = error_services.set_state(errors=errors, state=state)
        model_admin.message_user(request, f"{count} called {state}.", messages.SUCCESS)

    act.__name__ = f"call_{state}"
    return act


@admin.register(ErrorEvent)
class ErrorEventAdmin(admin.ModelAdmin[ErrorEvent]):
    """One row for each kind of error, newest first."""

    list_display = (
        "kind",
        "place",
        "state",
        "count",
        "first_seen",
        "last_seen",
        "book_slug",
        "job_name",
        "user",
    )
    list_filter = ("state", "last_seen", "kind")
    search_fields = ("kind", "place", "message", "request_id", "path", "book_slug", "job_name", "tool")
    list_select_related = ("user",)
    date_hierarchy = "last_seen"
    show_full_result_count = False
    actions = (
        _state_action(ErrorEvent.State.FIXED, "Call fixed"),
        _state_action(ErrorEvent.State.IGNORED, "Call ignored"),
        _state_action(ErrorEvent.State.OPEN, "Call open"),
    )
    fieldsets = (
        (None, {"fields": ("state", "kind", "place", "message", "count", "first_seen", "last_seen")}),
        (
            "What it was about",
            {"fields": ("page", "job_link", "user", "book_slug", "tool_link", "request_id")},
        ),
        ("Where it came from", {"fields": ("traceback_shown", "request", "logger", "fingerprint")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: ErrorEvent | None = None) -> list[str]:
        """Leave only the state to be changed."""
        fields = [name for _, options in self.fieldsets for name in options["fields"]]
        return [str(name) for name in fields if name != "state"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Errors happen; nobody adds one."""
        return False

    @admin.display(description="page")
    def page(self, error: ErrorEvent) -> SafeString | str:
        """Link to the page where it happened: of the line, the document or the book."""
        shows = error.path and "***" not in error.path
        return format_html('<a href="{0}">{0}</a>', error.path) if shows else error.path or "-"

    @admin.display(description="job")
    def job_link(self, error: ErrorEvent) -> SafeString | str:
        """Link to the job, which stays while it is not done."""
        if error.job is None:
            return "-"
        address = reverse("admin:procrastinate_procrastinatejob_change", args=[error.job])
        return format_html('<a href="{}">{} {}</a>', address, error.job_name, error.job)

    @admin.display(description="tool")
    def tool_link(self, error: ErrorEvent) -> SafeString | str:
        """Link to what the tool did, where it is still registered under this path."""
        tool = Tool.objects.filter(module_path=error.tool).only("pk").first() if error.tool else None
        if tool is None:
            return error.tool or "-"
        runs = format_html(
            '<a href="{}">{}</a>', reverse("toolbox:tool-runs", kwargs={"tool": tool.pk}), error.tool
        )
        last = last_run_that_ended_so(tool=tool, kind=error.kind)
        if last is None:
            return runs
        address = reverse("toolbox:run", kwargs={"tool_run": last.pk})
        return format_html('{}, last in <a href="{}">run {}</a>', runs, address, last.pk)

    @admin.display(description="traceback")
    def traceback_shown(self, error: ErrorEvent) -> SafeString:
        """Show the traceback line by line."""
        return format_html("<pre>{}</pre>", error.traceback or "none")

    def save_model(self, request: HttpRequest, obj: ErrorEvent, form: Any, change: bool) -> None:
        """Keep the state that was chosen."""
        error_services.set_state(errors=[obj], state=ErrorEvent.State(obj.state))


class _ReadOnly(admin.ModelAdmin[Model]):
    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        return False


@admin.register(BackupRun)
class BackupRunAdmin(_ReadOnly):
    """Every attempt at a backup, with the sentence of those that failed."""

    list_display = ("started_at", "kind", "reason", "state", "file_name", "size", "error")
    list_filter = ("kind", "reason")


@admin.register(RestoreDrill)
class RestoreDrillAdmin(_ReadOnly):
    """Every drill, with what did not hold."""

    list_display = (
        "started_at", "is_proof", "dump_name", "dump_seconds", "moment", "moment_seconds", "loss_seconds", "error",
    )  # fmt: skip
