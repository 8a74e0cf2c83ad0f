"""The agent's pages: what a book allows, what leaves, what was said."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.agent import page_selectors, services
from ledgerflow.agent.errors import AgentError
from ledgerflow.agent.forms import AllowForm, initial_of
from ledgerflow.agent.privacy import ABOUT_NAMES, LEAVES, STAYS
from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin

_LATEST = 10
_PAGE_SIZE = 50


class HomeView(BookMixin, generic.FormView[AllowForm]):
    """What the book allows the agent, in plain words; read by every member, changed by those who manage the book."""

    form_class = AllowForm
    template_name = "agent/home.html"

    def needed_action(self) -> Action:
        """Reading needs membership, consent the right to manage."""
        return Action.VIEW if self.request.method in {"GET", "HEAD"} else Action.MANAGE_BOOK

    def get_form_kwargs(self) -> dict[str, Any]:
        """Begin with what is kept, and offer what the installation has enabled."""
        self.home = page_selectors.home(book=self.book, today=timezone.localdate(), latest=_LATEST)
        price = self.home.place.price if self.home.place else None
        return super().get_form_kwargs() | {
            "tools": page_selectors.tools_to_allow(),
            "currency": price.currency if price else "",
            "initial": initial_of(self.home.allowed),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the page, and the very question that would be asked next."""
        context = super().get_context_data(**kwargs)
        privacy = self.home.allowed.privacy
        return context | {
            "home": self.home,
            "leaves": LEAVES,
            "stays": STAYS,
            "about_names": ABOUT_NAMES[privacy],
            "preview": page_selectors.preview(book=self.book, privacy=privacy),
        }

    def form_valid(self, form: AllowForm) -> HttpResponse:
        """Keep it."""
        try:
            kept = services.allow(book=self.book, allowed=form.allowed(), user=self.user, now=timezone.now())
        except AgentError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(
            self.request,
            "Saved. The book may ask the agent."
            if kept.is_enabled
            else "Saved. Nothing is sent for this book.",
        )
        return redirect("agent:home", book=self.book.slug)


class AskView(BookMixin, generic.View):
    """Ask about the open lines: a job does, one at a time for a book."""

    action = Action.REVIEW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Leave the job."""
        try:
            services.wake(book=self.book, user=self.user)
        except AgentError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, "The agent is being asked. What it proposes waits in the review queue, line by line."
            )
        return redirect("agent:home", book=self.book.slug)


class ConversationsView(BookMixin, generic.TemplateView):
    """Everything that was said for the book, latest first."""

    action = Action.VIEW
    template_name = "agent/conversations.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add a page of conversations."""
        before = self.request.GET.get("before", "")
        page = page_selectors.conversations(
            book=self.book,
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
            size=_PAGE_SIZE,
        )
        return super().get_context_data(page=page, **kwargs)


class ConversationView(BookMixin, generic.TemplateView):
    """One conversation whole: what was sent, what was looked up, what came back, and what came of it."""

    action = Action.VIEW
    template_name = "agent/conversation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the conversation, in this book only."""
        said = page_selectors.said(book=self.book, conversation_id=self.kwargs["conversation"])
        if said is None:
            raise Http404
        return super().get_context_data(said=said, **kwargs)
