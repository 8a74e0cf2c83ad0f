"""What is done to the chosen lines of the queue, each as one set: some of the page's, or all that match."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from ledgerflow.classification.services import Changed
from ledgerflow.classification.tax_lines import chart_tax_lines
from ledgerflow.review import services
from ledgerflow.review.forms import ChosenForm, ExcludeForm, SetForm, TagForm
from ledgerflow.review.views.actions import ActionView, fallen_back
from ledgerflow.review.which import Matching


def _said(changed: Changed, verb: str) -> dict[str, Any]:
    """Return the answer with the reason of each line that was not changed; the rows say them."""
    message = f"{changed.count} {verb}"
    if changed.refused:
        message += f", {len(changed.refused)} not"
    return {"message": f"{message}.", "refused": {str(line): reason for line, reason in changed.refused}}


def _counted(changed: Changed, verb: str) -> dict[str, Any]:
    """Return the answer with how many were not changed for which reason; the page is loaded again."""
    message = f"{changed.count} {verb}."
    for reason, count in Counter(reason for _, reason in changed.refused).most_common():
        message += f" {count} not: {reason}"
    return {"message": message, "reload": True}


class ChosenActionView(ActionView):
    """An action on the chosen lines."""

    form_class: ClassVar[type[ChosenForm]] = ChosenForm
    verb: ClassVar[str]
    #: Whether the rows stay where they are, so that they are shown anew and say no reasons.
    is_counted: ClassVar[bool] = False
    #: Whether it may correct rules, so that the answer says which of them only suggest from now on.
    may_correct: ClassVar[bool] = False

    def form_arguments(self) -> dict[str, Any]:
        """Look for lines in this book."""
        return {"book": self.book, "today": timezone.localdate()}

    def lines(self, form: ChosenForm) -> Sequence[int]:
        """Return the lines, held where they are all that match."""
        return services.chosen_lines(book=self.book, chosen=form.chosen)

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Change the lines, telling those that could not be."""
        assert isinstance(form, ChosenForm)
        now = timezone.now()
        say = _counted if self.is_counted or isinstance(form.chosen, Matching) else _said
        told = say(self.change(form, now), self.verb)
        fallen = fallen_back(self.book, now) if self.may_correct else ""
        return {**told, "message": f"{told['message']}{fallen}"}

    def change(self, form: Any, now: datetime) -> Changed:
        """Call the service."""
        raise NotImplementedError


class AcceptView(ChosenActionView):
    """Accept the proposals."""

    verb = "accepted"

    def change(self, form: ChosenForm, now: datetime) -> Changed:
        """Accept."""
        if isinstance(form.chosen, Matching):
            return services.accept_matching(book=self.book, matching=form.chosen, user=self.user, now=now)
        return services.accept(book=self.book, line_ids=form.chosen, user=self.user, now=now)


class ExcludeView(ChosenActionView):
    """Keep lines out of the books."""

    form_class = ExcludeForm
    verb = "excluded"
    may_correct = True

    def change(self, form: ExcludeForm, now: datetime) -> Changed:
        """Exclude."""
        return services.exclude(
            book=self.book,
            line_ids=self.lines(form),
            reason=form.cleaned_data["reason"],
            user=self.user,
            now=now,
            is_seen=not isinstance(form.chosen, Matching),
        )


class ReopenView(ChosenActionView):
    """Send accepted and excluded lines back to review."""

    verb = "back in review"

    def change(self, form: ChosenForm, now: datetime) -> Changed:
        """Reopen."""
        return services.reopen(book=self.book, line_ids=self.lines(form), user=self.user, now=now)


class SetView(ChosenActionView):
    """Book lines to one account, give them a tax line or business share of their own, or name their payee."""

    form_class = SetForm
    verb = "changed"
    is_counted = may_correct = True

    def form_arguments(self) -> dict[str, Any]:
        """Offer this book's accounts and tax lines only."""
        return super().form_arguments() | {"tax_lines": chart_tax_lines(book=self.book)}

    def change(self, form: SetForm, now: datetime) -> Changed:
        """Change them."""
        return services.book_chosen(
            book=self.book, chosen=form.chosen, booking=form.booking(), user=self.user, now=now
        )


class TagView(ChosenActionView):
    """Give tags to the chosen lines, or take them away; nothing else about the lines changes."""

    form_class = TagForm

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Change the tags."""
        assert isinstance(form, TagForm)
        names, is_removing = form.cleaned_data["tags"], form.cleaned_data["act"] == "remove"
        count = services.change_tags(
            book=self.book,
            line_ids=self.lines(form),
            add=[] if is_removing else names,
            remove=names if is_removing else [],
            user=self.user,
            now=timezone.now(),
        )
        words = " ".join(f"#{name}" for name in names)
        done = "taken from" if is_removing else "on"
        return {"message": f"{words} {done} {count} {'line' if count == 1 else 'lines'}.", "reload": True}


class AcceptSureView(ActionView):
    """Accept every suggestion that is sure, and nothing below."""

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Accept them."""
        return _said(
            services.accept_confident(book=self.book, user=self.user, now=timezone.now()), "accepted"
        )
