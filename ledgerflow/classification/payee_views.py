"""The payees of a book: who they are, which bank texts name them, and how they are called, merged and taken apart."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.selectors import shown_list
from ledgerflow.books.views import BookMixin
from ledgerflow.classification import services
from ledgerflow.classification.errors import PayeeTakenError
from ledgerflow.classification.forms import RenamePayeeForm, SplitPayeeForm
from ledgerflow.classification.lists import PAYEES
from ledgerflow.classification.payee_selectors import aliases_of, extent_of, listed_payees, moving
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.payees.models import Payee

#: More on one page help nobody; the search finds the others.
MOST_LISTED = 200


class PayeesView(BookMixin, generic.TemplateView):
    """The payees that bank lines or texts name, by name; ``q`` asks for a part of it."""

    action = Action.VIEW
    template_name = "classification/payees.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the payees."""
        asked = self.request.GET.get("q", "").replace("\0", "")[:160]
        found = listed_payees(book=self.book, containing=asked, limit=MOST_LISTED + 1)
        return super().get_context_data(
            payees=found[:MOST_LISTED],
            list=shown_list(of=PAYEES, book=self.book, user=self.user, said=self.request.GET),
            search=asked,
            most=MOST_LISTED,
            are_more=len(found) > MOST_LISTED,
            **kwargs,
        )


class PayeeView(BookMixin, generic.TemplateView):
    """One payee with its bank texts and what changes with it, and the forms to rename, merge and take it apart."""

    action = Action.VIEW
    template_name = "classification/payee.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the payee, in this book only."""
        payee = get_object_or_404(Payee, book=self.book, pk=self.kwargs["payee"])
        aliases = aliases_of(book=self.book, payee=payee)
        kwargs.setdefault("rename_form", RenamePayeeForm(initial={"name": payee.name}))
        kwargs.setdefault("split_form", SplitPayeeForm())
        kwargs |= {"payee": payee, "aliases": aliases, "extent": extent_of(book=self.book, payee=payee)}
        return super().get_context_data(**kwargs)


class _ChangePayeeView(PayeeView):
    """What renaming and taking apart share: what goes along is shown before another payee gets it."""

    http_method_names = ["post"]

    def is_asked(self, request: HttpRequest) -> bool:
        """Whether somebody has seen what goes along and wants it so."""
        return "seen" in request.POST

    def show(self, request: HttpRequest, name: str, keys: list[str] | None, address: str) -> HttpResponse:
        """Show what would name the other payee, and the button that does it."""
        payee = get_object_or_404(Payee, book=self.book, pk=self.kwargs["payee"])
        found = moving(book=self.book, payee=payee, keys=keys)
        context = super().get_context_data(payee=payee, name=name, moving=found, address=address)
        return render(request, "classification/moving_payee.html", context)


class RenamePayeeView(_ChangePayeeView):
    """Call a payee otherwise, or make one of two, of which what goes along is shown first."""

    action = Action.REVIEW

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it, or show the payee with the reason why not."""
        form = RenamePayeeForm(request.POST)
        if form.is_valid():
            name = form.cleaned_data["name"]
            others = Payee.objects.filter(book=self.book, name=name).exclude(pk=kwargs["payee"])
            if form.cleaned_data["merge"] and not self.is_asked(request) and others.exists():
                return self.show(request, name, None, "classification:rename-payee")
            try:
                payee = services.rename_payee(
                    book=self.book,
                    payee_id=kwargs["payee"],
                    user=self.user,
                    now=timezone.now(),
                    **form.cleaned_data,
                )
            except PayeeTakenError as error:
                form.add_error("merge", str(error))
            except LedgerFlowError as error:
                form.add_error("name", str(error))
            else:
                messages.success(request, f"It is {payee.name} now. Undo in the review queue takes it back.")
                return redirect("classification:payee", book=self.book.slug, payee=payee.pk)
        return self.render_to_response(self.get_context_data(rename_form=form))


class SplitPayeeView(_ChangePayeeView):
    """Let some bank texts of a payee name another one; what goes along is shown first."""

    action = Action.REVIEW

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it, or show the payee with the reason why not."""
        form = SplitPayeeForm(request.POST)
        if form.is_valid():
            name, keys = form.cleaned_data["name"], request.POST.getlist("keys")
            try:
                if not self.is_asked(request):
                    payee = get_object_or_404(Payee, book=self.book, pk=kwargs["payee"])
                    services.check_split(payee=payee, keys=keys, name=name)
                    return self.show(request, name, keys, "classification:split-payee")
                payee = services.split_payee(
                    book=self.book,
                    payee_id=kwargs["payee"],
                    keys=keys,
                    name=name,
                    user=self.user,
                    now=timezone.now(),
                )
            except LedgerFlowError as error:
                form.add_error("name", str(error))
            else:
                messages.success(
                    request, f"These texts name {payee.name} now. Undo in the review queue takes it back."
                )
                return redirect("classification:payee", book=self.book.slug, payee=payee.pk)
        return self.render_to_response(self.get_context_data(split_form=form))
