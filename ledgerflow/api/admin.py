"""In Django's administration: access tokens of everyone, only looked at and revoked."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from ledgerflow.api.models import ApiToken
from ledgerflow.api.services import TokenError, revoke_token


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin[ApiToken]):
    """One row for each token; the secret is kept nowhere."""

    list_display = ("name", "start", "user", "book", "may_read", "may_run_tools", "may_use_network",
                    "may_propose", "expires_at", "last_used_at", "revoked_at")  # fmt: skip
    list_filter = ("revoked_at", "expires_at", "may_propose", "may_run_tools", "may_use_network")
    search_fields = ("name", "start", "user__email", "user__name")
    list_select_related = ("user", "book")
    show_full_result_count = False
    exclude = ("token_sha256",)
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People make their own, because a secret is shown to them alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """A token stays as it was made; revoking is an action."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Tokens are kept."""
        return False

    @admin.action(description="Revoke", permissions=["view"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        """End the chosen tokens."""
        done = 0
        for token in tokens:
            try:
                revoke_token(token=token, now=timezone.now())
            except TokenError as error:
                self.message_user(request, str(error), messages.WARNING)
            else:
                done += 1
        self.message_user(request, f"{done} revoked.", messages.SUCCESS)
