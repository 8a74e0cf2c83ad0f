"""The second door: demo books."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import View

from ledgerflow.books.selectors import books_for
from ledgerflow.pipeline import demo
from ledgerflow.users.models import User


class DemoView(LoginRequiredMixin, View):
    """Make the demo books, once for an installation, and open them."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make them unless they are here."""
        user = cast("User", request.user)
        demo.make_books(user=user, now=timezone.now())
        book = books_for(user=user).filter(is_demo=True).first()
        if book is None:
            messages.error(
                request, "The demo books are here already; ask whoever made them to make you a member."
            )
            return redirect("web:home")
        return redirect("web:book-home", book=book.slug)
