"""A person accepts or declines what programs proposed; accepting calls the ordinary service with their rights."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import require
from ledgerflow.classification.models import Classification, Rule
from ledgerflow.classification.own_facts import OwnFacts, kept_facts
from ledgerflow.classification.services import RuleConditions, create_rule, decide, exclude
from ledgerflow.classification.tax_lines import chart_tax_lines
from ledgerflow.ledger.models import Account
from ledgerflow.payees.models import Payee
from ledgerflow.payees.services import name_payee
from ledgerflow.review.models import Proposal
from ledgerflow.review.proposal_selectors import basis_of
from ledgerflow.review.services.staging import ACTION_OF, ProposalError
from ledgerflow.users.models import User


class ProposalDecidedError(ProposalError):
    """The proposal was decided already."""


class StaleProposalError(ProposalError):
    """What the proposal was based on has changed since."""


def accept_proposal(*, book: Book, proposal_id: int, user: User, now: datetime) -> Proposal:
    """Do what is proposed, as the person; a proposal whose facts have changed is marked stale instead.

    A run of a tool is only accepted here: :func:`~ledgerflow.review.services.running.run_accepted` makes it afterwards.

    Raises:
        StaleProposalError: the facts have changed; that it is stale is kept.
        ProposalDecidedError: somebody decided about it already.
        ProposalError: the book has no such proposal, or a line refuses.
        NotAllowedError: the person's role does not allow it.
        LedgerFlowError: as the service of its kind; the proposal stays open then.
    """
    with transaction.atomic():
        proposal = _open(book, proposal_id)
        require(user=user, book=book, action=ACTION_OF[proposal.kind])
        _hold_lines(book, proposal.payload)
        is_same = basis_of(book=book, kind=proposal.kind, payload=proposal.payload) == proposal.basis
        if is_same:
            _APPLY[proposal.kind](book, proposal, user, now)
        _settle(proposal, Proposal.State.ACCEPTED if is_same else Proposal.State.STALE, user, now)
    if not is_same:
        raise StaleProposalError(
            "What this was proposed upon has changed since, so nothing was done. It is stale; have it proposed anew."
        )
    return proposal


@transaction.atomic
def decline_proposal(*, book: Book, proposal_id: int, user: User, now: datetime) -> Proposal:
    """Keep the proposal as declined; nothing else happens.

    Raises:
        ProposalDecidedError, ProposalError, NotAllowedError: as :func:`accept_proposal`.
    """
    proposal = _open(book, proposal_id)
    require(user=user, book=book, action=ACTION_OF[proposal.kind])
    _settle(proposal, Proposal.State.DECLINED, user, now)
    return proposal


def _open(book: Book, proposal_id: int) -> Proposal:
    proposal = Proposal.objects.select_for_update().filter(book=book, pk=proposal_id).first()
    if proposal is None:
        raise ProposalError("This book has no such proposal.")
    if proposal.state != Proposal.State.OPEN:
        raise ProposalDecidedError(f"This proposal is {proposal.state} already.")
    return proposal


def _settle(proposal: Proposal, state: Proposal.State, user: User, now: datetime) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, user, now
    proposal.save(update_fields=["state", "decided_by", "decided_at"])


def _hold_lines(book: Book, payload: Mapping[str, Any]) -> None:
    """Lock the lines in one order, so that nothing changes between looking and doing."""
    wanted = Classification.objects.filter(book=book, line_id__in=payload.get("lines", ()))
    list(wanted.select_for_update().order_by("line_id").values_list("line_id"))


def _account(book: Book, payload: Mapping[str, Any]) -> Account:
    return Account.objects.get(book=book, pk=payload["account"])


def _payee(book: Book, payload: Mapping[str, Any]) -> Payee | None:
    return name_payee(book=book, name=payload["payee"]) if "payee" in payload else None


def _classify(book: Book, proposal: Proposal, user: User, now: datetime) -> None:
    account, payee = _account(book, proposal.payload), _payee(book, proposal.payload)
    made = Classification.objects.in_bulk(proposal.payload["lines"])
    chart = chart_tax_lines(book=book)
    share = proposal.payload.get("business_share")
    given = OwnFacts(proposal.payload.get("tax_line", ""), None if share is None else Decimal(share))
    for line in proposal.payload["lines"]:
        kept = given.or_else(kept_facts(made[line], account, chart=chart))
        decide(
            book=book,
            line_id=line,
            account=account,
            payee=payee,
            tax_line=kept.tax_line,
            business_share=kept.business_share,
            user=user,
            now=now,
        )


def _name_payee(book: Book, proposal: Proposal, user: User, now: datetime) -> None:
    payee = _payee(book, proposal.payload)
    for line in proposal.payload["lines"]:
        decide(book=book, line_id=line, payee=payee, user=user, now=now)


def _make_rule(book: Book, proposal: Proposal, user: User, now: datetime) -> None:
    payload = proposal.payload
    create_rule(
        book=book,
        conditions=RuleConditions(text=payload["text"], direction=payload["direction"]),
        account=_account(book, payload),
        payee=_payee(book, payload),
        tax_line=payload.get("tax_line", ""),
        mode=Rule.Mode.SUGGEST,
        user=user,
        now=now,
    )


def _run_tool(book: Book, proposal: Proposal, user: User, now: datetime) -> None:
    """Do nothing yet: what is seen elsewhere cannot be taken back with this transaction."""


def _exclude(book: Book, proposal: Proposal, user: User, now: datetime) -> None:
    done = exclude(book=book, line_ids=proposal.payload["lines"], reason=proposal.reason, user=user, now=now)
    if done.refused:
        line, sentence = done.refused[0]
        raise ProposalError(f"Line {line}: {sentence}")


_APPLY: Mapping[str, Callable[[Book, Proposal, User, datetime], None]] = {
    Proposal.Kind.CLASSIFY: _classify,
    Proposal.Kind.NAME_PAYEE: _name_payee,
    Proposal.Kind.MAKE_RULE: _make_rule,
    Proposal.Kind.EXCLUDE: _exclude,
    Proposal.Kind.RUN_TOOL: _run_tool,
}
