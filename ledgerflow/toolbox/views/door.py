"""The two doors to the tools: of the installation for firm administrators, of a book for its members."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.generic import View

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action, NotAllowedError
from ledgerflow.books.selectors import books_for
from ledgerflow.books.views import BookMixin, may_by_name
from ledgerflow.toolbox.models import Tool, ToolRun
from ledgerflow.toolbox.selectors import runs_for
from ledgerflow.users.models import User


class ToolboxView(BookMixin):
    """A page about tools: below a book for whoever may ``action`` there, else for firm administrators.

    Pages find ``self.of_book``, which is ``None`` for those of the installation, and ``self.user``.
    """

    action = Action.VIEW

    of_book: Book | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Settle who may come in."""
        if "book" in kwargs:
            return super().dispatch(request, *args, **kwargs)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        self.user = request.user
        if not self.user.is_firm_admin:
            raise PermissionDenied(
                "Only a firm administrator decides about tools. Those that a book may use are in the book's menu."
            )
        try:
            # Past the book's own door.
            return View.dispatch(self, request, *args, **kwargs)
        except NotAllowedError as error:
            raise PermissionDenied(str(error)) from error

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.of_book = self.book
        return super()._answer(request, *args, **kwargs)

    def url(self, name: str, **kwargs: Any) -> str:
        """Return the address of a page behind the same door."""
        if self.of_book is None:
            return reverse(f"toolbox:{name}", kwargs=kwargs)
        return reverse(f"book-tools:{name}", kwargs={"book": self.of_book.slug, **kwargs})

    def page(self, template: str, **context: Any) -> HttpResponse:
        """Return a page, with what every one of them shows."""
        own: dict[str, Any] = {"door": self, "of_book": self.of_book, "decides": self.user.is_firm_admin}
        if self.of_book is None:
            own["may"] = dict.fromkeys((action.name for action in Action), True)
        else:
            own |= {"book": self.book, "role": self.role, "may": may_by_name(self.role)}
        return render(self.request, f"toolbox/{template}", own | context)

    def tool(self) -> Tool:
        """Return the tool that the address names."""
        return get_object_or_404(Tool.objects.select_related("enabled_by"), pk=self.kwargs["tool"])

    def runs(self) -> QuerySet[ToolRun]:
        """Return the runs that can be seen through this door."""
        seen = runs_for(user=self.user)
        return seen if self.of_book is None else seen.filter(book=self.of_book)

    def run(self) -> ToolRun:
        """Return the run that the address names."""
        rows = self.runs().select_related("tool", "book", "asked_by", "parent", "cached_from")
        return get_object_or_404(rows, pk=self.kwargs["tool_run"])

    def books(self) -> QuerySet[Book] | None:
        """Return the books to choose from; none to choose behind the door of one."""
        return books_for(user=self.user) if self.of_book is None else None

    def people(self) -> QuerySet[User]:
        """Return those who may have asked."""
        people = User.objects.order_by("name", "email")
        if self.of_book is None:
            return people
        return people.filter(Q(memberships__book=self.of_book) | Q(is_firm_admin=True)).distinct()
