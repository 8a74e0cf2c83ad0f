"""The door every page of a book goes through, and the pages about the book itself."""

from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.views.generic import FormView, View
from django_htmx.http import HttpResponseClientRedirect

from ledgerflow.books import selectors, services
from ledgerflow.books.forms import BookSettingsForm, InviteForm, RoleForm
from ledgerflow.books.models import Book, Membership, Role
from ledgerflow.books.permissions import ALLOWED, Action, NotAllowedError, may, require, role_of
from ledgerflow.books.scope import book_scope
from ledgerflow.core.links import absolute
from ledgerflow.users.models import User


class BookMixin(View):
    """A page of one book: sign-in first, then membership, then the right to ``action``, all inside ``book_scope``.

    A stranger gets the same 404 for a book that exists and one that does not. A member without the right gets a page
    that says so (403). Views find ``self.book``, ``self.role`` and ``self.user``, templates ``book``, ``role``
    and ``may``.
    """

    action: ClassVar[Action]
    #: Whether every query sees the rows of one moment, for pages that read a whole book.
    is_snapshot: ClassVar[bool] = False

    book: Book
    role: Role
    user: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Settle who may come in, then answer inside the book's transaction."""
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        self.user = request.user
        self.book = get_object_or_404(selectors.books_for(user=self.user), slug=kwargs["book"])
        try:
            with book_scope(self.book, self.user, is_snapshot=self.is_snapshot):
                return self._answer(request, *args, **kwargs)
        except NotAllowedError as error:
            raise PermissionDenied(str(error)) from error

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(user=self.user, book=self.book, action=self.needed_action())
        self.role = cast("Role", role_of(user=self.user, book=self.book))
        request.book = self.book  # type: ignore[attr-defined]  # the frame around the page shows it
        request.role = self.role  # type: ignore[attr-defined]
        response = super().dispatch(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            # Rendered here, because a template's queries belong inside the transaction too.
            response.render()
        return response

    def needed_action(self) -> Action:
        """Return the action the request needs; a page that more people read than may change overrides this."""
        return self.action

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the book, the role and what it may do."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin: the view has it
        return context | {"book": self.book, "role": self.role, "may": may_by_name(self.role)}


def may_by_name(role: Role | None) -> dict[str, bool]:
    """Return what the role may do by the name of the action, for templates: ``{% if may.IMPORT %}``."""
    return {action.name: may(role, action) for action in Action}


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        # A fragment cannot hold the sign-in page: the browser goes there as a whole.
        return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
    return redirect_to_login(request.get_full_path())


class _ManagedMixin(BookMixin):
    """A page that every member reads and those who manage the book change."""

    def needed_action(self) -> Action:
        """Reading needs membership, everything else the right to manage."""
        return Action.VIEW if self.request.method in {"GET", "HEAD"} else Action.MANAGE_BOOK


class SettingsView(_ManagedMixin, FormView[BookSettingsForm]):
    """The book's name and fiscal year, and whether files are shown first."""

    form_class = BookSettingsForm
    template_name = "books/settings.html"

    def get_initial(self) -> dict[str, Any]:
        """Begin with what is kept."""
        return {
            "name": self.book.name,
            "fiscal_year_start_month": self.book.fiscal_year_start_month,
            "looks_first": self.book.looks_first,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add how it stands with four eyes."""
        asked = selectors.four_eyes_of(book=self.book)
        is_on = bool(asked) and asked[0].switched_off_at is None
        return super().get_context_data(**kwargs) | {"four_eyes": asked, "has_four_eyes": is_on}

    def form_valid(self, form: BookSettingsForm) -> HttpResponse:
        """Keep it."""
        services.change_book(book=self.book, **form.cleaned_data)
        messages.success(self.request, "Saved.")
        return redirect("books:settings", book=self.book.slug)


class FourEyesView(BookMixin):
    """Switch four eyes on or off."""

    action = Action.MANAGE_BOOK

    def post(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """Switch, or say why not."""
        asked = request.POST.get("switch")
        if asked not in {"on", "off"}:
            return HttpResponseBadRequest("Say whether four eyes are to be on or off.")
        is_on = asked == "on"
        switch = services.switch_four_eyes_on if is_on else services.switch_four_eyes_off
        try:
            switch(book=self.book, user=self.user, now=timezone.now())
        except services.BookError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Four eyes are {'on' if is_on else 'off'}.")
        return redirect("books:settings", book=self.book.slug)


class MembersView(_ManagedMixin, FormView[InviteForm]):
    """Who belongs to the book; inviting shows the link once."""

    form_class = InviteForm
    template_name = "books/members.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add members and open invitations."""
        members = selectors.members_of(book=self.book)
        return super().get_context_data(**kwargs) | {
            "members": [
                (each, RoleForm(initial={"role": each.role}, auto_id=f"member-{each.pk}-%s"))
                for each in members
            ],
            "invitations": selectors.open_invitations(book=self.book, now=timezone.now()),
            "allowed": [(role, sorted(ALLOWED[role], key=list(Action).index)) for role in Role],
        }

    def form_valid(self, form: InviteForm) -> HttpResponse:
        """Invite, and show the link."""
        email = form.cleaned_data["email"]
        try:
            token = services.invite(
                book=self.book, invited_by=self.user, now=timezone.now(), **form.cleaned_data
            )
        except services.AlreadyMemberError as error:
            form.add_error("email", str(error))
            return self.form_invalid(form)
        link = absolute(self.request, "web:invitation", token=token)
        return self.render_to_response(self.get_context_data(form=InviteForm(), link=link, invited=email))


class _MemberChangeView(BookMixin):
    action = Action.MANAGE_BOOK

    def post(self, request: HttpRequest, *_: Any, **kwargs: Any) -> HttpResponse:
        """Change the member, or say why not."""
        member = get_object_or_404(self.book.memberships.select_related("user"), pk=kwargs["member"])
        try:
            messages.success(request, self.change(member))
        except services.LastOwnerError as error:
            messages.error(request, str(error))
        return redirect("books:members", book=self.book.slug)

    def change(self, member: Membership) -> str:
        """Change the member and return the sentence that says so."""
        raise NotImplementedError


class MemberRoleView(_MemberChangeView):
    """Give a member another role."""

    def change(self, member: Membership) -> str:
        """Change the role."""
        form = RoleForm(self.request.POST)
        if not form.is_valid():
            raise BadRequest("There is no such role.")
        services.change_role(membership=member, role=form.cleaned_data["role"])
        return f"{member.user} is now {form.cleaned_data['role'].label.lower()}."


class MemberRemoveView(_MemberChangeView):
    """Take a member out of the book."""

    def change(self, member: Membership) -> str:
        """Remove them."""
        services.remove_member(membership=member)
        return f"{member.user} is no longer a member."


class InvitationWithdrawView(BookMixin):
    """End an open invitation."""

    action = Action.MANAGE_BOOK

    def post(self, request: HttpRequest, *_: Any, **kwargs: Any) -> HttpResponse:
        """End it."""
        invitation = get_object_or_404(self.book.invitations, pk=kwargs["invitation"])
        try:
            services.withdraw_invitation(invitation=invitation, now=timezone.now())
        except services.InvitationError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"The invitation of {invitation.email} is withdrawn.")
        return redirect("books:members", book=self.book.slug)
