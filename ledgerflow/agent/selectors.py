"""What there is to ask, what was said before, and how much of the budget is used."""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Max, OuterRef, Q, Subquery, Sum

from ledgerflow.agent.models import AgentConversation, AgentProposal, AgentSettings, AgentTurn, OutcomeWords
from ledgerflow.agent.privacy import bands, outgoing, people_in, says_something
from ledgerflow.agent.values import AccountChoice, Question
from ledgerflow.books.models import Book, Membership
from ledgerflow.classification.engine import MOST_UNSURE
from ledgerflow.classification.models import Classification
from ledgerflow.classification.selectors import UnsuggestedLine, unsuggested_lines
from ledgerflow.ledger.models import Account, AccountRole
from ledgerflow.payees.cleaning import digits_alike, payee_key
from ledgerflow.statements.models import BankAccount

#: Lines that one run looks at.
MOST_LINES = 5_000
#: Accounts that a model can choose from, in the order of their codes.
MOST_ACCOUNTS = 500
_ASKED_AGAIN_AFTER = timedelta(days=1)
_MOST_TEXTS = 5
_MOST_PEOPLE = 200
_NAME_LENGTH = 80
#: The record that the confidence of a proposal stands on looks back at so many decisions.
_RECORD = 50


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question with the payee that it is about, its key in the cache, and the lines that wait for the answer."""

    payee_id: int
    payee_key: str
    direction: str
    question: Question
    line_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """What requests of a day used, reserved or spent; ``money`` in the currency that was asked for."""

    calls: int
    tokens: int
    money: Decimal


def settings_of(*, book: Book) -> AgentSettings:
    """Return what the book allows; a book without a row allows nothing."""
    return AgentSettings.objects.filter(book=book).select_related("enabled_by").first() or AgentSettings(
        book=book
    )


def used_on(*, book: Book, day: date, currency: str) -> Used:
    """Return what the book's requests used on the day; one query."""
    found = AgentTurn.objects.filter(book=book, day=day, kind=AgentTurn.Kind.REQUEST).aggregate(
        calls=Count("pk"),
        tokens_in=Sum("tokens_in", default=0),
        tokens_out=Sum("tokens_out", default=0),
        money=Sum("cost", filter=Q(currency=currency), default=Decimal(0)),
    )
    return Used(found["calls"], found["tokens_in"] + found["tokens_out"], found["money"])


def accounts_to_choose(*, book: Book) -> list[Account]:
    """Return the accounts that can be answered: none that is archived, a bank's own, or the engine's."""
    own = BankAccount.objects.filter(book=book).values("ledger_account_id")
    return list(
        Account.objects.filter(
            Q(role__isnull=True) | Q(role=AccountRole.DRAWINGS), book=book, is_archived=False
        )
        .exclude(pk__in=own)
        .order_by("code")[:MOST_ACCOUNTS]
    )


def chart_sha256(accounts: Iterable[AccountChoice]) -> str:
    """Return the version of the chart: what a model can choose from, and nothing else."""
    return hashlib.sha256(json.dumps([asdict(one) for one in accounts]).encode()).hexdigest()


def open_questions(*, book: Book, privacy: str, most_lines: int = MOST_LINES) -> list[OpenQuestion]:
    """Return the questions about the book's open lines, those of most lines first: one a payee and direction."""
    found: dict[tuple[int, str, str], list[UnsuggestedLine]] = {}
    for line in unsuggested_lines(book=book, limit=most_lines):
        direction = "in" if line.amount > 0 else "out"
        found.setdefault((line.payee_id, direction, line.currency), []).append(line)
    if not found:
        return []
    members = _members(book)
    chart = _choices(accounts_to_choose(book=book), privacy=privacy, people=members)
    if not chart:
        return []
    questions = (_question(lines, privacy, members, chart) for lines in found.values())
    return sorted(
        (one for one in questions if one is not None),
        key=lambda one: (-len(one.line_ids), one.payee_key, one.direction),
    )


def _members(book: Book) -> list[str]:
    names = Membership.objects.filter(book=book).values_list("user__name", flat=True)[:_MOST_PEOPLE]
    return [name for name in names if name]


def _choices(
    accounts: Sequence[Account], *, privacy: str, people: Sequence[str]
) -> tuple[AccountChoice, ...]:
    return tuple(
        AccountChoice(
            code=one.code,
            name=outgoing(one.name, profile=privacy, people=people, length=_NAME_LENGTH),
            type=one.type,
            tax_line=one.tax_line,
        )
        for one in accounts
    )


def _question(
    lines: Sequence[UnsuggestedLine], privacy: str, members: Sequence[str], chart: tuple[AccountChoice, ...]
) -> OpenQuestion | None:
    """Return the question about the lines of one payee; nothing where no name is left to ask about."""
    said = [f"{one.counterparty or ''} {one.description}".strip() for one in lines]
    people = {*members, *people_in(said)}
    vendor = outgoing(lines[0].payee, profile=privacy, people=people, length=_NAME_LENGTH)
    if not says_something(vendor):
        return None
    shown = (outgoing(text, profile=privacy, people=people) for text in _different(said))
    direction = "in" if lines[0].amount > 0 else "out"
    return OpenQuestion(
        payee_id=lines[0].payee_id,
        payee_key=payee_key(lines[0].payee),
        direction=direction,
        question=Question(
            vendor=vendor,
            direction=direction,
            currency=lines[0].currency,
            count=len(lines),
            sizes=bands([one.amount for one in lines]),
            texts=tuple(dict.fromkeys(text for text in shown if text))[:_MOST_TEXTS],
            accounts=chart,
        ),
        line_ids=tuple(one.line_id for one in lines),
    )


def _different(texts: Sequence[str]) -> list[str]:
    """Return texts of which no two differ in their digits only, some more than are shown."""
    alike = dict(zip(digits_alike(texts), texts, strict=True))
    return list(alike.values())[: 4 * _MOST_TEXTS]


def known_answers(
    *,
    book: Book,
    asked: Sequence[OpenQuestion],
    model: str,
    host: str,
    prompt_version: str,
    privacy: str,
    tools: Collection[str],
    now: datetime,
) -> dict[tuple[str, str], AgentConversation]:
    """Return by payee's key and direction the latest conversation that answers the same question again; one query.

    The questions are of one chart. That a model gave no usable answer is an answer for a day, so that no payee is paid
    for with every import. That it knew none is an answer while it may look up with nothing more: ``tools`` are those
    that are allowed now.
    """
    if not asked:
        return {}
    unusable = Q(
        outcome__in=(OutcomeWords.WRONG, OutcomeWords.ENDLESS, OutcomeWords.TRUNCATED),
        started_at__gt=now - _ASKED_AGAIN_AFTER,
    )
    settled = Q(outcome=OutcomeWords.PROPOSED) | (
        (Q(outcome=OutcomeWords.UNSURE) | unusable) & Q(tools__contains=sorted(tools))
    )
    found = (
        AgentConversation.objects.filter(
            settled,
            book=book,
            payee_key__in={one.payee_key for one in asked},
            chart_sha256=chart_sha256(asked[0].question.accounts),
            model=model,
            host=host,
            prompt_version=prompt_version,
            privacy=privacy,
        )
        .select_related("account")
        .defer("question")
        .order_by("payee_key", "direction", "-pk")
        .distinct("payee_key", "direction")
    )
    return {(one.payee_key, one.direction): one for one in found}


def proposals_confidence(*, book: Book) -> Decimal:
    """Return how sure a proposal is: what people made of the last 50, by Laplace's rule of succession.

    What a model says of itself counts for nothing. Without a record it is one half.
    """
    decided = AgentProposal.objects.filter(
        book=book,
        line__classification__decided_by__isnull=False,
        line__classification__state__in=("accepted", "posted"),
    )
    pairs = list(
        decided.order_by("-proposed_at").values_list("account_id", "line__classification__account_id")[
            :_RECORD
        ]
    )
    agreeing = sum(proposed == booked for proposed, booked in pairs)
    share = (Decimal(agreeing + 1) / Decimal(len(pairs) + 2)).quantize(Decimal("0.001"))
    return min(share, MOST_UNSURE)


def conversation_about(*, book: Book, line_id: int) -> AgentConversation | None:
    """Return what the agent said about the line: what it proposed, else the last that was said of its payee.

    ``cost`` and ``cost_currency`` of what is returned are what its requests cost, ``None`` where no price is known
    or they were charged in several currencies.
    """
    charged = (
        AgentTurn.objects.filter(conversation=OuterRef("pk"), cost__isnull=False)
        .order_by()
        .values("conversation")
        .annotate(currencies=Count("currency", distinct=True), sum=Sum("cost"), only=Max("currency"))
        .filter(currencies=1)
    )
    said = AgentConversation.objects.filter(book=book).annotate(
        cost=Subquery(charged.values("sum")),
        cost_currency=Subquery(charged.values("only")),
    )
    proposed = (
        said.filter(proposals__line_id=line_id)
        .select_related("account", "payee", "asked_by")
        .defer("question")
        .order_by("-pk")
        .first()
    )
    if proposed is not None:
        return proposed
    made = (
        Classification.objects.filter(book=book, line_id=line_id, payee__isnull=False)
        .values_list("payee_id", "line__amount")
        .first()
    )
    if made is None:
        return None
    payee_id, amount = made
    return (
        said.filter(payee_id=payee_id, direction="in" if amount > 0 else "out")
        .select_related("account", "payee", "asked_by")
        .defer("question")
        .order_by("-pk")
        .first()
    )
