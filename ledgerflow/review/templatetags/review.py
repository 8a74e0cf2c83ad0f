"""Deciding about a line on a page that stands below the queue: ``{% load review %}``."""

from typing import Any

from django import template
from django.template import Context

from ledgerflow.review.decision_context import decision_context

register = template.Library()


@register.inclusion_tag("review/_decide_here.html", takes_context=True)
def decide_here(context: Context, line_id: int) -> dict[str, Any]:
    """Show the forms of the queue that decide about the line; they lead back to its page.

    Nothing where nobody may decide: the line is posted, or nothing is known of it, or the role only reads. A constant
    number of queries.
    """
    book, may = context["book"], context["may"]
    made = decision_context(book=book, line_id=line_id) if may["REVIEW"] else None
    if made is None or made["evidence"].entry_number is not None:
        return {}
    return {**made, "book": book, "may": may, "back": "?back=line"}
