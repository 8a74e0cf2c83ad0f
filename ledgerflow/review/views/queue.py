"""The pages of the review queue: lines by tab, and the evidence for one of them."""

from dataclasses import replace
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.views import generic

from ledgerflow.agent.selectors import conversation_about
from ledgerflow.asking.page_context import questions_about
from ledgerflow.asking.selectors import open_questions
from ledgerflow.books.permissions import Action
from ledgerflow.books.selectors import has_four_eyes, shown_list
from ledgerflow.books.views import BookMixin
from ledgerflow.classification.errors import SearchError
from ledgerflow.classification.tag_selectors import tags_of
from ledgerflow.classification.tax_lines import chart_tax_lines
from ledgerflow.core.periods import EARLIEST
from ledgerflow.posting.lookup_views import lookup_context
from ledgerflow.review import selectors
from ledgerflow.review.decision_context import decision_context
from ledgerflow.review.forms import SetForm
from ledgerflow.review.group_selectors import SHOWN, extent, groups, name_of
from ledgerflow.review.lists import QUEUE
from ledgerflow.review.proposal_selectors import open_proposals
from ledgerflow.review.views.lines import Wrong, search_context
from ledgerflow.review.views.which import asked_group, asked_number, asked_place, asked_tab, asked_which
from ledgerflow.review.which import By, Tab, Which
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
    ("Shift-Enter", "Accept what is sure of the group, where lines are grouped"),
    ("1", "Take the first alternative (2, 3 and 4 likewise)"),
    ("c", "Choose the account"),
    ("x", "Choose the tax line"),
    ("+", "Book it as the line above is booked"),
    ("p", "Name the payee"),
    ("s", "Split"),
    ("Alt-R", "In a split: put into this part what is left"),
    ("n", "Write a note"),
    ("q", "Ask a colleague or the client about the line"),
    ("r", "The rule that is offered; else write one for lines like this"),
    ("t", "Post it as a transfer to or from the other account"),
    ("T", "It is no transfer: do not suggest these two again"),
    ("#", "Tag the line, or all selected"),
    ("e", "Exclude from the books"),
    ("m", "Match the receipt that is proposed"),
    ("a", "Attach a receipt"),
    ("Space", "Select the line"),
    ("Shift-Space", "Select from the last selected line down to this one"),
    ("u", "Undo the last change; back to review, where lines are accepted or excluded"),
)


class QueueView(BookMixin, generic.TemplateView):
    """Lines by tab, a hundred at a time, with the evidence for the one in focus."""

    action = Action.VIEW
    template_name = "review/queue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the page of lines or groups, the counts of the tabs, and how many lines match."""
        by, wrong = asked_group(self.request), None
        try:
            which = asked_which(self.request, book=self.book)
        except SearchError as error:
            which, wrong = asked_tab(self.request), Wrong(error)
        counts = selectors.counts(book=self.book, days=which.days)
        has_two = which.tab == Tab.REVIEWED and has_four_eyes(book=self.book)
        return super().get_context_data(
            which=which,
            list=shown_list(of=QUEUE, book=self.book, user=self.user, said=self.request.GET),
            tab=which.tab,
            tabs=[(name, label, counts[name]) for name, label in _TABS],
            to_review=counts[Tab.TO_REVIEW],
            accepted=counts[Tab.REVIEWED],
            proposed=open_proposals(book=self.book),
            matching=extent(book=self.book, which=which),
            wrong=wrong,
            search=wrong.text if wrong else which.searched,
            **search_context(self.book),
            kept_query=f"&{kept}" if (kept := replace(which, payee_id=None, account_id=None).kept) else "",
            set_form=SetForm(
                book=self.book,
                today=timezone.localdate(),
                tax_lines=chart_tax_lines(book=self.book),
            ),
            narrowed_to=name_of(book=self.book, which=which),
            group=by,
            groupings=[(None, "Not grouped"), (By.PAYEE, "By payee"), (By.ACCOUNT, "By account")],
            **self._page(which, by),
            asked=open_questions(book=self.book).count(),
            page_size=PAGE_SIZE,
            queue_keys=KEYS,
            four_eyes=has_two,
            prepared_by_me=selectors.prepared_by(book=self.book, user=self.user) if has_two else 0,
            known_tags=tags_of(book=self.book),
            days=which.days,
            is_later="after" in self.request.GET,
            from_the_beginning=which.days is not None and which.days.first == EARLIEST,
            **kwargs,
        )

    def _page(self, which: Which, by: By | None) -> dict[str, Any]:
        if by is not None:
            page = groups(book=self.book, which=which, by=by, after=asked_place(self.request))
            return {"grouped": page.groups, "following": page.following, "shown_of_group": SHOWN}
        after = asked_number(self.request, "after")
        lines = selectors.queue(book=self.book, which=which, after=after, limit=PAGE_SIZE)
        return {"rows": lines.rows, "following": lines.following}


class EvidenceView(BookMixin, generic.TemplateView):
    """Where a line comes from, why it is proposed so, what accepting leads to, and the forms to decide otherwise."""

    action = Action.VIEW
    template_name = "review/_evidence.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the evidence and the forms."""
        return super().get_context_data(**evidence_context(self, self.kwargs["line"]), **kwargs)


def evidence_context(view: BookMixin, line_id: int) -> dict[str, Any]:
    """Return what the evidence pane shows for a line of the view's book."""
    decision = decision_context(book=view.book, line_id=line_id)
    if decision is None:
        raise Http404
    row = decision["row"]
    return {
        **decision,
        "agent_said": conversation_about(book=view.book, line_id=line_id),
        "shown": shown_with_excerpts(line=decision["bank_line"])[-1:],
        "transfers": [
            (one, one.other(line_id), "to" if one.sent.line_id == line_id else "from")
            for one in decision["evidence"].transfers
        ],
        **lookup_context(view, line_id=line_id, state=row.state),
        **questions_about(book=view.book, line_id=line_id),
    }
