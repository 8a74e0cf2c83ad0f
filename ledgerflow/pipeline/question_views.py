"""Questions about days that two files show in part: the same movements, or different ones?"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.pipeline import services
from ledgerflow.pipeline.question_selectors import asked_days
from ledgerflow.statements.models import DayQuestion, Sighting


class QuestionsView(BookMixin, generic.TemplateView):
    """Open questions with both files side by side, and those that were answered."""

    action = Action.VIEW
    template_name = "pipeline/questions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the questions."""
        waiting, answered = asked_days(book=self.book)
        return super().get_context_data(waiting=waiting, answered=answered, **kwargs)


class AnswerQuestionView(BookMixin, generic.View):
    """Answer a question, or answer it anew, or with it all of its two files about lines under two days."""

    action = Action.REVIEW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer it, and go back to the questions."""
        questions = DayQuestion.objects.select_related("book", "bank_account")
        question = get_object_or_404(questions, book=self.book, pk=kwargs["question"])
        try:
            if "all" in request.POST:
                services.answer_all_alike(
                    question=question, answer=request.POST["all"], user=self.user, now=timezone.now()
                )
            else:
                services.answer_question(
                    question=question,
                    answer=request.POST.get("answer", ""),
                    user=self.user,
                    now=timezone.now(),
                )
        except LedgerFlowError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{question.date:%Y-%m-%d} is settled; its lines can be reviewed.")
        return redirect("pipeline:questions", book=self.book.slug)


class SeparateLineView(BookMixin, generic.View):
    """Say that a line is another one than the other files show."""

    action = Action.REVIEW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Say it, and go back to the statement."""
        found = Sighting.objects.select_related("statement__book", "statement__bank_account")
        sighting = get_object_or_404(
            found, book=self.book, statement=kwargs["statement"], line=kwargs["line"]
        )
        statement = sighting.statement
        try:
            services.separate_line(statement=statement, no=sighting.no, user=self.user, now=timezone.now())
        except LedgerFlowError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "It is a line of its own now, and can be reviewed.")
        return redirect("statements:detail", book=self.book.slug, statement=statement.pk)
