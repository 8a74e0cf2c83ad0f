"""What is proposed for a book: pages of proposals, and whether the facts below each are still the same."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, Rule
from ledgerflow.ledger.models import Account
from ledgerflow.review.models import Proposal, ProposedRun
from ledgerflow.toolbox.models import Tool, ToolRun
from ledgerflow.toolbox.plain import digest
from ledgerflow.toolbox.services.configuration import answering_configuration

#: Proposals on a page.
PAGE_SIZE = 50

Basis = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ListedProposal:
    """A proposal, and whether it is open although what it was proposed upon has changed since.

    ``run`` is the run of a tool that was made for it.
    """

    proposal: Proposal
    is_outdated: bool
    run: ToolRun | None = None


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """Proposals, the newest first; ``following`` is the ``before`` of the next page."""

    rows: tuple[ListedProposal, ...]
    following: int | None


def open_proposals(*, book: Book) -> int:
    """Return how many proposals wait for a person; one query."""
    return Proposal.objects.filter(book=book, state=Proposal.State.OPEN).count()


def proposal_page(
    *, book: Book, is_open: bool | None = None, before: int | None = None, limit: int = PAGE_SIZE
) -> ProposalPage:
    """Return the proposals before the one given, all, open or decided ones.

    Five queries, and one more for each tool of which runs are proposed.
    """
    found = Proposal.objects.filter(book=book).select_related("proposed_by", "decided_by").order_by("-pk")
    if is_open is not None:
        state = {"state": Proposal.State.OPEN}
        found = found.filter(**state) if is_open else found.exclude(**state)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: limit + 1])
    shown = rows[:limit]
    facts = bases(book=book, proposals=[one for one in shown if one.state == Proposal.State.OPEN])
    runs = _runs(book, shown)
    return ProposalPage(
        rows=tuple(
            ListedProposal(one, one.pk in facts and facts[one.pk] != one.basis, runs.get(one.pk))
            for one in shown
        ),
        following=shown[-1].pk if len(rows) > limit else None,
    )


def find_proposal(*, book: Book, proposal_id: int) -> ListedProposal | None:
    """Return the proposal of the book, if there is such a one."""
    found = Proposal.objects.select_related("proposed_by", "decided_by").filter(book=book, pk=proposal_id)
    proposal = found.first()
    if proposal is None:
        return None
    is_open = proposal.state == Proposal.State.OPEN
    facts = bases(book=book, proposals=[proposal]) if is_open else {}
    is_outdated = is_open and facts[proposal.pk] != proposal.basis
    return ListedProposal(proposal, is_outdated, _runs(book, [proposal]).get(proposal.pk))


def bases(*, book: Book, proposals: Sequence[Proposal]) -> dict[int, Basis]:
    """Return by proposal the facts that it stands upon, as they are now; four queries, and one a tool."""
    payloads = {one.pk: one.payload for one in proposals}
    lines = _lines(book, {line for payload in payloads.values() for line in payload.get("lines", ())})
    accounts = _accounts(book, {each["account"] for each in payloads.values() if "account" in each})
    has_rules = any(one.kind == Proposal.Kind.MAKE_RULE for one in proposals)
    rules = _rules(book) if has_rules else {}
    tools = _tools(book, {each["tool"] for each in payloads.values() if "tool" in each})
    return {pk: _basis(payload, lines, accounts, rules, tools) for pk, payload in payloads.items()}


def basis_of(*, book: Book, kind: str, payload: Mapping[str, Any]) -> Basis:
    """Return the facts that such a proposal stands upon now."""
    return bases(book=book, proposals=[Proposal(pk=0, kind=kind, payload=payload)])[0]


def _basis(
    payload: Mapping[str, Any],
    lines: Mapping[int, list[Any]],
    accounts: Mapping[int, list[Any]],
    rules: Mapping[tuple[str, str], list[int]],
    tools: Mapping[str, list[Any]],
) -> Basis:
    basis: Basis = {}
    if "lines" in payload:
        basis["lines"] = {str(line): lines.get(line) for line in payload["lines"]}
    if "account" in payload:
        basis["account"] = accounts.get(payload["account"])
    if "text" in payload:
        basis["rules"] = rules.get((payload["text"].lower(), payload["direction"]), [])
    if "tool" in payload:
        basis["tool"] = tools.get(payload["tool"])
    return basis


def _lines(book: Book, line_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Return for each line how it stands; ``decided_at`` tells two decisions for the same account apart."""
    found = Classification.objects.filter(book=book, line_id__in=line_ids).values_list(
        "line_id",
        "state",
        "account_id",
        "is_split",
        "payee_id",
        "decided_at",
        "line__hold",
        "line__is_pending",
    )
    return {
        line: [state, account, is_split, payee, decided.isoformat() if decided else None, hold, is_pending]
        for line, state, account, is_split, payee, decided, hold, is_pending in found
    }


def _accounts(book: Book, account_ids: Iterable[int]) -> dict[int, list[Any]]:
    found = Account.objects.filter(book=book, pk__in=account_ids)
    return {pk: list(facts) for pk, *facts in found.values_list("pk", "code", "name", "is_archived")}


def _rules(book: Book) -> dict[tuple[str, str], list[int]]:
    rules: dict[tuple[str, str], list[int]] = {}
    for pk, text, direction in (
        Rule.objects.filter(book=book, is_active=True).order_by("pk").values_list("pk", "text", "direction")
    ):
        rules.setdefault((text.lower(), direction), []).append(pk)
    return rules


def _tools(book: Book, paths: Collection[str]) -> dict[str, list[Any]]:
    """Return for each tool how it stands, what it says of itself, and its settings here, which say where it goes."""
    if not paths:
        return {}
    return {
        tool.module_path: [str(tool.state), tool.offer_digest, digest(answering_configuration(tool, book))]
        for tool in Tool.objects.filter(module_path__in=paths)
    }


def _runs(book: Book, proposals: Sequence[Proposal]) -> dict[int, ToolRun]:
    accepted = [one.pk for one in proposals if one.kind == Proposal.Kind.RUN_TOOL]
    if not accepted:
        return {}
    made = ProposedRun.objects.filter(book=book, proposal__in=accepted).select_related("run")
    return {one.proposal_id: one.run for one in made.defer("run__arguments", "run__result", "run__traceback")}
