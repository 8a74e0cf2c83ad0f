"""The tags of a book: which there are, what carries them, what they are called."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.classification import services
from ledgerflow.classification.forms import RenameTagForm
from ledgerflow.classification.models import Tag
from ledgerflow.classification.tag_selectors import listed_tags
from ledgerflow.core.errors import LedgerFlowError


class TagsView(BookMixin, generic.TemplateView):
    """Every tag with how many lines and entries carry it."""

    action = Action.VIEW
    template_name = "classification/tags.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the tags."""
        return super().get_context_data(tags=listed_tags(book=self.book), **kwargs)


class RenameTagView(BookMixin, generic.FormView[RenameTagForm]):
    """Call a tag otherwise, or make one of two."""

    action = Action.EDIT_RULES
    form_class = RenameTagForm
    template_name = "classification/tag_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the tag, in this book only."""
        tag = get_object_or_404(Tag, book=self.book, pk=self.kwargs["tag"])
        return super().get_context_data(tag=tag, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """Show its name."""
        return {"name": get_object_or_404(Tag, book=self.book, pk=self.kwargs["tag"]).name}

    def form_valid(self, form: RenameTagForm) -> HttpResponse:
        """Rename or merge it, or say why not."""
        try:
            tag = services.rename_tag(book=self.book, tag_id=self.kwargs["tag"], **form.cleaned_data)
        except LedgerFlowError as error:
            form.add_error("name", str(error))
            return self.form_invalid(form)
        messages.success(self.request, f"It is #{tag.name} now.")
        return redirect("classification:tags", book=self.book.slug)


class DeleteTagView(BookMixin, generic.View):
    """Remove a tag that nothing carries."""

    action = Action.EDIT_RULES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Remove it, or say why not."""
        get_object_or_404(Tag, book=self.book, pk=kwargs["tag"])
        try:
            name = services.delete_tag(book=self.book, tag_id=kwargs["tag"])
        except LedgerFlowError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"#{name} is removed.")
        return redirect("classification:tags", book=self.book.slug)
