"""Staging: what a program would change in a book becomes a proposal, and nothing else happens."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action, require
from ledgerflow.classification.errors import UnknownLineError
from ledgerflow.classification.models import Classification, Rule, State
from ledgerflow.classification.own_facts import NOTHING_OWN, OwnFacts, kept_facts, own_facts
from ledgerflow.classification.services import (
    RuleConditions,
    check_business_share,
    check_decisions,
    check_rule,
    check_tax_lines,
)
from ledgerflow.classification.tax_lines import ChartTaxLines, chart_tax_lines, tax_line_label
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.foreign_text import exact
from ledgerflow.core.money import format_money
from ledgerflow.ledger.models import Account
from ledgerflow.payees.cleaning import NAME_LENGTH
from ledgerflow.review.models import Proposal
from ledgerflow.review.proposal_selectors import basis_of
from ledgerflow.toolbox.consent import State as ToolState
from ledgerflow.toolbox.loader import is_tool_path
from ledgerflow.toolbox.models import Tool
from ledgerflow.toolbox.refusals import ValueRefusedError
from ledgerflow.toolbox.schemas import check
from ledgerflow.toolbox.signatures import json_text
from ledgerflow.users.models import User

#: Lines that one proposal may be about.
MOST_LINES = 100
#: Open proposals that a book takes; a program that runs wild fills no more than that.
MOST_OPEN = 1_000
LONGEST_REASON = 500
LONGEST_LABEL = 120
_LONGEST_TEXT = 80
_LONGEST_ARGUMENTS = 8_000

#: What a person's role must allow for accepting.
ACTION_OF: Mapping[str, Action] = {
    Proposal.Kind.CLASSIFY: Action.REVIEW,
    Proposal.Kind.NAME_PAYEE: Action.REVIEW,
    Proposal.Kind.MAKE_RULE: Action.EDIT_RULES,
    Proposal.Kind.EXCLUDE: Action.REVIEW,
    Proposal.Kind.RUN_TOOL: Action.RUN_WRITING_TOOLS,
}
#: For what a person may have proposed although somebody else must accept it: who runs tools knows what to ask for.
_ACTION_TO_PROPOSE: Mapping[str, Action] = {**ACTION_OF, Proposal.Kind.RUN_TOOL: Action.RUN_TOOLS}


class ProposalError(LedgerFlowError):
    """The proposal cannot be made or decided so."""


@dataclass(frozen=True, slots=True)
class Proposer:
    """On whose behalf, through which door and with what a program proposes."""

    user: User
    through: Proposal.Through
    label: str = ""


@transaction.atomic
def propose_classification(
    *,
    book: Book,
    line_ids: Sequence[int],
    account: Account,
    by: Proposer,
    now: datetime,
    payee: str = "",
    own: OwnFacts = NOTHING_OWN,
    reason: str = "",
) -> Proposal:
    """Propose to book the lines to the account, and what their payee is called where a name is given.

    They get the tax line and business share of their ``own``. Where these say nothing, what a line has stays as far as
    the account may have it; what does not is named.

    Raises:
        ProposalError: no lines or too many, a name or reason that is too long, or too many open proposals.
        ClassificationError: a line, the account, its tax line or its share would be refused.
        NotAllowedError: the user's role could not do it either.
    """
    made = _lines(book, line_ids)
    check_decisions(book=book, made=made, accounts=[account])
    check_tax_lines(book=book, given=[(account, own.tax_line)])
    check_business_share(book=book, share=own.business_share, accounts=[account])
    payload: dict[str, Any] = {"lines": [one.line_id for one in made], "account": account.pk}
    name = _payee_name(payee) if payee.strip() else ""
    if name:
        payload["payee"] = name
    if own.tax_line:
        payload["tax_line"] = own.tax_line
    if own.business_share is not None:
        payload["business_share"] = str(own.business_share)
    chart = chart_tax_lines(book=book)
    diff = [
        _change(
            one, _stands(one), _would_stand(one, account, own, chart) + (f"; payee {name}" if name else "")
        )
        for one in made
    ]
    return _stage(book, Proposal.Kind.CLASSIFY, payload, diff, reason, by, now)


@transaction.atomic
def propose_payee(
    *, book: Book, line_ids: Sequence[int], payee: str, by: Proposer, now: datetime, reason: str = ""
) -> Proposal:
    """Propose what the payee of the lines is called.

    Raises:
        ProposalError, ClassificationError, NotAllowedError: as :func:`propose_classification`.
    """
    made, name = _lines(book, line_ids), _payee_name(payee)
    check_decisions(book=book, made=made, accounts=[])
    payload = {"lines": [one.line_id for one in made], "payee": name}
    diff = [_change(one, one.payee.name if one.payee else "no payee", name) for one in made]
    return _stage(book, Proposal.Kind.NAME_PAYEE, payload, diff, reason, by, now)


@transaction.atomic
def propose_exclusion(
    *, book: Book, line_ids: Sequence[int], why: str, by: Proposer, now: datetime
) -> Proposal:
    """Propose to keep lines that are still to be reviewed out of the books.

    Raises:
        ProposalError: a line is not open, no reason is given, or as :func:`propose_classification`.
        UnknownLineError, NotAllowedError: as there.
    """
    made = _lines(book, line_ids)
    for one in made:
        if one.state != State.OPEN:
            raise ProposalError(
                f"Line {one.line_id} is {one.get_state_display()}; only open lines are excluded."
            )
    if not why.strip():
        raise ProposalError("Say why the lines do not belong in these books.")
    payload = {"lines": [one.line_id for one in made]}
    diff = [_change(one, _stands(one), "excluded from the books") for one in made]
    return _stage(book, Proposal.Kind.EXCLUDE, payload, diff, why, by, now)


@transaction.atomic
def propose_rule(
    *,
    book: Book,
    text: str,
    account: Account,
    by: Proposer,
    now: datetime,
    direction: str = Rule.Direction.ANY,
    payee: str = "",
    tax_line: str = "",
    reason: str = "",
) -> Proposal:
    """Propose a rule that suggests the account for lines whose text contains ``text``; it accepts nothing by itself.

    The lines get the ``tax_line`` that is asked for, whatever the account's is when the proposal is accepted.

    Raises:
        RuleError, OwnTaxLineError: there can be no such rule.
        ProposalError: there is one, or as :func:`propose_classification`.
        NotAllowedError: the user's role could not make it either.
    """
    words = plain(text, 200)
    conditions = RuleConditions(text=words, direction=direction)
    check_rule(book=book, conditions=conditions, account=account, tax_line=tax_line)
    payload = {"text": words, "direction": direction, "account": account.pk}
    if tax_line:
        payload["tax_line"] = tax_line
    name = _payee_name(payee) if payee.strip() else ""
    if name:
        payload["payee"] = name
    if basis_of(book=book, kind=Proposal.Kind.MAKE_RULE, payload=payload)["rules"]:
        raise ProposalError(
            "There is a rule for this text already; a person changes it on the page of rules."
        )
    what = f"Text contains “{words}”, {Rule.Direction(direction).label}"
    new = f"suggest {account}" + (f"; tax line {tax_line_label(tax_line)}" if tax_line else "")
    new += f"; payee {name}" if name else ""
    diff = [{"what": what, "old": "no rule", "new": new}]
    return _stage(book, Proposal.Kind.MAKE_RULE, payload, diff, reason, by, now)


@transaction.atomic
def propose_run(
    *,
    book: Book,
    path: str,
    arguments: Mapping[str, object],
    by: Proposer,
    now: datetime,
    reason: str = "",
) -> Proposal:
    """Propose to run a tool that changes something elsewhere; ``arguments`` are JSON values by name.

    Raises:
        ProposalError: there is no such tool, it only reads, or an argument does not fit; or as
            :func:`propose_classification`.
        NotAllowedError: the user's role runs no tools.
    """
    tool = Tool.objects.filter(module_path=path).first() if is_tool_path(path) else None
    if tool is None or tool.state is not ToolState.ON:
        raise ProposalError(f"There is no enabled tool “{plain(path, _LONGEST_TEXT)}”.")
    if not tool.manifest["permissions"]["writes"]:
        raise ProposalError(f"{tool} changes nothing, so it is run and not proposed.")
    try:
        given = json.loads(json_text(dict(arguments)))
        check(tool.argument_schema, given, what="argument")
    except ValueRefusedError as error:
        raise ProposalError(str(error)) from None
    if len(json.dumps(given)) > _LONGEST_ARGUMENTS:
        raise ProposalError(
            f"The arguments are longer than {_LONGEST_ARGUMENTS:,} characters, which nobody can look through."
        )
    # Nobody agrees to what is cut: every argument stands there in full.
    diff = [{"what": "Tool", "old": "not run", "new": f"{tool}: {tool.summary}"}]
    diff += [{"what": name, "old": "", "new": value} for name, value in _shown(given)]
    payload = {"tool": path, "arguments": given}
    return _stage(book, Proposal.Kind.RUN_TOOL, payload, diff, reason, by, now)


def _shown(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield each argument with its value, exactly: what cannot be seen stands there as JSON escapes it."""
    for name, value in values.items():
        named = f"{above}{exact(name)}"
        if isinstance(value, Mapping) and value:
            yield from _shown(value, f"{named}.")
        else:
            yield named, exact(value)


def plain(text: str, longest: int) -> str:
    """Return the text in one line without control characters, cut where it is longer."""
    words = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def _lines(book: Book, line_ids: Sequence[int]) -> list[Classification]:
    wanted = sorted(set(line_ids))
    if not wanted or len(wanted) > MOST_LINES:
        raise ProposalError(f"A proposal is about 1 to {MOST_LINES} lines; this one names {len(wanted)}.")
    found = list(
        Classification.objects.filter(book=book, line_id__in=wanted)
        .select_related("line__bank_account", "account", "payee")
        .order_by("line_id")
    )
    missing = sorted(set(wanted) - {one.line_id for one in found})
    if missing:
        raise UnknownLineError(f"This book has no line {missing[0]}.")
    return found


def _payee_name(name: str) -> str:
    words = plain(name, NAME_LENGTH + 1)
    if not words or len(words) > NAME_LENGTH:
        raise ProposalError(f"A payee's name has 1 to {NAME_LENGTH} characters.")
    return words


def _stands(made: Classification) -> str:
    account = "split" if made.is_split else str(made.account) if made.account else "no account"
    own = own_facts(made).in_words()
    return f"{account}, {made.get_state_display()}" + (f"; {own}" if own else "")


def _would_stand(made: Classification, account: Account, given: OwnFacts, chart: ChartTaxLines) -> str:
    own = own_facts(made)
    kept = given.or_else(kept_facts(made, account, chart=chart))
    lost = own.without(kept).in_words()
    said = [f"{account}, accepted", kept.in_words(), f"without {lost}" if lost else ""]
    return "; ".join(filter(None, said))


def _change(made: Classification, old: str, new: str) -> dict[str, str]:
    line = made.line
    said = plain(line.counterparty or line.description, _LONGEST_TEXT)
    return {
        "what": f"{line.date} {said} {format_money(line.amount, line.currency)} {line.currency}",
        "old": old,
        "new": new,
    }


def _stage(  # noqa: PLR0917 - the parts of one row, given by its five kinds in this order
    book: Book,
    kind: Proposal.Kind,
    payload: Mapping[str, Any],
    diff: Sequence[Mapping[str, str]],
    reason: str,
    by: Proposer,
    now: datetime,
) -> Proposal:
    """Keep the proposal; the same one that is open already is returned, and one that is outdated is replaced."""
    require(user=by.user, book=book, action=_ACTION_TO_PROPOSE[kind])
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    basis = basis_of(book=book, kind=kind, payload=payload)
    same = Proposal.objects.filter(book=book, kind=kind, payload_sha256=digest, state=Proposal.State.OPEN)
    known = same.select_for_update().first()
    if known is not None:
        if known.basis == basis:
            return known
        known.state, known.decided_by, known.decided_at = Proposal.State.STALE, by.user, now
        known.save(update_fields=["state", "decided_by", "decided_at"])
    if Proposal.objects.filter(book=book, state=Proposal.State.OPEN).count() >= MOST_OPEN:
        raise ProposalError(
            f"{MOST_OPEN:,} proposals wait in this book already; a person must decide about some of them first."
        )
    try:
        with transaction.atomic():
            return Proposal.objects.create(
                book=book,
                kind=kind,
                payload=payload,
                payload_sha256=digest,
                basis=basis,
                diff=list(diff),
                reason=plain(reason, LONGEST_REASON),
                proposed_through=by.through,
                proposed_with=plain(by.label, LONGEST_LABEL),
                proposed_by=by.user,
                proposed_at=now,
            )
    except IntegrityError:
        twin = same.first()  # proposed by somebody else at this very moment
        if twin is None:
            raise
        return twin
