"""Business use: what is said of accounts and payees, from which day on."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.classification import services
from ledgerflow.classification.forms import BusinessUseForm
from ledgerflow.classification.models import BusinessUse
from ledgerflow.classification.use_selectors import business_uses
from ledgerflow.core.errors import LedgerFlowError


class BusinessUsesView(BookMixin, generic.TemplateView):
    """Everything that is said, and the form to say more."""

    action = Action.VIEW
    template_name = "classification/business_uses.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what is said."""
        kwargs.setdefault("form", BusinessUseForm(book=self.book, initial={"since": timezone.localdate()}))
        return super().get_context_data(uses=business_uses(book=self.book), **kwargs)


class SetBusinessUseView(BusinessUsesView):
    """Say of an account or a payee which share is the business's."""

    action = Action.EDIT_RULES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Say it, or show the form with the reason why not."""
        form = BusinessUseForm(request.POST, book=self.book)
        if form.is_valid():
            try:
                services.set_business_use(
                    book=self.book, user=self.user, now=timezone.now(), **form.cleaned_data
                )
            except LedgerFlowError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "It holds for what is posted from now on; what is posted stays.")
                return redirect("classification:business-uses", book=self.book.slug)
        return self.render_to_response(self.get_context_data(form=form))


class RemoveBusinessUseView(BookMixin, generic.View):
    """Take back what was said."""

    action = Action.EDIT_RULES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Take it back."""
        used = get_object_or_404(BusinessUse, book=self.book, pk=kwargs["use"])
        services.remove_business_use(book=self.book, use_id=used.pk)
        messages.success(request, "It is taken back; what is posted stays.")
        return redirect("classification:business-uses", book=self.book.slug)
