"""Signing in and out, by password or by link, and one's own password and name."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, View

from ledgerflow.users import selectors, services
from ledgerflow.users.forms import ChangePasswordForm, ProfileForm, ResetPasswordForm, SignInForm
from ledgerflow.users.models import User

#: The backend that signs in people whom a link, not a password, has proved.
LINK_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignInView(auth_views.LoginView):
    """Sign in with e-mail address and password."""

    form_class = SignInForm
    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what to do on an installation that nobody has entered."""
        return super().get_context_data(**kwargs) | {"is_new_installation": selectors.is_new_installation()}


@method_decorator(never_cache, name="dispatch")
class SignInLinkView(View):
    """Sign in by a link, once. Opening it uses nothing up, because mail programs open links before people do."""

    def get(self, request: HttpRequest, **_: str) -> HttpResponse:
        """Show the button."""
        return render(request, "web/sign_in_link.html")

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Use the link up."""
        try:
            user = services.use_sign_in_link(token=token, now=timezone.now())
        except services.LinkError as error:
            return render(request, "web/link_refused.html", {"reason": str(error)}, status=410)
        login(request, user, backend=LINK_BACKEND)
        return redirect("web:home" if user.has_usable_password() else "web:welcome")


class PasswordChangeView(auth_views.PasswordChangeView):
    """Change one's password; every other session of the user ends."""

    form_class = ChangePasswordForm
    template_name = "web/password_change.html"
    success_url = reverse_lazy("web:home")

    def form_valid(self, form: Any) -> HttpResponse:
        """Change it and say so."""
        messages.success(self.request, "Your password is changed; other sessions of yours have ended.")
        return super().form_valid(form)


class PasswordResetView(auth_views.PasswordResetView):
    """Ask for a mail that lets one choose a new password."""

    template_name = "web/password_reset.html"
    email_template_name = "web/mail/password_reset.txt"
    subject_template_name = "web/mail/password_reset_subject.txt"
    success_url = reverse_lazy("web:password-reset-sent")


class PasswordResetSentView(auth_views.PasswordResetDoneView):
    """Say the same whether the address is known or not."""

    template_name = "web/password_reset_sent.html"


class PasswordResetConfirmView(auth_views.PasswordResetConfirmView):
    """Choose a new password by the link in the mail."""

    form_class = ResetPasswordForm
    template_name = "web/password_reset_confirm.html"
    success_url = reverse_lazy("web:sign-in")

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it and say so."""
        messages.success(self.request, "Your password is set; sign in with it.")
        return super().form_valid(form)


class ProfileView(LoginRequiredMixin, FormView[ProfileForm]):
    """One's own name."""

    form_class = ProfileForm
    template_name = "web/profile.html"
    success_url = reverse_lazy("web:profile")

    def get_initial(self) -> dict[str, Any]:
        """Begin with the name as it is."""
        return {"name": cast("User", self.request.user).name}

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        """Keep it."""
        services.rename(user=cast("User", self.request.user), name=form.cleaned_data["name"])
        messages.success(self.request, "Saved.")
        return super().form_valid(form)
