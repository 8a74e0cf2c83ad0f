"""The page *Backups*, for the firm's administrators."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import TemplateView, View

from ledgerflow.ops.backups import schedule, selectors
from ledgerflow.users.models import User


class AdministratorMixin(LoginRequiredMixin, UserPassesTestMixin):
    """Sign-in first, then firm administrators only."""

    request: HttpRequest
    permission_denied_message = "Only a firm administrator may see how the backups stand."

    def test_func(self) -> bool:
        """Whether the user is one."""
        return cast("User", self.request.user).is_firm_admin


class BackupsView(AdministratorMixin, TemplateView):
    """What was made and proved last, what can be restored, and whether that is too old."""

    template_name = "ops/backups.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add it."""
        return super().get_context_data(**kwargs) | {"standing": selectors.standing(now=timezone.now())}


class BackUpNowView(AdministratorMixin, View):
    """Have the worker make a dump."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for it."""
        schedule.enqueue_dump()
        messages.success(request, "A backup is being made; reload this page in a moment.")
        return redirect("ops:backups")


class DrillNowView(AdministratorMixin, View):
    """Have the worker restore the newest backup for trial."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for it."""
        schedule.enqueue_drill()
        messages.success(request, "The drill begins; reload this page in a few minutes.")
        return redirect("ops:backups")
