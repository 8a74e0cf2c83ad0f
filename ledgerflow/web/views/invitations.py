"""Taking up an invitation to a book."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from ledgerflow.books.models import Invitation
from ledgerflow.books.selectors import find_invitation
from ledgerflow.books.services import BookError, accept_invitation, join_by_invitation
from ledgerflow.users.forms import ChoosePasswordForm
from ledgerflow.users.models import User
from ledgerflow.users.selectors import find_by_email
from ledgerflow.users.services import UserError
from ledgerflow.web.views.sign_in import LINK_BACKEND


@method_decorator(never_cache, name="dispatch")
class InvitationView(View):
    """A new person chooses name and password; a known one signs in first, then accepts."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show who invites to what."""
        invitation = find_invitation(token=token, now=timezone.now())
        if invitation is None:
            return _refused(request)
        return _page(request, invitation, ChoosePasswordForm(address=invitation.email))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Accept it."""
        now = timezone.now()
        invitation = find_invitation(token=token, now=now)
        if invitation is None:
            return _refused(request)
        if isinstance(request.user, User):
            return _accept(request, invitation, request.user, now)
        return _join(request, invitation, now)


def _accept(request: HttpRequest, invitation: Invitation, user: User, now: datetime) -> HttpResponse:
    try:
        accept_invitation(invitation=invitation, user=user, now=now)
    except BookError as error:
        messages.error(request, str(error))
        return redirect("web:home")
    messages.success(request, f"You are now a {invitation.role} of {invitation.book}.")
    return redirect("web:book-home", book=invitation.book.slug)


def _join(request: HttpRequest, invitation: Invitation, now: datetime) -> HttpResponse:
    form = ChoosePasswordForm(request.POST, address=invitation.email)
    if not form.is_valid():
        return _page(request, invitation, form)
    try:
        user = join_by_invitation(invitation=invitation, now=now, **form.cleaned_data)
    except (BookError, UserError) as error:
        form.add_error(None, str(error))
        return _page(request, invitation, form)
    login(request, user, backend=LINK_BACKEND)
    return redirect("web:book-home", book=invitation.book.slug)


def _page(request: HttpRequest, invitation: Invitation, form: ChoosePasswordForm) -> HttpResponse:
    is_known = not request.user.is_authenticated and find_by_email(invitation.email) is not None
    context: dict[str, Any] = {"invitation": invitation, "form": form, "must_sign_in": is_known}
    return render(request, "web/invitation.html", context)


def _refused(request: HttpRequest) -> HttpResponse:
    reason = "This invitation was used, was withdrawn or has expired. Ask whoever invited you for a new one."
    return render(request, "web/link_refused.html", {"reason": reason}, status=410)
