"""Rules: automation that reads as sentences."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.selectors import shown_list
from ledgerflow.books.views import BookMixin
from ledgerflow.classification import selectors, services
from ledgerflow.classification.errors import OwnTaxLineError, RuleError, UnknownLineError
from ledgerflow.classification.forms import NewRuleForm, RuleForm
from ledgerflow.classification.lists import RULES
from ledgerflow.classification.models import Classification, Rule, RuleTrial
from ledgerflow.classification.rule_trials import is_small, trial_of, try_rule
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.payees.models import Payee
from ledgerflow.payees.services import name_payee

#: An id has fewer digits.
_LONGEST_ID = 19


class RulesView(BookMixin, generic.TemplateView):
    """Every rule in its order: of several that match, the first wins."""

    action = Action.VIEW
    template_name = "classification/rules.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the rules with their sentences and how many lines each suggested."""
        return super().get_context_data(
            rules=selectors.listed_rules(book=self.book, today=timezone.localdate()),
            most_corrections=services.MOST_CORRECTIONS,
            list=shown_list(of=RULES, book=self.book, user=self.user, said=self.request.GET),
            **kwargs,
        )


class RuleFormView(BookMixin, generic.FormView[RuleForm]):
    """What adding and changing a rule share: a preview of the open lines that match, then saving."""

    action = Action.EDIT_RULES
    form_class = RuleForm
    template_name = "classification/rule_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer this book's accounts only."""
        return {**super().get_form_kwargs(), "book": self.book}

    def form_valid(self, form: RuleForm) -> HttpResponse:
        """Show what the rule would do, or save and suggest anew for open lines."""
        if "preview" in self.request.POST:
            return self.show(form, **self.tried(form))
        try:
            with transaction.atomic():  # a payee that is new to the book goes with a rule that is refused
                self.save(form)
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        changed = services.suggest_anew(book=self.book)
        done = (
            f"{changed} open lines have a new suggestion."
            if changed is not None
            else "Open lines get new suggestions in a moment."
        )
        messages.success(self.request, f"Saved. {done}")
        return redirect("classification:rules", book=self.book.slug)

    def tried(self, form: RuleForm) -> dict[str, Any]:
        """Return what the rule would do, or where a job looks through the whole book, the trial that is waited for."""
        asked = {
            "book": self.book,
            "conditions": form.conditions(),
            "account": form.cleaned_data["account"],
            "tax_line": form.cleaned_data.get("tax_line", ""),
            "rule_id": self.kwargs.get("rule"),
            "stage": form.cleaned_data["stage"],
            "is_first": form.cleaned_data.get("first", False),
            "is_future": form.cleaned_data.get("future", False),
        }
        said = {"sentence": form.conditions().condition().sentence(), "search": form.conditions().written()}
        is_whole = self.request.POST["preview"] == "book"
        if is_whole and not is_small(book=self.book, conditions=asked["conditions"]):
            waiting = services.ask_for_trial(**asked, user=self.user, now=timezone.now())
            return {"waiting": waiting, "said": said}
        then = {"account": asked["account"].pk, "tax_line": asked["tax_line"]}
        return {"trial": try_rule(**asked, whole_book=is_whole), "said": said, "then": then}

    def form_invalid(self, form: RuleForm) -> HttpResponse:
        """Say what is missing; while the rule is being typed, beside the form."""
        return self.show(form)

    def show(self, form: RuleForm, **more: Any) -> HttpResponse:
        """Show the form, or where the page asks while it is typed, the lines alone."""
        context = self.get_context_data(form=form, **more)
        if self.request.headers.get("HX-Request") and "preview" in self.request.POST:
            return render(self.request, "classification/_trial.html", context)
        return self.render_to_response(context)

    def save(self, form: RuleForm) -> Rule:
        """Store the rule."""
        raise NotImplementedError

    def payee(self, form: RuleForm) -> Payee | None:
        """Return whom the rule names, made where the name is new to the book.

        Raises:
            PayeeNameError: it is no name.
        """
        name = form.cleaned_data["payee"].strip()
        return name_payee(book=self.book, name=name) if name else None


class CreateRuleView(RuleFormView):
    """Add a rule behind the others, or one that was offered after a correction, which comes first and can be undone."""

    form_class = NewRuleForm

    def get_initial(self) -> dict[str, Any]:
        """Begin with what the address says, such as the rule offered after a correction, or with a line's facts."""
        asked = self.request.GET
        wanted = ("text", "direction", "search", "stage", "account", "tax_line", "first")
        given = self._of_line(asked.get("line", "")) | {
            name: asked[name] for name in wanted if asked.get(name)
        }
        if (payee := asked.get("payee", "")).isdecimal() and len(payee) < _LONGEST_ID:
            given["payee"] = Payee.objects.filter(book=self.book, pk=payee).first()
        return given

    def _of_line(self, number: str) -> dict[str, Any]:
        """Return what the rule offered after a correction of the line would be; nothing where there is no such rule."""
        if not number.isascii() or not number.isdecimal() or len(number) >= _LONGEST_ID:
            return {}
        line_id = int(number)
        try:
            conditions = services.conditions_from_line(book=self.book, line_id=line_id)
        except (RuleError, UnknownLineError):
            return {}
        made = Classification.objects.select_related("payee", "line").get(book=self.book, line_id=line_id)
        return {
            "text": conditions.text,
            "direction": conditions.direction,
            "stage": services.stage_offered(book=self.book, line_id=line_id, conditions=conditions),
            "account": made.account_id,
            "tax_line": made.tax_line,
            "payee": services.payee_for_rule(book=self.book, made=made),
        }

    def save(self, form: RuleForm) -> Rule:
        """Add it."""
        return services.create_rule(
            book=self.book,
            conditions=form.conditions(),
            account=form.cleaned_data["account"],
            tax_line=form.cleaned_data.get("tax_line", ""),
            payee=self.payee(form),
            mode=form.cleaned_data["mode"],
            stage=form.cleaned_data["stage"],
            is_first=form.cleaned_data["first"],
            is_undoable=form.cleaned_data["first"],
            is_future=form.cleaned_data["future"],
            user=self.user,
            now=timezone.now(),
        )


class ChangeRuleView(RuleFormView):
    """Change what a rule looks for and does."""

    def rule(self) -> Rule:
        """Return the rule, in this book only."""
        return get_object_or_404(Rule, book=self.book, pk=self.kwargs["rule"])

    def get_initial(self) -> dict[str, Any]:
        """Show what is there."""
        rule = self.rule()
        return {
            "text": rule.text,
            "direction": rule.direction,
            "least": rule.least_amount,
            "most": rule.most_amount,
            "bank_account": rule.bank_account_id,
            "search": rule.search,
            "stage": rule.stage,
            "account": rule.account_id,
            "tax_line": rule.tax_line,
            "payee": rule.payee or "",
            "mode": rule.mode,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the rule."""
        return super().get_context_data(
            rule=self.rule(), most_corrections=services.MOST_CORRECTIONS, **kwargs
        )

    def save(self, form: RuleForm) -> Rule:
        """Change it."""
        return services.update_rule(
            book=self.book,
            rule_id=self.kwargs["rule"],
            conditions=form.conditions(),
            account=form.cleaned_data["account"],
            tax_line=form.cleaned_data.get("tax_line", ""),
            payee=self.payee(form),
            mode=form.cleaned_data["mode"],
            stage=form.cleaned_data["stage"],
        )


class TrialView(BookMixin, generic.TemplateView):
    """What came out of a trial on the whole book, or that it is still being made."""

    action = Action.EDIT_RULES

    def get_template_names(self) -> list[str]:
        """Beside the form, which asks again and again, the lines alone."""
        is_asked_by_form = self.request.headers.get("HX-Request")
        return ["classification/_trial.html" if is_asked_by_form else "classification/rule_trial.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the trial, in this book only."""
        kept = get_object_or_404(RuleTrial, book=self.book, pk=self.kwargs["trial"])
        waiting = kept if kept.ended_at is None else None
        kwargs |= {"trial": trial_of(kept), "waiting": waiting, "failed": kept.error}
        kwargs["then"] = kept.asked
        return super().get_context_data(**kwargs)


class SwitchRuleView(BookMixin, generic.View):
    """Switch a rule on or off."""

    action = Action.EDIT_RULES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Turn it into what it is not."""
        rule = get_object_or_404(Rule, book=self.book, pk=kwargs["rule"])
        try:
            services.set_rule_active(book=self.book, rule_id=rule.pk, is_active=not rule.is_active)
        except OwnTaxLineError as error:
            messages.error(request, str(error))
        else:
            services.suggest_anew(book=self.book)
        return redirect("classification:rules", book=self.book.slug)


class RaiseRuleView(BookMixin, generic.View):
    """Let a rule come before the one above it, where both are as specific."""

    action = Action.EDIT_RULES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Move it one place up."""
        rule = get_object_or_404(Rule, book=self.book, pk=kwargs["rule"])
        above = selectors.rule_above(book=self.book, rule=rule)
        if above is not None:
            services.move_rule(book=self.book, rule_id=rule.pk, before_id=above.pk)
            services.suggest_anew(book=self.book)
        return redirect("classification:rules", book=self.book.slug)
