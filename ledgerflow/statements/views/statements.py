"""What came from the banks: every bank account's statements, and one statement with its proof and lines."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.statements import services, standing
from ledgerflow.statements.chain_selectors import Place, chain_of, closing_day, place_of
from ledgerflow.statements.fate_selectors import line_fates
from ledgerflow.statements.forms import OverrideForm
from ledgerflow.statements.models import Proof, Statement
from ledgerflow.statements.page_selectors import PAGE, Show, overview, statement_page
from ledgerflow.statements.selectors import bank_accounts, open_questions, statements
from ledgerflow.statements.sums import sums_of

_FIRST_PAGE = "1"


class StatementsView(BookMixin, generic.TemplateView):
    """Bank accounts with their latest statements; all of one account with ``?account=``."""

    action = Action.VIEW

    def get_template_names(self) -> list[str]:
        """Return the overview's page, or that of one account."""
        of_one = "account" in self.request.GET
        return ["statements/of_account.html" if of_one else "statements/list.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the accounts, or one account's statements."""
        if "account" in self.request.GET:
            return super().get_context_data(**self._of_account(), **kwargs)
        return super().get_context_data(
            accounts=overview(book=self.book, today=timezone.localdate()),
            questions=open_questions(book=self.book).count(),
            **kwargs,
        )

    def _of_account(self) -> dict[str, Any]:
        asked = self.request.GET["account"]
        bank_account = get_object_or_404(
            bank_accounts(book=self.book), pk=int(asked) if asked.isdecimal() and len(asked) < 10 else 0
        )
        found = Paginator(statements(book=self.book, bank_account=bank_account), PAGE)
        page = found.get_page(self.request.GET.get("page"))
        return {
            "bank_account": bank_account,
            "chain": chain_of(bank_account=bank_account),
            "page": page,
            "statements": [(statement, standing.of_statement(statement)) for statement in page],
        }


class StatementView(BookMixin, generic.TemplateView):
    """One statement: whether it proves, and its lines a hundred at a time."""

    action = Action.VIEW
    template_name = "statements/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the statement, how it stands and the page of lines."""
        found = statements(book=self.book).select_related("document", "bank_account", "overridden_by")
        statement = get_object_or_404(found, pk=self.kwargs["statement"])
        number = self.request.GET.get("page", _FIRST_PAGE)
        asked = self.request.GET.get("show", "")
        # A statement that proves by itself, and has no number, needs no other to say how it stands.
        needs_others = statement.proof == Proof.UNPROVABLE or statement.number is not None
        place = place_of(statement=statement) if needs_others else Place()
        page = statement_page(
            statement=statement,
            number=int(number) if number.isdecimal() and len(number) < 10 else 1,
            show=Show(asked) if asked in list(Show) else Show.ALL,
        )
        fates = line_fates(statement=statement, lines=page.lines)
        given = {"form": OverrideForm(), **kwargs}
        return super().get_context_data(**given) | {
            "statement": statement,
            "standing": standing.of_statement(statement),
            "closing_day": closing_day(statement),
            "follows": statement.proof == Proof.UNPROVABLE and place.follows,
            "skips": place.skips,
            "sums": sums_of(statement),
            "page": page,
            "rows": [(each, fates[each.sighting.no]) for each in page.lines],
            "shows": [(Show.ALL, "All lines"), (Show.NEW, "New"), (Show.KNOWN, "Here already")],
        }


class OverrideView(StatementView):
    """Release the lines of a statement that does not prove."""

    action = Action.OVERRIDE_PROOF
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Release them, or show the page with the reason why not."""
        statement = get_object_or_404(Statement, book=self.book, pk=kwargs["statement"])
        form = OverrideForm(request.POST)
        if form.is_valid():
            try:
                services.override_proof(
                    statement=statement, user=self.user, now=timezone.now(), **form.cleaned_data
                )
            except LedgerFlowError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "The lines of this statement can be reviewed now.")
                return redirect("statements:detail", book=self.book.slug, statement=statement.pk)
        return self.render_to_response(self.get_context_data(form=form))
