"""Who else looks at a line: the evidence pane asks while it shows one, and says so by asking."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.review.looking import look_at
from ledgerflow.statements.models import StatementLine


class LookingView(BookMixin, generic.TemplateView):
    """Names the others who look at the line now."""

    action = Action.REVIEW
    template_name = "review/_looking.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Note who asks, and add the others."""
        line_id = self.kwargs["line"]
        if not StatementLine.objects.filter(book=self.book, pk=line_id).exists():
            raise Http404
        others = look_at(book=self.book, line_id=line_id, user=self.user, now=timezone.now())
        return super().get_context_data(others=others, **kwargs)
