"""What an MCP client is offered: questions to the books, and proposals. Nothing here changes a book."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from ledgerflow.api import questions, shapes
from ledgerflow.api.access import Caller
from ledgerflow.api.models import Scope
from ledgerflow.api.shapes import Day
from ledgerflow.api.stage import ClassificationAsked, ExclusionAsked, PayeeAsked, RuleAsked, propose
from ledgerflow.reports.by_name import REPORTS, Asked
from ledgerflow.review.models import Proposal

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Offer(Generic[A]):
    """A tool of the MCP server: what it takes and gives, what token it needs, and what answers."""

    name: str
    title: str
    description: str
    scope: Scope
    takes: type[A]
    gives: type[BaseModel]
    answer: Callable[[Caller, A], BaseModel]
    #: The schema of what it takes, where that is not told by ``takes``.
    schema: dict[str, Any] | None = None
    uses_network: bool = False

    @property
    def is_question(self) -> bool:
        """Whether it stages nothing."""
        return self.scope is not Scope.PROPOSE


#: The search syntax in a sentence, for programs that read no manual.
SEARCH_SYNTAX = (
    'Words that stand in the bank\'s text, the payee or the note; spaces mean and, commas or, "-" not. Also "a phrase",'
    " payee:amazon, account:6400, amount:>100, money:out, date:2026-Q1, is:unreviewed, has:receipt, tag:berlin,"
    " by:rule, confidence:<0.8, file:november."
)


class _Takes(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Nothing(_Takes):
    pass


class _OfBook(_Takes):
    book: Annotated[str, Field(max_length=60, description="The book's slug, as list_books names it.")]


class Books(shapes.Shape):
    """The books that the token opens."""

    books: list[shapes.BookShape]


class Accounts(shapes.Shape):
    """The chart of accounts of a book."""

    accounts: list[shapes.AccountShape]


class _LinesOf(_OfBook):
    text: Annotated[str, Field(max_length=500, description=SEARCH_SYNTAX)] = ""
    first: Annotated[Day | None, Field(description="First day, such as 2026-01-31.")] = None
    last: Annotated[Day | None, Field(description="Last day.")] = None
    bank_account: Annotated[str, Field(max_length=120, description="Name of a bank account.")] = ""
    state: Literal["", "open", "accepted", "posted", "excluded", "matched"] = ""
    cursor: Annotated[str, Field(max_length=40, description="`next` of the page before.")] = ""
    limit: Annotated[int, Field(ge=1, le=questions.LONGEST_PAGE)] = questions.PAGE


class _BalanceOf(_OfBook):
    account: Annotated[str, Field(max_length=20, description="Code of one account; empty: every one.")] = ""
    as_of: Annotated[Day | None, Field(description="At the end of this day; today when not given.")] = None


class _ReportOf(_OfBook):
    name: Annotated[Literal[REPORTS], Field(description="Which report.")]  # type: ignore[valid-type]  # its names
    as_of: Annotated[Day | None, Field(description="Trial balance, balance sheet: end of this day.")] = None
    first: Annotated[Day | None, Field(description="First day of the period.")] = None
    last: Annotated[Day | None, Field(description="Last day of the period.")] = None
    columns: Literal["", "month", "quarter", "tag"] = ""
    compare: Literal["", "previous", "year"] = ""
    basis: Literal["", "cash", "accrual"] = ""
    tag: Annotated[str, Field(max_length=60)] = ""
    account: Annotated[str, Field(max_length=20, description="Code of the register's account.")] = ""
    year: Annotated[int | None, Field(ge=1900, le=9998, description="Tax year of schedule-c.")] = None


class _DocumentOf(_OfBook):
    document: Annotated[int, Field(gt=0, lt=2**63, description="As search_lines names it.")]
    first_line: Annotated[int, Field(ge=1, le=10**9)] = 1


class _ProposalsOf(_OfBook):
    is_open: bool | None = None
    cursor: Annotated[str, Field(max_length=20)] = ""


class _Classification(ClassificationAsked, _OfBook):
    kind: Literal["classify"] = "classify"


class _Payee(PayeeAsked, _OfBook):
    kind: Literal["name_payee"] = "name_payee"


class _Rule(RuleAsked, _OfBook):
    kind: Literal["make_rule"] = "make_rule"


class _Exclusion(ExclusionAsked, _OfBook):
    kind: Literal["exclude"] = "exclude"


def _lines(caller: Caller, asked: _LinesOf) -> shapes.LinesShape:
    return questions.lines(caller, asked.book, **asked.model_dump(exclude={"book"}))


def _report(caller: Caller, asked: _ReportOf) -> shapes.ReportShape:
    return questions.report(caller, asked.book, Asked(**asked.model_dump(exclude={"book"})))


def _propose(caller: Caller, asked: Any) -> shapes.ProposalShape:
    return propose(caller, asked.book, asked, through=Proposal.Through.MCP)


STAGED = "Nothing is done, here or elsewhere, until a person with the right role accepts the proposal in LedgerFlow."

OFFERS: tuple[Offer[Any], ...] = (
    Offer(
        "list_books", "Books", "The books that this token opens, each with its slug and the user's role.",
        Scope.READ, _Nothing, Books, lambda caller, _: Books(books=questions.list_books(caller)),
    ),
    Offer(
        "list_accounts", "Accounts", "The chart of accounts of a book, by code.", Scope.READ, _OfBook, Accounts,
        lambda caller, asked: Accounts(accounts=questions.list_accounts(caller, asked.book)),
    ),
    Offer(
        "account_balance", "Balance",
        "Balances at the end of a day, of one account or of all that have any; debit is positive.",
        Scope.READ, _BalanceOf, shapes.BalancesShape,
        lambda caller, asked: questions.account_balances(
            caller, asked.book, account=asked.account, as_of=asked.as_of
        ),
    ),
    Offer(
        "search_lines", "Bank lines",
        "Bank lines by text, days, bank account and state, the latest first; money out is negative.",
        Scope.READ, _LinesOf, shapes.LinesShape, _lines,
    ),
    Offer(
        "report", "Report", f"A report of a book: {', '.join(REPORTS)}.", Scope.READ, _ReportOf, shapes.ReportShape,
        _report,
    ),
    Offer(
        "document_text", "Text of a document", "Up to 400 lines of a document that is text.",
        Scope.READ, _DocumentOf, shapes.DocumentTextShape,
        lambda caller, asked: questions.document_text(
            caller, asked.book, asked.document, first_line=asked.first_line
        ),
    ),
    Offer(
        "list_proposals", "Proposals", "What was proposed for a book, and what became of it.",
        Scope.READ, _ProposalsOf, shapes.ProposalsShape,
        lambda caller, asked: questions.proposals(
            caller, asked.book, is_open=asked.is_open, cursor=asked.cursor
        ),
    ),
    Offer(
        "propose_classification", "Propose an account", f"Propose to book lines to an account. {STAGED}",
        Scope.PROPOSE, _Classification, shapes.ProposalShape, _propose,
    ),
    Offer(
        "propose_payee", "Propose a payee", f"Propose what the payee of lines is called. {STAGED}",
        Scope.PROPOSE, _Payee, shapes.ProposalShape, _propose,
    ),
    Offer(
        "propose_rule", "Propose a rule", f"Propose a rule that suggests an account by a text. {STAGED}",
        Scope.PROPOSE, _Rule, shapes.ProposalShape, _propose,
    ),
    Offer(
        "propose_exclusion", "Propose to exclude lines", f"Propose to keep lines out of the books. {STAGED}",
        Scope.PROPOSE, _Exclusion, shapes.ProposalShape, _propose,
    ),
)  # fmt: skip
