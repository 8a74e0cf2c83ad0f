"""What was backed up and proved, to be read and never changed."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from ledgerflow.ops.models import BackupRun, RestoreDrill


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
