"""The people of the firm, for its administrators."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.generic import FormView, View

from ledgerflow.core.links import absolute
from ledgerflow.users import selectors, services
from ledgerflow.users.forms import InvitePersonForm
from ledgerflow.users.models import User

#: A new person has this long to open their link.
_LINK_VALID_FOR = timedelta(days=7)


class FirmAdministratorMixin(LoginRequiredMixin, UserPassesTestMixin):
    """Sign-in first, then firm administrators only."""

    request: HttpRequest
    permission_denied_message = "Only a firm administrator may see and invite the people of the firm."

    def test_func(self) -> bool:
        """Whether the user is one."""
        return cast("User", self.request.user).is_firm_admin


class PeopleView(FirmAdministratorMixin, FormView[InvitePersonForm]):
    """Everyone who signs in; inviting shows the link once."""

    form_class = InvitePersonForm
    template_name = "web/people.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the people."""
        return super().get_context_data(**kwargs) | {"people": selectors.everyone()}

    def form_valid(self, form: InvitePersonForm) -> HttpResponse:
        """Make the person and show their link."""
        try:
            user, token = services.invite_user(
                now=timezone.now(), valid_for=_LINK_VALID_FOR, **form.cleaned_data
            )
        except services.AddressTakenError as error:
            form.add_error("email", str(error))
            return self.form_invalid(form)
        link = absolute(self.request, "web:sign-in-link", token=token)
        return self.render_to_response(
            self.get_context_data(form=InvitePersonForm(), link=link, invited=user)
        )


class PersonLinkView(FirmAdministratorMixin, View):
    """A new sign-in link for someone who lost theirs."""

    def post(self, request: HttpRequest, user: int) -> HttpResponse:
        """Make it and show it in a message, once."""
        person = get_object_or_404(User, pk=user, is_active=True)
        token = services.make_sign_in_link(user=person, now=timezone.now(), valid_for=timedelta(days=1))
        messages.info(
            request,
            f"Link for {person}, once, within a day: {absolute(request, 'web:sign-in-link', token=token)}",
        )
        return redirect("web:people")


class PersonActiveView(FirmAdministratorMixin, View):
    """Keep a person out, or let them in again."""

    is_active = False

    def post(self, request: HttpRequest, user: int) -> HttpResponse:
        """Change it."""
        person = get_object_or_404(User, pk=user)
        try:
            services.set_active(user=person, is_active=self.is_active)
        except services.LastAdministratorError as error:
            messages.error(request, str(error))
        else:
            done = "may sign in again" if self.is_active else "may no longer sign in"
            messages.success(request, f"{person} {done}.")
        return redirect("web:people")
