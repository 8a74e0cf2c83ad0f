"""Say in which order a file's dates are written, with one click, or say it anew."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action, require
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.pipeline import services
from ledgerflow.pipeline.column_choices import ORDER_WORDS
from ledgerflow.pipeline.forms import FilePasswordForm
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.views import RunMixin


class DayOrderView(RunMixin, generic.TemplateView):
    """The question of a file that asks; of one that was read by an answer, what it was and how to change it."""

    template_name = "pipeline/day_order.html"
    http_method_names = ["get", "post"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the file, and the answer by which it was read."""
        run = self.get_run()
        context = super().get_context_data(**{**kwargs, "run": run})
        context["password"] = FilePasswordForm() if services.is_protected(document=run.document) else ""
        if run.has_order_said:
            said = [each["day_order"] for each in run.read_by or []]
            context |= {
                "said": ORDER_WORDS[said[0]],
                "others": {
                    order: words for order, words in ORDER_WORDS.items() if order and order not in said
                },
                "preview": services.preview_undo(run=run),
            }
        return context

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Go on with the file, or read it anew in another order, or forget the answer for the next ones."""
        run, order = self.get_run(), request.POST.get("order", "")
        # A click on the question never changes what is imported: another tab may have answered it.
        if request.POST.get("act") != "change":
            return self._take_answer(run, order)
        require(user=self.user, book=self.book, action=Action.UNDO_IMPORT)
        try:
            self._change(run, order)
        except LedgerFlowError as error:
            messages.error(request, str(error))
            return redirect(request.path)
        return self.back()

    def _take_answer(self, run: ImportRun, order: str) -> HttpResponse:
        said = self.request.POST
        # The inbox shows no field for it, because it would have to look into every file.
        if run.asks_order and "password" not in said and services.is_protected(document=run.document):
            messages.info(
                self.request, f"{run.document.name} is protected: give its password, and answer here."
            )
            return redirect(self.request.path)
        try:
            services.answer_order(
                run=run,
                order=order,
                now=timezone.now(),
                password=self._password(),
                asked=said.get("asked", ""),
            )
        except LedgerFlowError as error:
            messages.error(self.request, str(error))
        return self.back()

    def _password(self) -> str:
        form = FilePasswordForm(self.request.POST)
        return str(form.cleaned_data["password"]) if form.is_valid() else ""

    def _change(self, run: ImportRun, order: str) -> None:
        if order == "forget":
            services.forget_order(run=run)
            messages.success(self.request, "The next such file of this account is asked about again.")
            return
        services.change_order(
            run=run,
            order=order,
            user=self.user,
            now=timezone.now(),
            password=self._password(),
            reverse_posted=self.request.POST.get("reverse_posted") == "on",
        )
        messages.success(self.request, f"{run.document.name} is read anew: {ORDER_WORDS[order].lower()}.")
