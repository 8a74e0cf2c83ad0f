"""Everything that is said is written down: before it is sent, with the most it can cost, and when it is answered.

Each function commits by itself where no transaction is open, so that nothing is held while the endpoint thinks.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from ledgerflow.agent.errors import AgentOffError, BudgetSpentError
from ledgerflow.agent.models import AgentConversation, AgentProposal, AgentSettings, AgentTurn, OutcomeWords
from ledgerflow.agent.place import Place
from ledgerflow.agent.selectors import used_on
from ledgerflow.agent.talk import LookUpRefusedError
from ledgerflow.agent.values import MOST_TOKENS_OUT, Message, Offer, Outcome, Reply, Verdict
from ledgerflow.books.models import Book
from ledgerflow.classification.services import ProposedAccount, propose
from ledgerflow.ledger.models import Account

#: Fewer characters than a token has in any text of banks: what is reserved is rather too much.
_CHARACTERS_A_TOKEN = 2
_SENTENCE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Reserved:
    """A request that may be sent, on record and counted with the most that it can cost."""

    turn: AgentTurn
    place: Place


@transaction.atomic
def reserve(
    *,
    conversation: AgentConversation,
    no: int,
    place: Place,
    messages: Sequence[Message],
    new: int,
    offers: Sequence[Offer],
    now: datetime,
) -> Reserved:
    """Write down a request of which the last ``new`` messages were not sent before, if the day's budget allows it.

    Raises:
        AgentOffError: the book does not allow the agent (any more).
        BudgetSpentError: the request could go beyond what the book allows a day.
    """
    tokens_in = _tokens(messages, offers)
    cost = place.price.of(tokens_in=tokens_in, tokens_out=MOST_TOKENS_OUT) if place.price else None
    day = timezone.localdate(now)
    allowed = _allowed(conversation)  # PostgreSQL counts again when the row is written
    used = used_on(book=conversation.book, day=day, currency=allowed.money_currency)
    if used.calls + 1 > allowed.calls_a_day:
        raise BudgetSpentError(
            f"The book allows {allowed.calls_a_day:,} requests a day, and they are used up."
        )
    if used.tokens + tokens_in + MOST_TOKENS_OUT > allowed.tokens_a_day:
        raise BudgetSpentError(
            f"The book allows {allowed.tokens_a_day:,} tokens a day; {used.tokens:,} are used, and this request could "
            f"take {tokens_in + MOST_TOKENS_OUT:,}."
        )
    _check_money(allowed, place, used.money, cost)
    turn = AgentTurn.objects.create(
        book_id=conversation.book_id,
        conversation=conversation,
        no=no,
        kind=AgentTurn.Kind.REQUEST,
        state=AgentTurn.State.SENT,
        sent={
            "messages": [one.to_json() for one in messages[len(messages) - new :]],
            "offers": [one.name for one in offers],
        },
        day=day,
        started_at=now,
        tokens_in=tokens_in,
        tokens_out=MOST_TOKENS_OUT,
        cost=cost,
        currency=place.price.currency if place.price else "",
    )
    return Reserved(turn, place)


def _check_money(allowed: AgentSettings, place: Place, spent: Decimal, cost: Decimal | None) -> None:
    if allowed.money_a_day is None:
        return
    if cost is None or place.price is None or place.price.currency != allowed.money_currency:
        raise BudgetSpentError(
            f"The book limits money in {allowed.money_currency}, and LEDGERFLOW_AGENT_PRICE is not in it; an owner "
            "must set the limit anew."
        )
    if spent + cost > allowed.money_a_day:
        raise BudgetSpentError(
            f"The book allows {allowed.money_a_day.normalize():f} {allowed.money_currency} a day; "
            f"{spent.normalize():f} are spent, and this request could cost {cost.normalize():f}."
        )


def _tokens(messages: Sequence[Message], offers: Sequence[Offer]) -> int:
    told = sum(len(one.text) + sum(len(call.name) for call in one.calls) + 20 for one in messages)
    offered = sum(len(one.name) + len(one.description) + len(json.dumps(dict(one.schema))) for one in offers)
    return (told + offered) // _CHARACTERS_A_TOKEN + 1


@transaction.atomic
def answered(*, reserved: Reserved, reply: Reply, now: datetime) -> None:
    """Write down the reply; what the endpoint counted replaces what was reserved, where it counts."""
    turn, price = reserved.turn, reserved.place.price
    turn.state, turn.received = AgentTurn.State.ANSWERED, reply.to_json()
    turn.duration_ms = _milliseconds(turn, now)
    if reply.tokens_in is not None and reply.tokens_out is not None:
        turn.tokens_in, turn.tokens_out = reply.tokens_in, reply.tokens_out
        turn.cost = price.of(tokens_in=turn.tokens_in, tokens_out=turn.tokens_out) if price else None
    turn.save(update_fields=["state", "received", "duration_ms", "tokens_in", "tokens_out", "cost"])


@transaction.atomic
def failed(*, reserved: Reserved, sentence: str, status: int | None, now: datetime) -> None:
    """Write down that there was no usable reply. It counts as reserved: what the endpoint did with it is not known."""
    turn = reserved.turn
    turn.state, turn.sentence, turn.status = AgentTurn.State.FAILED, sentence[:_SENTENCE_LENGTH], status
    turn.duration_ms = _milliseconds(turn, now)
    turn.save(update_fields=["state", "sentence", "status", "duration_ms"])


@transaction.atomic
def begin_look_up(
    *, conversation: AgentConversation, no: int, tool: str, sent: object, now: datetime
) -> AgentTurn:
    """Write down a call of a tool that is about to be made.

    Raises:
        AgentOffError: the book does not allow the agent (any more).
        LookUpRefusedError: it does not allow the tool (any more).
    """
    if tool not in _allowed(conversation).tools:
        raise LookUpRefusedError("This function is not allowed any more.")
    return _look_up(conversation, no, AgentTurn.State.SENT, tool=tool, sent=sent, now=now)


@transaction.atomic
def end_look_up(
    *,
    turn: AgentTurn,
    state: AgentTurn.State,
    run_id: int | None,
    now: datetime,
    received: object = None,
    sentence: str = "",
) -> None:
    """Write down how a call of a tool ended, also where the book has switched the agent off meanwhile."""
    turn.state, turn.received, turn.sentence = state, received, sentence[:_SENTENCE_LENGTH]
    turn.tool_run_id, turn.duration_ms = run_id, _milliseconds(turn, now)
    turn.save(update_fields=["state", "received", "sentence", "tool_run", "duration_ms"])


@transaction.atomic
def refuse_look_up(
    *, conversation: AgentConversation, no: int, sent: object, sentence: str, now: datetime
) -> None:
    """Write down a call of a tool that is not made.

    Raises:
        AgentOffError: the book does not allow the agent (any more).
    """
    _allowed(conversation)
    _look_up(conversation, no, AgentTurn.State.REFUSED, sent=sent, sentence=sentence, duration_ms=0, now=now)


def _look_up(
    conversation: AgentConversation, no: int, state: AgentTurn.State, *, now: datetime, **facts: object
) -> AgentTurn:
    sentence = str(facts.pop("sentence", ""))[:_SENTENCE_LENGTH]
    return AgentTurn.objects.create(
        book_id=conversation.book_id,
        conversation=conversation,
        no=no,
        kind=AgentTurn.Kind.TOOL,
        state=state,
        sentence=sentence,
        day=timezone.localdate(now),
        started_at=now,
        **facts,
    )


def _allowed(conversation: AgentConversation) -> AgentSettings:
    """Return what the book allows, locked, so that two that ask at once count each other."""
    allowed = (
        AgentSettings.objects.select_for_update().filter(book=conversation.book_id, is_enabled=True).first()
    )
    if allowed is None:
        raise AgentOffError("The book does not allow the agent any more.")
    return allowed


def _milliseconds(turn: AgentTurn, now: datetime) -> int:
    return max(0, int((now - turn.started_at).total_seconds() * 1000))


@transaction.atomic
def finish(
    *,
    conversation: AgentConversation,
    verdict: Verdict,
    line_ids: Sequence[int],
    reason: str,
    confidence: Decimal,
    now: datetime,
) -> int:
    """Write down what the conversation came to, and suggest it; return for how many lines.

    A conversation that somebody else ended meanwhile stays as it is, and suggests nothing.
    """
    account = None
    if verdict.answer is not None:
        account = Account.objects.filter(
            book=conversation.book_id, code=verdict.answer.account, is_archived=False
        ).first()
        if account is None:
            verdict = Verdict(Outcome.WRONG, "The account that the model answered was archived meanwhile.")
    ended = AgentConversation.objects.filter(pk=conversation.pk, outcome=OutcomeWords.RUNNING).update(
        outcome=verdict.outcome.value,
        sentence=verdict.sentence[:_SENTENCE_LENGTH],
        answer=verdict.answer.to_json() if verdict.answer else None,
        account=account,
        finished_at=now,
    )
    if not ended or account is None:
        return 0
    return suggest(
        book=conversation.book,
        suggestions=[Suggestion(conversation, account, reason, line_ids)],
        confidence=confidence,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a conversation came to, for lines of its payee."""

    conversation: AgentConversation
    account: Account
    reason: str
    line_ids: Sequence[int]


@transaction.atomic
def suggest(*, book: Book, suggestions: Sequence[Suggestion], confidence: Decimal, now: datetime) -> int:
    """Suggest accounts for lines that still have no suggestion, and keep which conversation did; return how many."""
    of_line = {line_id: one for one in suggestions for line_id in one.line_ids}
    written = propose(
        book=book,
        proposals={
            line_id: ProposedAccount(account=one.account, reason=one.reason, confidence=confidence)
            for line_id, one in of_line.items()
        },
    )
    AgentProposal.objects.bulk_create(
        [
            AgentProposal(
                book=book,
                line_id=line_id,
                conversation=of_line[line_id].conversation,
                account=of_line[line_id].account,
                proposed_at=now,
            )
            for line_id in written
        ],
        # Suggested, taken back by an undo, and suggested again: the first time stands.
        ignore_conflicts=True,
    )
    return len(written)
