"""How lists look to a person, and the views that are saved of them."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import TemplateView, View

from ledgerflow.books.lists import BookList
from ledgerflow.books.models import SavedView
from ledgerflow.books.permissions import Action
from ledgerflow.books.selectors import saved_views
from ledgerflow.books.services.saved_views import SavedViewError, delete_view, rename_view, save_view
from ledgerflow.books.views import BookMixin
from ledgerflow.users.models import User
from ledgerflow.users.services import choose_columns, set_density
from ledgerflow.web.lists import LISTS


class DensityView(LoginRequiredMixin, View):
    """More rows on a page, or more room between them."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it, and go back."""
        set_density(user=cast("User", request.user), is_compact=request.POST.get("density") == "compact")
        return _back(request)


class ColumnsView(LoginRequiredMixin, View):
    """Which columns of a list the user sees."""

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Keep those that the list has, or forget the choice, and go back."""
        of = _list_of(kwargs)
        asked = set(request.POST.getlist("columns"))
        columns = [each.key for each in of.columns if each.key in asked and not each.is_needed]
        choose_columns(
            user=cast("User", request.user),
            list_key=of.key,
            columns=None if "reset" in request.POST else columns,
        )
        return _back(request)


class ViewsView(BookMixin, TemplateView):
    """The saved views that the user has in the book."""

    action = Action.VIEW
    template_name = "web/views.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add each with its list and address; what leads nowhere any more is there to be deleted."""
        views = [
            (view, of, of.address_if_any(book=self.book, asked=view.asked) if of else "")
            for view in saved_views(book=self.book, user=self.user).select_related("made_by")
            for of in [LISTS.get(view.list)]
        ]
        return super().get_context_data(views=views, **kwargs)


class SaveViewView(BookMixin):
    """Save what a list shows by a name."""

    action = Action.KEEP_VIEWS

    def post(self, request: HttpRequest, *_: Any, **kwargs: Any) -> HttpResponse:
        """Save it, or say why not."""
        of = _list_of(kwargs)
        try:
            view = save_view(
                book=self.book,
                of=of,
                name=request.POST.get("name", "").replace("\0", ""),
                said={name: str(text).replace("\0", "") for name, text in request.POST.items()},
                is_shared="shared" in request.POST,
                user=self.user,
                now=timezone.now(),
            )
        except (SavedViewError, ValidationError) as error:
            messages.error(request, _sentence(error))
            return _back(request)
        messages.success(request, f"Saved as “{view}”.")
        return redirect(of.address(book=self.book, asked=view.asked))


class _SavedViewMixin(BookMixin):
    """Something is done to a saved view that the user has."""

    action = Action.KEEP_VIEWS

    def post(self, request: HttpRequest, *_: Any, **kwargs: Any) -> HttpResponse:
        """Do it, or say why not."""
        view = get_object_or_404(saved_views(book=self.book, user=self.user), pk=kwargs["view"])
        try:
            messages.success(request, self.change(view))
        except (SavedViewError, ValidationError) as error:
            messages.error(request, _sentence(error))
        return redirect("web:views", book=self.book.slug)

    def change(self, view: SavedView) -> str:
        """Do it and return what to say."""
        raise NotImplementedError


class RenameViewView(_SavedViewMixin):
    """Call a saved view otherwise."""

    def change(self, view: SavedView) -> str:
        """Rename it."""
        name = self.request.POST.get("name", "").replace("\0", "")
        return f"It is called “{rename_view(view=view, name=name, user=self.user)}” now."


class DeleteViewView(_SavedViewMixin):
    """Let a saved view go."""

    def change(self, view: SavedView) -> str:
        """Delete it."""
        delete_view(view=view, user=self.user)
        return f"The view “{view}” is deleted."


def _list_of(kwargs: Mapping[str, Any]) -> BookList:
    if kwargs["list"] not in LISTS:
        raise Http404
    return LISTS[kwargs["list"]]


def _back(request: HttpRequest) -> HttpResponse:
    """Return to the page that the form stood on, and never to another host or to what is no address."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(address if is_ours and address.startswith("/") else reverse("web:home"))


def _sentence(error: SavedViewError | ValidationError) -> str:
    """Return what to say; what a field refuses begins with its name."""
    if isinstance(error, SavedViewError):
        return str(error)
    return " ".join(
        text if name == NON_FIELD_ERRORS else f"{name.capitalize()}: {text}"
        for name, texts in error.message_dict.items()
        for text in texts
    )
