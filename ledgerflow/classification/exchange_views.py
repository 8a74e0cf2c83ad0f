"""Rules as a file: out of this book, and into it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.classification import services
from ledgerflow.core.errors import LedgerFlowError


class RulesFileForm(forms.Form):
    """A file of rules."""

    file = forms.FileField(label="YAML file")


class ExportRulesView(BookMixin, generic.View):
    """Every rule of the book as YAML."""

    action = Action.VIEW

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:  # noqa: ARG002 - the address names the book alone
        """Hand the file out."""
        return HttpResponse(
            services.export_rules(book=self.book),
            content_type="application/yaml",
            headers={"Content-Disposition": f'attachment; filename="{self.book.slug}-rules.yaml"'},
        )


class ImportRulesView(BookMixin, generic.FormView[RulesFileForm]):
    """Rules of another book, or of this one as they were."""

    action = Action.EDIT_RULES
    form_class = RulesFileForm
    template_name = "classification/import_rules.html"

    def form_valid(self, form: RulesFileForm) -> HttpResponse:
        """Bring them in and suggest anew, or say what is wrong."""
        try:
            done = services.import_rules(
                book=self.book,
                content=form.cleaned_data["file"].read(),
                user=self.user,
                now=timezone.now(),
            )
        except LedgerFlowError as error:
            form.add_error("file", str(error))
            return self.form_invalid(form)
        services.suggest_anew(book=self.book)
        messages.success(self.request, f"{done.made} rules came in; {done.known} were here already.")
        return redirect("classification:rules", book=self.book.slug)
