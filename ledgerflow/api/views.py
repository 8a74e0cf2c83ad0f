"""The page of access tokens, the description of the API, and the door of MCP clients."""

import importlib
from functools import cached_property
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, TemplateView, View

from ledgerflow.api import services
from ledgerflow.api.access import bearer, caller_of
from ledgerflow.api.forms import TokenForm
from ledgerflow.api.models import ApiToken
from ledgerflow.api.openapi_pages import operations
from ledgerflow.api.rest.problems import problem
from ledgerflow.api.rest.schema import openapi
from ledgerflow.users.models import User

#: Tokens that the page lists, the newest first.
_LISTED = 200


class TokensView(LoginRequiredMixin, FormView[TokenForm]):
    """The user's own tokens; making one shows its secret once."""

    form_class = TokenForm
    template_name = "api/tokens.html"

    @cached_property
    def user(self) -> User:
        """Whose tokens they are."""
        return cast("User", self.request.user)

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Let no cache keep the answer that shows the secret."""
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the user's books."""
        return super().get_form_kwargs() | {"user": self.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the tokens."""
        now = timezone.now()
        tokens = ApiToken.objects.filter(user=self.user).select_related("book").order_by("-pk")[:_LISTED]
        listed = [(token, sorted(token.scopes), token.is_usable(now=now)) for token in tokens]
        return super().get_context_data(**kwargs) | {"tokens": listed}

    def form_valid(self, form: TokenForm) -> HttpResponse:
        """Make it, and show it."""
        given = form.cleaned_data
        try:
            token, secret = services.make_token(
                user=self.user,
                name=given["name"],
                scopes=given["scopes"],
                book=given["book"],
                valid_for=form.valid_for,
                now=timezone.now(),
            )
        except services.TokenError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        empty = TokenForm(user=self.user)
        return self.render_to_response(self.get_context_data(form=empty, made=token, secret=secret))


class TokenRevokeView(LoginRequiredMixin, View):
    """End one of the user's tokens."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, api_token: int) -> HttpResponse:
        """Revoke it."""
        token = get_object_or_404(ApiToken, user=cast("User", request.user), pk=api_token)
        try:
            services.revoke_token(token=token, now=timezone.now())
        except services.TokenError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{token.name} is revoked; it opens nothing any more.")
        return redirect("api:tokens")


class SchemaView(View):
    """The OpenAPI description, for programs; it tells nothing of any book."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Give it."""
        return JsonResponse(openapi())


class DocsView(LoginRequiredMixin, TemplateView):
    """The same description for people, written by the server: nothing is loaded from elsewhere."""

    template_name = "api/docs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the operations."""
        return super().get_context_data(**kwargs) | {"groups": operations(openapi())}


@method_decorator([csrf_exempt, never_cache], name="dispatch")
class McpView(View):
    """One message of an MCP client (streamable HTTP, stateless: a POST is answered with JSON, there is no stream)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse what is no POST, comes from a page of another site, or has no token; then answer."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not _is_from_here(request):
            return problem(HTTPStatus.FORBIDDEN, "A page of another site may not speak to this address.")
        secret = bearer(request.headers.get("Authorization", ""))
        caller = caller_of(secret=secret, now=timezone.now())
        if caller is None:
            return problem(HTTPStatus.UNAUTHORIZED)
        try:
            door: Any = importlib.import_module("ledgerflow.api.mcp.http")
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
                raise
            return problem(
                HTTPStatus.NOT_IMPLEMENTED, "This installation has no MCP: install ledgerflow[mcp]."
            )
        answer: HttpResponse = door.answer(request, caller)
        return answer


def _is_from_here(request: HttpRequest) -> bool:
    """Whether a browser that names where the request comes from names this installation (DNS rebinding, other sites).

    That the host is one of ours is settled by ``ALLOWED_HOSTS``; a program that is no browser names no origin.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    own = f"{request.scheme}://{request.get_host()}"
    return urlsplit(origin).scheme in {"http", "https"} and origin in {own, *settings.CSRF_TRUSTED_ORIGINS}
