"""What load balancers, supervisors and Prometheus ask, and the page for people; the same checks behind all."""

import hmac
import sys
from typing import Any, cast

import psycopg
from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from ledgerflow.core.connecting import libpq_parameters
from ledgerflow.core.database_errors import is_away
from ledgerflow.ops import metrics as figures
from ledgerflow.ops.doctor import Health, Readiness, examine, readiness
from ledgerflow.ops.error_log.selectors import open_errors
from ledgerflow.ops.unavailable import PATIENCE, unavailable
from ledgerflow.users.models import User


@never_cache
@require_safe
def healthz(_: HttpRequest) -> HttpResponse:
    """Say that the process answers; nothing else is touched."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(_: HttpRequest) -> HttpResponse:
    """Say whether requests can be served: 503 while they cannot; which check says so, and not a word more."""
    found = readiness() if _database_answers() else Readiness.without_database()
    body = {
        "status": found.status,
        "checks": {finding.subject: finding.health for finding in found.findings},
    }
    return JsonResponse(body, status=200 if found.is_ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus its figures, for the token of the settings; without one there is no such page."""
    if not settings.METRICS_TOKEN:
        return HttpResponse("Set METRICS_TOKEN to have metrics.\n", content_type="text/plain", status=404)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        refused = HttpResponse(
            "Send the token of METRICS_TOKEN as bearer.\n", content_type="text/plain", status=401
        )
        refused["WWW-Authenticate"] = "Bearer"
        return refused
    return HttpResponse(figures.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


class StatusView(LoginRequiredMixin, UserPassesTestMixin, TemplateView):
    """How LedgerFlow itself is, for firm administrators: each check with what to do."""

    template_name = "ops/status.html"
    permission_denied_message = "Only a firm administrator may see how LedgerFlow itself is."

    def test_func(self) -> bool:
        """Whether the user is one."""
        return cast("User", self.request.user).is_firm_admin

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Run the checks."""
        findings = examine()
        worst = max((finding.health for finding in findings), key=list(Health).index)
        return super().get_context_data(**kwargs) | {
            "findings": findings,
            "worst": worst,
            "open_errors": open_errors(),
        }


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an error that no view caught: 503 where the database is away (a session that could not be kept)."""
    error = sys.exc_info()[1]
    if is_away(error):
        PATIENCE.lost()
        return unavailable(request, error)
    return defaults.server_error(request)


def _database_answers() -> bool:
    """Ask by a connection of its own, which says within two seconds that it is away; the pool would wait for ten."""
    try:
        psycopg.connect(**libpq_parameters("default")).close()
    except psycopg.Error:
        return False
    return True
