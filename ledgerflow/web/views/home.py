"""The list of books, the first page of a book, and how a book comes to be."""

from typing import Any, cast

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import FormView, TemplateView, View

from ledgerflow.books.permissions import Action
from ledgerflow.books.selectors import books_for
from ledgerflow.books.views import BookMixin
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.users.models import User
from ledgerflow.web import selectors
from ledgerflow.web.forms import NewBookForm
from ledgerflow.web.views.first_run import LATER


class HomeView(LoginRequiredMixin, View):
    """Every book of the user; straight into the book when there is one, to the doors when there is none."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        user = cast("User", request.user)
        if not user.has_usable_password() and LATER not in request.session:
            return redirect("web:welcome")
        books = list(books_for(user=user))
        if len(books) == 1 and "all" not in request.GET:
            return redirect("web:book-home", book=books[0].slug)
        return render(request, "web/home.html", {"books": books})


class BookHomeView(BookMixin, TemplateView):
    """What needs a person now, and how each bank account stands."""

    action = Action.VIEW
    template_name = "web/book_home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add work, accounts and checklist."""
        steps = selectors.checklist(book=self.book)
        return super().get_context_data(**kwargs) | {
            "work": selectors.work(book=self.book, user=self.user),
            "accounts": selectors.account_standings(book=self.book, today=timezone.localdate()),
            "steps": [] if all(step.is_done for step in steps) else steps,
            "is_empty": not selectors.has_statements(book=self.book),
        }


class NewBookView(LoginRequiredMixin, FormView[NewBookForm]):
    """The question page: one form, then the two doors."""

    form_class = NewBookForm
    template_name = "web/new_book.html"

    def form_valid(self, form: NewBookForm) -> HttpResponse:
        """Open the book."""
        user = cast("User", self.request.user)
        try:
            book = open_book(owner=user, now=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.form_invalid(form)
        return redirect("web:book-home", book=book.slug)
