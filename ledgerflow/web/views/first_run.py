"""The first page of someone who came by a link and has no password yet."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import FormView

from ledgerflow.books.selectors import books_for
from ledgerflow.users.forms import WelcomeForm
from ledgerflow.users.models import User
from ledgerflow.users.services import AddressTakenError, introduce

#: Set in the session of someone who would rather look around first.
LATER = "introduced_later"
#: Ends the placeholder address under which an installation makes its first user.
_PLACEHOLDER_HOST = "@localhost"


class WelcomeView(LoginRequiredMixin, FormView[WelcomeForm]):
    """Name, e-mail address and password, once; or later."""

    form_class = WelcomeForm
    template_name = "web/welcome.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let only those in who have no password."""
        if request.user.is_authenticated and request.user.has_usable_password():
            return redirect("web:home")
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep who they are, or let them look around for as long as this session lasts."""
        if "later" not in request.POST:
            return super().post(request, *args, **kwargs)
        request.session[LATER] = True
        messages.info(
            request, "Your link worked once. Choose a password in the menu at your name before you sign out."
        )
        return _onward(cast("User", request.user))

    def get_initial(self) -> dict[str, Any]:
        """Begin with what is known."""
        user = cast("User", self.request.user)
        return {"name": user.name, "email": "" if user.email.endswith(_PLACEHOLDER_HOST) else user.email}

    def form_valid(self, form: WelcomeForm) -> HttpResponse:
        """Keep who they are; the session goes on under the new password."""
        try:
            user = introduce(user=cast("User", self.request.user), **form.cleaned_data)
        except AddressTakenError as error:
            form.add_error("email", str(error))
            return self.form_invalid(form)
        update_session_auth_hash(self.request, user)
        return _onward(user)


def _onward(user: User) -> HttpResponse:
    return redirect("web:home" if books_for(user=user).exists() else "web:new-book")
