"""Who else looks at a line: the evidence pane asks while it shows one, and says so by asking."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.review.looking import initials, look_at
from ledgerflow.statements.models import StatementLine

#: What the answer tells the page beside its text: by line the initials and names of those who look, for the rows.
EVENT = "lf:looking"


class LookingView(BookMixin, generic.TemplateView):
    """Names the others who look at the line now, and tells the page who looks at which other line."""

    action = Action.REVIEW
    template_name = "review/_looking.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Note who asks, and answer."""
        line_id = kwargs["line"]
        if not StatementLine.objects.filter(book=self.book, pk=line_id).exists():
            raise Http404
        lines = look_at(book=self.book, line_id=line_id, user=self.user, now=timezone.now())
        answer = self.render_to_response(self.get_context_data(others=lines.get(line_id, [])))
        told = {line: [[initials(name), name] for name in names] for line, names in lines.items()}
        answer["HX-Trigger"] = json.dumps({EVENT: {"lines": told}})
        return answer
