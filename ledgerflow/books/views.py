"""The door every page of a book goes through, and the pages about the book itself."""

from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, resolve_url
from django.template.response import SimpleTemplateResponse
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect

from ledgerflow.books import selectors
from ledgerflow.books.models import Book, Role
from ledgerflow.books.permissions import Action, NotAllowedError, may, require, role_of
from ledgerflow.books.scope import book_scope
from ledgerflow.users.models import User


class BookMixin(View):
    """A page of one book: sign-in first, then membership, then the right to ``action``, all inside ``book_scope``.

    A stranger gets the same 404 for a book that exists and one that does not. A member without the right gets a page
    that says so (403). Views find ``self.book``, ``self.role`` and ``self.user``, templates ``book``, ``role``
    and ``may``.
    """

    action: ClassVar[Action]

    book: Book
    role: Role
    user: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Settle who may come in, then answer inside the book's transaction."""
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        self.user = cast("User", request.user)
        self.book = get_object_or_404(selectors.books_for(user=self.user), slug=kwargs["book"])
        try:
            with book_scope(self.book, self.user):
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
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"book": self.book, "role": self.role, "may": may_by_name(self.role)}


def may_by_name(role: Role | None) -> dict[str, bool]:
    """Return what the role may do by the name of the action, for templates: ``{% if may.IMPORT %}``."""
    return {action.name: may(role, action) for action in Action}


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        # A fragment cannot hold the sign-in page: the browser goes there as a whole.
        return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
    return redirect_to_login(request.get_full_path())
