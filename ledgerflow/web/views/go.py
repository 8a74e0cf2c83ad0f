"""Where Ctrl-K leads, found as one types; a page of its own for whoever has no script."""

from typing import Any, cast

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest
from django.views.generic import TemplateView

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.users.models import User
from ledgerflow.web.go_selectors import places

_LONGEST = 100


class _GoPage(TemplateView):
    """The places, as a page or as the part of it that the script asks for."""

    def get_template_names(self) -> list[str]:
        """Return the part for the script."""
        return ["web/_go.html" if _is_part(self.request) else "web/go.html"]


class GoView(LoginRequiredMixin, _GoPage):
    """Places of no book."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the places."""
        return super().get_context_data(**kwargs) | _found(
            self.request, cast("User", self.request.user), None
        )


class BookGoView(BookMixin, _GoPage):
    """Places of a book, and the other books."""

    action = Action.VIEW

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the places."""
        return super().get_context_data(**kwargs) | _found(self.request, self.user, self.book)


def _is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _found(request: HttpRequest, user: User, book: Book | None) -> dict[str, Any]:
    words = request.GET.get("q", "").replace("\0", "")[:_LONGEST].strip()
    return {
        "words": words,
        "places": places(user=user, book=book, words=words),
        "is_part": _is_part(request),
    }
