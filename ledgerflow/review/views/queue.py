"""The pages of the review queue: lines by tab, and the evidence for one of them."""

from typing import Any

from django.http import Http404
from django.views import generic

from ledgerflow.agent.selectors import conversation_about
from ledgerflow.asking.page_context import questions_about
from ledgerflow.asking.selectors import open_questions
from ledgerflow.books.permissions import Action
from ledgerflow.books.selectors import has_four_eyes
from ledgerflow.books.views import BookMixin
from ledgerflow.classification.tag_selectors import tags_of
from ledgerflow.core.periods import EARLIEST
from ledgerflow.posting.lookup_views import lookup_context
from ledgerflow.review import selectors
from ledgerflow.review.forms import DecideForm, SplitFormSet
from ledgerflow.review.proposal_selectors import open_proposals
from ledgerflow.review.selectors import Tab
from ledgerflow.review.views.days import asked_days
from ledgerflow.statements.models import StatementLine
from ledgerflow.statements.page_selectors import shown_with_excerpts

PAGE_SIZE = 100
_TABS = (
    (Tab.TO_REVIEW, "To review"),
    (Tab.NEEDS_ANSWER, "Needs an answer"),
    (Tab.REVIEWED, "Accepted, not posted"),
    (Tab.EXCLUDED, "Excluded"),
)
#: The keys of the queue, as the page lists them; `queue.js` acts on them.
KEYS = (
    ("j", "Next line"),
    ("k", "Previous line"),
    ("Enter", "Accept the line, or all selected"),
    ("1", "Take the first alternative (2 and 3 likewise)"),
    ("c", "Choose the account"),
    ("p", "Name the payee"),
    ("s", "Split"),
    ("Alt-R", "In a split: put into this part what is left"),
    ("n", "Write a note"),
    ("q", "Ask a colleague or the client about the line"),
    ("r", "Always book this payee so"),
    ("t", "Post it as a transfer to or from the other account"),
    ("T", "It is no transfer: do not suggest these two again"),
    ("#", "Tag the line, or all selected"),
    ("e", "Exclude from the books"),
    ("Space", "Select the line"),
    ("u", "Undo the last change"),
    ("Ctrl-Z", "Undo the last change, up to 50 one after the other"),
)


class QueueView(BookMixin, generic.TemplateView):
    """Lines by tab, a hundred at a time, with the evidence for the one in focus."""

    action = Action.VIEW
    template_name = "review/queue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the page of lines and the counts of the tabs."""
        asked = self.request.GET.get("tab", Tab.TO_REVIEW)
        tab = Tab(asked) if asked in set(Tab) else Tab.TO_REVIEW
        after, days = self.request.GET.get("after", ""), asked_days(self.request)
        page = selectors.queue(
            book=self.book,
            tab=tab,
            after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None,
            limit=PAGE_SIZE,
            days=days,
        )
        counts = selectors.counts(book=self.book, days=days)
        has_two = tab == Tab.REVIEWED and has_four_eyes(book=self.book)
        return super().get_context_data(
            tab=tab,
            tabs=[(name, label, counts[name]) for name, label in _TABS],
            to_review=counts[Tab.TO_REVIEW],
            accepted=counts[Tab.REVIEWED],
            proposed=open_proposals(book=self.book),
            asked=open_questions(book=self.book).count(),
            page=page,
            page_size=PAGE_SIZE,
            queue_keys=KEYS,
            four_eyes=has_two,
            prepared_by_me=selectors.prepared_by(book=self.book, user=self.user) if has_two else 0,
            known_tags=tags_of(book=self.book),
            days=days,
            from_the_beginning=days is not None and days.first == EARLIEST,
            days_query="" if days is None else f"&from={days.first.isoformat()}&to={days.last.isoformat()}",
            **kwargs,
        )


class EvidenceView(BookMixin, generic.TemplateView):
    """Where a line comes from, why it is proposed so, what accepting leads to, and the forms to decide otherwise."""

    action = Action.VIEW
    template_name = "review/_evidence.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the evidence and the forms."""
        return super().get_context_data(**evidence_context(self, self.kwargs["line"]), **kwargs)


def evidence_context(view: BookMixin, line_id: int) -> dict[str, Any]:
    """Return what the evidence pane shows for a line of the view's book."""
    evidence = selectors.evidence(book=view.book, line_id=line_id)
    if evidence is None:
        raise Http404
    row = evidence.row
    line = StatementLine.objects.get(book=view.book, pk=line_id)
    return {
        "evidence": evidence,
        "agent_said": conversation_about(book=view.book, line_id=line_id),
        "row": row,
        "shown": shown_with_excerpts(line=line)[-1:],
        "decide_form": DecideForm(
            book=view.book, initial={"account": row.account_id, "payee": row.payee, "note": row.note}
        ),
        "transfers": [
            (one, one.other(line_id), "to" if one.sent.line_id == line_id else "from")
            for one in evidence.transfers
        ],
        **lookup_context(view, line_id=line_id, state=row.state),
        **questions_about(book=view.book, line_id=line_id),
        "split_forms": SplitFormSet(prefix="split", form_kwargs={"book": view.book}),
    }
