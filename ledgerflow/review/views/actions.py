"""What each key of the review queue does: a form of its own, answered as a page or, for its script, as JSON."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views import generic

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.classification.errors import RuleError, UnknownLineError
from ledgerflow.classification.models import Classification
from ledgerflow.classification.payee_selectors import extent_of, moving
from ledgerflow.classification.rule_trials import try_rule
from ledgerflow.classification.selectors import rules_fallen_back
from ledgerflow.classification.services import (
    MOST_CORRECTIONS,
    attach_receipts,
    conditions_from_line,
    payee_for_rule,
    stage_offered,
)
from ledgerflow.classification.tax_lines import chart_tax_lines
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.models import Account
from ledgerflow.payees.models import Payee
from ledgerflow.payees.services import name_payee
from ledgerflow.posting.lookups import look_up_line
from ledgerflow.posting.services import post_lines
from ledgerflow.review import selectors, services
from ledgerflow.review.forms import (
    AlikeForm,
    BusinessShareForm,
    DecideForm,
    FormerPayeeForm,
    ReceiptForm,
    RuleOfferForm,
    SplitFormSet,
    split_parts,
)
from ledgerflow.review.views.which import asked_days
from ledgerflow.statements.models import StatementLine


class ActionView(BookMixin, generic.View):
    """What the actions share: a form, one service call, an answer in the form the caller takes."""

    action = Action.REVIEW
    http_method_names = ["post"]
    form_class: ClassVar[type[forms.Form]] = forms.Form

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it, or say why not."""
        form = self.form_class(request.POST, **self.form_arguments())
        if not form.is_valid():
            return self.answer(
                {"error": " ".join(str(error) for errors in form.errors.values() for error in errors)}
            )
        try:
            return self.answer(self.act(form))
        except LedgerFlowError as error:
            return self.answer({"error": str(error)})

    def form_arguments(self) -> dict[str, Any]:
        """Return what the form needs beside its data."""
        return {}

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Call the service and return the answer."""
        raise NotImplementedError

    def answer(self, facts: dict[str, Any]) -> HttpResponse:
        """Answer the page's script with JSON, and a person without it with the queue and a message.

        ``?back=line`` leads to the page of the line instead.
        """
        if self.request.headers.get("Accept") == "application/json":
            found = selectors.counts(book=self.book, days=asked_days(self.request))
            counts = {str(tab): count for tab, count in found.items()} | facts.pop("counts", {})
            return JsonResponse({**facts, "counts": counts})
        if "error" in facts:
            messages.error(self.request, facts["error"])
        else:
            messages.success(self.request, facts["message"])
            for reason, count in sorted(Counter(facts.get("refused", {}).values()).items()):
                messages.warning(self.request, f"{count} {'line' if count == 1 else 'lines'}: {reason}")
        if self.request.GET.get("back") == "line" and "line" in self.kwargs:
            return redirect("posting:line", book=self.book.slug, line=self.kwargs["line"])
        back = reverse("review:queue", kwargs={"book": self.book.slug})
        asked = self.request.GET.urlencode()
        return redirect(f"{back}?{asked}" if asked else back)


def fallen_back(book: Book, now: datetime) -> str:
    """Return a sentence for each rule that stopped accepting at the moment."""
    return "".join(
        f" The rule “{rule}” was corrected {MOST_CORRECTIONS} times and only suggests from now on."
        for rule in rules_fallen_back(book=book, at=now)
    )


class PostView(ActionView):
    """Post every accepted line."""

    action = Action.POST

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Post."""
        outcome = post_lines(book=self.book, line_ids=None, posted_by=self.user, posted_at=timezone.now())
        refused = {str(line): sentence for line, sentence in outcome.refused}
        entries = "1 entry" if outcome.posted == 1 else f"{outcome.posted} entries"
        return {"message": f"{entries} posted.", "refused": refused}


class UndoView(ActionView):
    """Take back the last change."""

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Undo."""
        undone = services.undo(book=self.book, user=self.user, now=timezone.now())
        lines = "1 line" if undone.count == 1 else f"{undone.count} lines"
        message = undone.told or f"Undone: {undone.act}, {lines}."
        if undone.refused:
            reasons = " ".join(sorted({reason for _, reason in undone.refused}))
            message += f" {len(undone.refused)} stay as they are. {reasons}"
        if undone.opened:
            message += (
                f" {undone.opened} came back to review, because the rule that accepted them only suggests now, or the "
                "books are closed on their day."
            )
        if undone.bare:
            lines = "1 line came back without its own tax line"
            if undone.bare > 1:
                lines = f"{undone.bare} lines came back without their own tax lines"
            message += f" {lines}, which no account of that kind carries any more; choose anew."
        return {"message": message, "reload": True}


class LineActionView(ActionView):
    """An action on one line."""

    def form_arguments(self) -> dict[str, Any]:
        """Offer this book's accounts only."""
        return {"book": self.book}

    def done(self, message: str) -> dict[str, Any]:
        """Return the answer where the line leaves the list."""
        return {"message": message, "line": str(self.kwargs["line"]), "gone": True}

    def offer(self, message: str) -> dict[str, Any]:
        """Return the answer to a decision: the line is done, and here is the rule that would do it next time."""
        line_id = self.kwargs["line"]
        done = self.done(message)
        try:
            conditions = conditions_from_line(book=self.book, line_id=line_id)
        except RuleError:  # the bank gave no text that a rule could look for; the decision stands
            return done
        evidence = selectors.evidence(book=self.book, line_id=line_id)
        assert evidence is not None  # it was decided a moment ago
        lines = Classification.objects.select_related("account", "payee", "line")
        made = lines.get(book=self.book, line_id=line_id)
        if made.account is None or not services.is_offered(book=self.book, payee_id=made.payee_id):
            return done
        if made.payee is not None and payee_for_rule(book=self.book, made=made) is None:
            return done  # a rule looks at the bank's text, which says nothing of him
        stage = stage_offered(book=self.book, line_id=line_id, conditions=conditions)
        trial = try_rule(
            book=self.book,
            conditions=conditions,
            account=made.account,
            tax_line=made.tax_line,
            whole_book=False,
            stage=stage,
            is_first=True,
        )
        context = {
            "book": self.book,
            "row": evidence.row,
            "trial": trial,
            "conditions": conditions,
            "stage": stage,
            "payee_id": made.payee_id,
        }
        html = render_to_string("review/_offer.html", context, request=self.request)
        name = evidence.row.payee or evidence.row.description
        match = "1 more open line matches" if trial.opened == 1 else f"{trial.opened} more open lines match"
        asked = f"Always book “{name}” so?" + (f" {match}." if trial.opened else "")
        return {**done, "offer": html, "offered": asked}


class DecideView(LineActionView):
    """Book a line to another account, name its payee, or write a note."""

    form_class = DecideForm

    def form_arguments(self) -> dict[str, Any]:
        """Offer this book's accounts and tax lines only."""
        return {"book": self.book, "tax_lines": chart_tax_lines(book=self.book)}

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Decide; a rule is offered where account or tax line is another than was proposed."""
        assert isinstance(form, DecideForm)
        facts, now = form.cleaned_data, timezone.now()
        account: Account | None = facts["account"]
        lines = Classification.objects.select_related("payee").filter(book=self.book)
        made = lines.filter(line_id=self.kwargs["line"]).first()
        is_other = account is not None and (made is None or made.account_id != account.pk)
        tax_line = facts.get("tax_line", "")
        share = facts["business_share"]
        is_new_tax_line = account is not None and tax_line not in {
            "",
            account.tax_line,
            made and made.tax_line,
        }
        is_same = made is None or (made.tax_line, made.business_share) == (tax_line, share)
        if account is None or (form.is_note and not is_other and is_same):
            account, tax_line, share = None, "" if is_same else tax_line, None if is_same else share
        payee = name_payee(book=self.book, name=facts["payee"]) if facts["payee"].strip() else None
        after = services.decide(
            book=self.book,
            line_id=self.kwargs["line"],
            account=account,
            payee=payee,
            note=facts["note"],
            tax_line=tax_line,
            business_share=share,
            user=self.user,
            now=now,
        )
        others = self._others(made.payee if made else None, after)
        if account is None:
            shown = {"line": str(self.kwargs["line"]), "offer": others} if others else {"reload": True}
            return {"message": self._noted(payee, after), **shown}
        message = f"Accepted as {account}.{fallen_back(self.book, now)}"
        said = self.offer(message) if is_other or is_new_tax_line else self.done(message)
        if not others:
            return said
        asked = said.get("offered") or f"Call the other lines of this payee {after.payee}, too?"
        named = "Rule…" if "offered" in said else "Others…"
        return {**said, "offer": said.get("offer", "") + others, "offered": asked, "offer_name": named}

    def _noted(self, payee: Payee | None, after: Classification) -> str:
        """Return what was noted: whom a rule names goes before what the payee of an open line is called."""
        if payee is None or after.payee is None or after.payee == payee:
            return "Noted."
        return (
            f"A rule names {after.payee} as the payee, so the line keeps it. Change the rule, or book the line "
            f"together with {payee}."
        )

    def _others(self, former: Payee | None, made: Classification) -> str:
        """Return what offers to call the other lines of the payee that the line had as this one is called since."""
        if former is None or made.payee is None or made.payee == former:
            return ""
        others = moving(book=self.book, payee=former)
        if not others.lines:
            return ""
        context = {
            "book": self.book,
            "line_id": made.pk,
            "former": former,
            "named": made.payee,
            "others": others,
        }
        return render_to_string("review/_others.html", context, request=self.request)


class NameOthersView(LineActionView):
    """Call the other lines of the payee that a line had as that line is called: both become one."""

    form_class = FormerPayeeForm

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Merge, which undo takes back."""
        made = Classification.objects.select_related("payee").filter(
            book=self.book, line_id=self.kwargs["line"]
        )
        named = made.exclude(payee=None).first()
        if named is None or named.payee is None:
            raise UnknownLineError("This book has no such line, or it names nobody.")
        if (
            named.payee == form.cleaned_data["payee"]
        ):  # a second press, or a line that was named otherwise since
            return {"message": f"They are called {named.payee} already.", "reload": True}
        count = extent_of(book=self.book, payee=form.cleaned_data["payee"]).lines
        services.rename_payee(
            book=self.book,
            payee_id=form.cleaned_data["payee"].pk,
            name=named.payee.name,
            merge=True,
            user=self.user,
            now=timezone.now(),
        )
        lines = "1 other line is" if count == 1 else f"{count} other lines are"
        return {"message": f"{lines} called {named.payee} now.", "reload": True}


class AlikeView(LineActionView):
    """Book a line as the one above it is booked."""

    form_class = AlikeForm

    def form_arguments(self) -> dict[str, Any]:
        """Nothing beside the data."""
        return {}

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Decide."""
        now = timezone.now()
        made = services.decide_alike(
            book=self.book,
            line_id=self.kwargs["line"],
            like=form.cleaned_data["like"],
            user=self.user,
            now=now,
        )
        return self.done(f"Accepted as {made.account}, like the line above.{fallen_back(self.book, now)}")


class MatchReceiptView(ActionView):
    """Attach a receipt that was proposed for the line."""

    action = Action.ATTACH_RECEIPTS
    form_class = ReceiptForm

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Attach it, as on the line's own page."""
        attach_receipts(
            book=self.book,
            line_id=self.kwargs["line"],
            receipt_ids=[form.cleaned_data["receipt"]],
            user=self.user,
            now=timezone.now(),
        )
        return {"message": "The receipt is attached.", "reload": True}


class LookUpView(ActionView):
    """Ask the tool who the payee is; the answer stands in the pane, as a proposal."""

    action = Action.RUN_TOOLS

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Look up."""
        look_up_line(book=self.book, line_id=self.kwargs["line"], user=self.user, now=timezone.now())
        return {"message": "The payee is looked up.", "again": True, "is_final": True}


class SplitView(LineActionView):
    """Book a line to several accounts."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Split, or say why not."""
        line = StatementLine.objects.filter(book=self.book, pk=self.kwargs["line"]).first()
        if line is None:
            return self.answer({"error": "This book has no such line."})
        given = {"book": self.book, "line": line, "tax_lines": chart_tax_lines(book=self.book)}
        parts = SplitFormSet(request.POST, prefix="split", form_kwargs=given)
        own = BusinessShareForm(request.POST)
        if not parts.is_valid() or not own.is_valid():
            return self.answer({"error": " ".join(_errors_of([*parts.forms, own]))})
        chosen = split_parts(parts.forms, line)
        try:
            services.decide(
                book=self.book,
                line_id=self.kwargs["line"],
                splits=chosen,
                business_share=own.cleaned_data["business_share"],
                user=self.user,
                now=timezone.now(),
            )
        except LedgerFlowError as error:
            return self.answer({"error": str(error)})
        message = f"Accepted as {len(chosen)} parts."
        return self.answer(self.done(message))


def _errors_of(forms_of_split: Sequence[forms.Form]) -> Sequence[str]:
    return [str(error) for form in forms_of_split for errors in form.errors.values() for error in errors]


class RuleView(LineActionView):
    """Always book this payee so."""

    action = Action.EDIT_RULES
    form_class = RuleOfferForm

    def form_arguments(self) -> dict[str, Any]:
        """Nothing beside the data."""
        return {}

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Make the rule."""
        made = services.rule_from_decision(
            book=self.book,
            line_id=self.kwargs["line"],
            mode=form.cleaned_data["mode"],
            apply_to_open=form.cleaned_data["apply_to_open"],
            user=self.user,
            now=timezone.now(),
        )
        done = (
            "it takes lines that come from now on, and leaves those that are here."
            if made.rule.after_line is not None
            else "the open lines get new suggestions in the background."
            if made.applied is None
            else f"{made.applied} open lines have a new suggestion."
        )
        return {"message": f"Rule made; {done}", "reload": True}


class NoRuleView(LineActionView):
    """No rule for this payee."""

    def form_arguments(self) -> dict[str, Any]:
        """Nothing beside the data."""
        return {}

    def act(self, form: forms.Form) -> dict[str, Any]:
        """Remember the answer."""
        services.refuse_offer(book=self.book, line_id=self.kwargs["line"])
        return {"message": "No rule.", "again": True, "is_final": True}
