"""The only writes that REST and MCP know: proposals, for a person to accept."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field

from ledgerflow.api import shapes
from ledgerflow.api.access import Caller, UnknownError
from ledgerflow.api.models import Scope
from ledgerflow.api.questions import proposal_shape
from ledgerflow.api.questions.asked import words
from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.classification.own_facts import OwnFacts
from ledgerflow.ledger.models import Account
from ledgerflow.review.models import Proposal
from ledgerflow.review.proposal_selectors import ListedProposal
from ledgerflow.review.services.staging import (
    Proposer,
    propose_classification,
    propose_exclusion,
    propose_payee,
    propose_rule,
    propose_run,
)

_LineIds = Annotated[list[Annotated[int, Field(gt=0, lt=2**63)]], Field(min_length=1, max_length=100)]
_Reason = Annotated[str, Field(max_length=500, description="Why, for the person who decides.")]
_Code = Annotated[str, Field(max_length=20, description="Code of an account of the book.")]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ClassificationAsked(_Asked):
    """Book lines to an account."""

    kind: Literal["classify"]
    lines: _LineIds
    account: _Code
    payee: Annotated[str, Field(max_length=160)] = ""
    tax_line: Annotated[
        str,
        Field(max_length=40, description="The lines' own, of accounts of the same kind; empty: as it is."),
    ] = ""
    business_share: Annotated[
        Decimal | None,
        Field(ge=0, le=100, decimal_places=2, description="The lines' own, in percent; null: as it is."),
    ] = None
    reason: _Reason = ""


class PayeeAsked(_Asked):
    """Name the payee of lines."""

    kind: Literal["name_payee"]
    lines: _LineIds
    payee: Annotated[str, Field(min_length=1, max_length=160)]
    reason: _Reason = ""


class RuleAsked(_Asked):
    """Make a rule that suggests an account for lines whose text contains a text."""

    kind: Literal["make_rule"]
    text: Annotated[str, Field(min_length=1, max_length=200)]
    account: _Code
    direction: Literal["any", "in", "out"] = "any"
    payee: Annotated[str, Field(max_length=160)] = ""
    tax_line: Annotated[
        str,
        Field(
            max_length=40, description="The lines' own, of accounts of the same kind; empty: the account's."
        ),
    ] = ""
    reason: _Reason = ""


class ExclusionAsked(_Asked):
    """Keep lines out of the books."""

    kind: Literal["exclude"]
    lines: _LineIds
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ToolRunAsked(_Asked):
    """Run a tool that changes something elsewhere."""

    kind: Literal["run_tool"]
    tool: Annotated[str, Field(max_length=200, description="Its path, as the list of tools names it.")]
    arguments: Annotated[dict[str, Any], Field(description="As the tool's own schema says.")] = {}
    reason: _Reason = ""


ProposalAsked = Annotated[
    ClassificationAsked | PayeeAsked | RuleAsked | ExclusionAsked | ToolRunAsked, Field(discriminator="kind")
]


def propose(
    caller: Caller,
    slug: str,
    asked: ClassificationAsked | PayeeAsked | RuleAsked | ExclusionAsked | ToolRunAsked,
    *,
    through: Proposal.Through,
) -> shapes.ProposalShape:
    """Stage what is asked; nothing else in the book changes.

    Raises:
        ScopeError: the token is not for proposing, or not for tools where a run of one is proposed.
        UnknownError: there is no such book or account for the caller.
        NotAllowedError: the role of the token's user could not do it either.
        LedgerFlowError: as staging says.
    """
    caller.needs(Scope.PROPOSE)
    if isinstance(asked, ToolRunAsked):
        caller.needs(Scope.TOOLS)
    now, by = timezone.now(), Proposer(user=caller.user, through=through, label=caller.label)
    with caller.opened(slug, action=Action.REVIEW) as book:
        if isinstance(asked, ClassificationAsked):
            made = propose_classification(
                book=book,
                line_ids=asked.lines,
                account=_account(book, asked.account),
                payee=asked.payee,
                own=OwnFacts(words(asked.tax_line), asked.business_share),
                reason=asked.reason,
                by=by,
                now=now,
            )
        elif isinstance(asked, PayeeAsked):
            made = propose_payee(
                book=book, line_ids=asked.lines, payee=asked.payee, reason=asked.reason, by=by, now=now
            )
        elif isinstance(asked, RuleAsked):
            made = propose_rule(
                book=book,
                text=asked.text,
                direction=asked.direction,
                account=_account(book, asked.account),
                payee=asked.payee,
                tax_line=words(asked.tax_line),
                reason=asked.reason,
                by=by,
                now=now,
            )
        elif isinstance(asked, ToolRunAsked):
            made = propose_run(
                book=book, path=asked.tool, arguments=asked.arguments, reason=asked.reason, by=by, now=now
            )
        else:
            made = propose_exclusion(book=book, line_ids=asked.lines, why=asked.reason, by=by, now=now)
        return proposal_shape(ListedProposal(made, is_outdated=False))


def _account(book: Book, code: str) -> Account:
    found = Account.objects.filter(book=book, code=words(code)).first()
    if found is None:
        raise UnknownError(f"The book {book.slug} has no account {code}.")
    return found
