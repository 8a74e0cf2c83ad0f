"""Questions about lines: asked, answered, withdrawn and asked again, from the queue and from the page of a line."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views import generic

from ledgerflow.asking import selectors as asking
from ledgerflow.asking import services
from ledgerflow.asking.forms import AnswerForm, AskForm
from ledgerflow.asking.services import Asked
from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.links import absolute
from ledgerflow.review import selectors
from ledgerflow.review.views.actions import ActionView


class QuestionsView(BookMixin, generic.TemplateView):
    """The questions that wait for an answer, and the latest that do not any more."""

    action = Action.VIEW
    template_name = "review/questions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add both lists."""
        return super().get_context_data(
            waiting=asking.open_questions(book=self.book),
            settled=asking.settled_questions(book=self.book),
            latest=asking.LATEST,
            now=timezone.now(),
            **kwargs,
        )


class _LineQuestionView(ActionView):
    """A change of the questions about one line; nothing else about the line changes, so that undo has no part in it."""

    def said(self, message: str) -> dict[str, Any]:
        """Return the answer: the line changes its tab where it is neither decided about nor held back otherwise."""
        moves = selectors.waits_for_review(book=self.book, line_id=self.kwargs["line"])
        return {
            "message": message,
            "line": str(self.kwargs["line"]),
            "gone": moves,
            "again": not moves,
            "is_final": True,
            "counts": {"questions": asking.open_questions(book=self.book).count()},
        }

    def asked(self, made: Asked) -> dict[str, Any]:
        """Return the answer to a question that was asked, with the link where there is one."""
        if made.token is None:
            return self.said(f"{made.question.asked_of} is asked.")
        link = absolute(self.request, "asking:link", token=made.token)
        context = {"book": self.book, "question": made.question, "link": link}
        offer = render_to_string("review/_asked.html", context, request=self.request)
        # Shown once: whoever went on before it was there asks again, which makes a new one.
        said = self.said(
            "Asked. The link is shown once; if you do not see it, ask again on the page of the line."
        )
        return {**said, "again": False, "offer": offer}

    def answer(self, facts: dict[str, Any]) -> HttpResponse:
        """Answer the queue's script as ever, and a person with the page of the line, or with the link."""
        if self.request.headers.get("Accept") == "application/json":
            return super().answer(facts)
        if "offer" in facts:
            context = {"book": self.book, "line_id": self.kwargs["line"], "offer": facts["offer"]}
            return render(self.request, "review/asked.html", context)
        if "error" in facts:
            messages.error(self.request, facts["error"])
        else:
            messages.success(self.request, facts["message"])
        return redirect("posting:line", book=self.book.slug, line=self.kwargs["line"])


class AskView(_LineQuestionView):
    """Ask a member, or the client by a link."""

    form_class = AskForm

    def form_arguments(self) -> dict[str, Any]:
        """Offer this book's members."""
        return {"book": self.book}

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Ask."""
        assert isinstance(form, AskForm)
        made = services.ask(
            book=self.book,
            line_id=self.kwargs["line"],
            text=form.cleaned_data["question"],
            of=form.asked_of,
            days=form.cleaned_data["days"],
            user=self.user,
            now=timezone.now(),
        )
        return self.asked(made)


class AskAgainView(_LineQuestionView):
    """Withdraw the open question and ask the same anew; a link gets a new address and its days."""

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Ask again; the line waits as before."""
        said = self.asked(
            services.ask_again(
                book=self.book, line_id=self.kwargs["line"], user=self.user, now=timezone.now()
            )
        )
        return {**said, "gone": False, "again": "offer" not in said}


class AnswerView(_LineQuestionView):
    """Answer as a member."""

    form_class = AnswerForm

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Keep the answer."""
        services.answer(
            book=self.book,
            line_id=self.kwargs["line"],
            text=form.cleaned_data["answer"],
            user=self.user,
            now=timezone.now(),
        )
        return self.said("Answered.")


class WithdrawView(_LineQuestionView):
    """Take the open question back; its link leads nowhere from now on."""

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Withdraw."""
        services.withdraw(book=self.book, line_id=self.kwargs["line"], user=self.user, now=timezone.now())
        return self.said("The question is withdrawn.")
