"""Is the line a transfer between two own bank accounts? The answers of the review queue."""

from typing import Any

from django import forms
from django.utils import timezone

from ledgerflow.books.permissions import Action
from ledgerflow.posting.services import confirm_transfer, reject_transfer
from ledgerflow.review.forms import TransferForm
from ledgerflow.review.views.actions import ActionView


class TransferView(ActionView):
    """It is: both lines are posted as one transfer."""

    action = Action.POST
    form_class = TransferForm

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Confirm the pair."""
        line, other = self.kwargs["line"], form.cleaned_data["other"]
        made = confirm_transfer(book=self.book, line_ids=[line, other], user=self.user, now=timezone.now())
        if made.out_entry == made.in_entry:
            posted = f"entry {made.out_entry}"
        else:
            posted = f"entries {made.out_entry} and {made.in_entry}"
        return {
            "message": f"Posted as {posted}.",
            "line": str(line),
            "with": [str(other)],
            "gone": True,
            "is_final": True,
        }


class NoTransferView(ActionView):
    """It is not: the pair is not suggested again."""

    form_class = TransferForm

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Remember it."""
        lines = [self.kwargs["line"], form.cleaned_data["other"]]
        reject_transfer(book=self.book, line_ids=lines, user=self.user, now=timezone.now())
        return {"message": "These two are not suggested again.", "again": True, "is_final": True}
