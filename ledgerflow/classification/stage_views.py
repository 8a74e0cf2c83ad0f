"""What suggests in a book, stage by stage, and switching each off and on."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.classification import services, stages
from ledgerflow.classification.models import Stage
from ledgerflow.core.errors import LedgerFlowError


class StagesView(BookMixin, generic.TemplateView):
    """Every stage with what it does, and when which of them were off."""

    action = Action.VIEW
    template_name = "classification/stages.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the stages."""
        return super().get_context_data(
            stages=stages.listed_stages(book=self.book),
            before=stages.stages_before(book=self.book),
            sharing=stages.sharing_on(),
            may_share=self.user.is_firm_admin,
            **kwargs,
        )


class _SwitchForm(forms.Form):
    stage = forms.TypedChoiceField(choices=Stage.choices, coerce=Stage)
    switch = forms.ChoiceField(choices=[("on", "on"), ("off", "off")])


class SwitchStageView(BookMixin, generic.View):
    """Switch a stage off or on."""

    action = Action.MANAGE_BOOK
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:  # noqa: ARG002 - the address names the book alone
        """Do it and suggest anew, or say why not."""
        form = _SwitchForm(request.POST)
        if form.is_valid():
            stage, is_off = form.cleaned_data["stage"], form.cleaned_data["switch"] == "off"
            switch = services.switch_stage_off if is_off else services.switch_stage_on
            try:
                changed = switch(book=self.book, stage=stage, user=self.user, now=timezone.now())
            except LedgerFlowError as error:
                messages.error(request, str(error))
            else:
                done = "are being looked at" if changed is None else f"changed: {changed}"
                messages.success(
                    request, f"{stage.label.capitalize()}: {'off' if is_off else 'on'}. Open lines {done}."
                )
        return redirect("classification:stages", book=self.book.slug)


class SwitchSharingView(BookMixin, generic.View):
    """Let the books of the installation learn from each other, or no longer: for firm administrators."""

    action = Action.MANAGE_BOOK
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:  # noqa: ARG002 - the address names the book alone
        """Do it, or say why not."""
        is_ending = request.POST.get("switch") == "off"
        try:
            switch = services.end_sharing if is_ending else services.allow_sharing
            switch(user=self.user, now=timezone.now())
        except LedgerFlowError as error:
            messages.error(request, str(error))
        else:
            done = "Books learn for themselves from now on." if is_ending else "Books learn from each other."
            messages.success(request, done)
        return redirect("classification:stages", book=self.book.slug)
