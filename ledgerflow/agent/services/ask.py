"""Ask about every payee whose lines nothing suggests: from the cache, else the endpoint, within the budget."""

import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils import timezone

from ledgerflow.agent import reaching
from ledgerflow.agent.errors import AgentOffError
from ledgerflow.agent.models import AgentConversation, AgentSettings, OutcomeWords
from ledgerflow.agent.place import Place, place_from_settings
from ledgerflow.agent.prompt import PROMPT_VERSION
from ledgerflow.agent.selectors import (
    OpenQuestion,
    chart_sha256,
    known_answers,
    open_questions,
    proposals_confidence,
    settings_of,
    used_on,
)
from ledgerflow.agent.services.conversing import Conversing
from ledgerflow.agent.services.record import Suggestion, finish, suggest
from ledgerflow.agent.services.ways import Ways, guarded_ways
from ledgerflow.agent.values import Outcome, Verdict
from ledgerflow.books.models import Book
from ledgerflow.classification.models import Stage
from ledgerflow.classification.selectors import count_unsuggested
from ledgerflow.classification.stages import stages_off
from ledgerflow.core.jobs import enqueue
from ledgerflow.users.models import User

logger = logging.getLogger(__name__)

ASK_JOB = "agent.ask_about"
#: Payees that one run asks about; another job goes on.
MOST_QUESTIONS = 200
#: So many failures of the endpoint one after the other end a run.
_MOST_FAILURES = 3
_FAILURES = {Outcome.TIME, Outcome.UNAVAILABLE, Outcome.MALFORMED, Outcome.EMPTY, Outcome.BROKEN}
#: These end a run at once: the next question would meet the same.
_ENDS = {Outcome.LIMITED, Outcome.REFUSED, Outcome.BUDGET}
#: A run that the endpoint asked to wait goes on by itself, so often.
_MOST_WAITS = 3

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run did: payees asked, answered from the cache, lines with a new suggestion, and why it ended early.

    ``goes_on`` where nothing stands against asking about the others at once.
    """

    asked: int
    cached: int
    suggested: int
    stopped: str = ""
    wait: int | None = None
    goes_on: bool = False


def wake(*, book: Book, user: User | None, by_import: bool = False) -> bool:
    """Enqueue a run in the current transaction; after an import only where the book allows that. Return whether.

    Raises:
        AgentOffError: a person asks, and the book does not allow the agent or no endpoint is set.
    """
    allowed = settings_of(book=book)
    if by_import:
        if not allowed.is_enabled or not allowed.asks_after_imports or place_from_settings() is None:
            return False
        if _is_stage_off(allowed):
            return False
        if not count_unsuggested(book=book):
            return False
    else:
        _place_allowed(allowed)
    enqueue(
        ASK_JOB,
        lock=f"agent:{book.pk}",
        once=f"agent:{book.pk}",
        book_id=book.pk,
        user_id=user.pk if user else None,
        waited=0,
    )
    return True


def go_on(*, book: Book, user_id: int | None, waited: int) -> None:
    """Enqueue the next part of a run that asked about as many payees as one job does."""
    enqueue(
        ASK_JOB,
        lock=f"agent:{book.pk}",
        once=f"agent:{book.pk}",
        book_id=book.pk,
        user_id=user_id,
        waited=waited,
    )


def wait_and_wake(*, book: Book, user_id: int | None, seconds: int, waited: int) -> bool:
    """Enqueue the rest of a run that the endpoint asked to wait, a few times at most; return whether."""
    if waited >= _MOST_WAITS:
        return False
    enqueue(
        ASK_JOB,
        lock=f"agent:{book.pk}",
        once=f"agent later:{book.pk}",  # whoever asks meanwhile does not wait for it
        in_seconds=seconds,
        book_id=book.pk,
        user_id=user_id,
        waited=waited + 1,
    )
    return True


def end_broken(*, book: Book, now: datetime) -> int:
    """Give conversations that a killed worker left their outcome; return how many."""
    return AgentConversation.objects.filter(book=book, outcome=OutcomeWords.RUNNING).update(
        outcome=OutcomeWords.BROKEN, sentence="The worker ended before the answer came.", finished_at=now
    )


def ask_about(
    *,
    book: Book,
    user: User | None,
    ways: Ways | None = None,
    clock: Clock = timezone.now,
    pause: Callable[[float], None] = time.sleep,
) -> Asked:
    """Ask about each payee with open lines that nothing suggests, and suggest what comes of it.

    Nothing is locked while the endpoint thinks. Whatever goes wrong with one payee is that conversation's outcome, and
    the next is asked; an endpoint that is away, busy or refuses ends the run, and so does the budget. Why the last run
    ended early is kept for the page of the agent.

    Raises:
        AgentOffError: the book does not allow the agent, no endpoint is set, or the extra is missing.
    """
    _place_allowed(settings_of(book=book))
    reaching.require_extra()
    end_broken(book=book, now=clock())
    asked = _Run(book, user, ways or guarded_ways(), clock, pause).asked()
    if asked.stopped:
        logger.info("The agent stopped for %s: %s", book.slug, asked.stopped)
    stopped_at = clock() if asked.stopped else None
    AgentSettings.objects.filter(book=book).update(stopped=asked.stopped[:500], stopped_at=stopped_at)
    return asked


def _place_allowed(allowed: AgentSettings) -> Place:
    if _is_stage_off(allowed):
        raise AgentOffError(
            "The agent is switched off as a stage of this book; an owner can switch it on: Rules, What suggests."
        )
    if not allowed.is_enabled:
        raise AgentOffError("The book does not allow the agent; an owner can, in its settings.")
    place = place_from_settings()
    if place is None:
        raise AgentOffError(
            "No endpoint is set. Set LEDGERFLOW_AGENT_URL and LEDGERFLOW_AGENT_MODEL and start LedgerFlow anew."
        )
    return place


def _is_stage_off(allowed: AgentSettings) -> bool:
    return Stage.AGENT in stages_off(book=allowed.book)


class _Run:
    def __init__(
        self, book: Book, user: User | None, ways: Ways, clock: Clock, pause: Callable[[float], None]
    ) -> None:
        self._book, self._user, self._ways = book, user, ways
        self._clock, self._pause = clock, pause
        self._asked = self._cached = self._suggested = 0
        self._failures = 0

    def asked(self) -> Asked:
        allowed = settings_of(book=self._book)
        privacy = allowed.privacy
        place = place_from_settings()
        questions = open_questions(book=self._book, privacy=privacy)
        if place is None:
            return self._done("No endpoint is set any more.")
        known = self._known(questions, place, allowed)
        self._again(known, questions)
        told = set()
        for question in questions:
            key = (question.payee_key, question.direction)
            if key in known:
                continue
            if key in told and (answers := self._known([question], place, allowed)):
                self._again(answers, [question])  # it was asked about a moment ago, for another currency
                continue
            told.add(key)
            # Asked for anew each time: who switches the agent off means now.
            allowed = settings_of(book=self._book)
            if not allowed.is_enabled:
                return self._done("The book does not allow the agent any more.")
            if allowed.privacy != privacy:
                return self._done("The privacy profile was changed meanwhile; ask again.")
            stopped = self._spent(allowed) or self._ask(question, place, allowed)
            if stopped is not None:
                return stopped
        return self._done()

    def _done(self, stopped: str = "", wait: int | None = None, *, goes_on: bool = False) -> Asked:
        return Asked(self._asked, self._cached, self._suggested, stopped, wait, goes_on)

    def _known(
        self, questions: Sequence[OpenQuestion], place: Place, allowed: AgentSettings
    ) -> Mapping[tuple[str, str], AgentConversation]:
        return known_answers(
            book=self._book,
            asked=questions,
            model=place.model,
            host=place.host,
            prompt_version=PROMPT_VERSION,
            privacy=allowed.privacy,
            tools=allowed.tools,
            now=self._clock(),
        )

    def _again(
        self, known: Mapping[tuple[str, str], AgentConversation], questions: Sequence[OpenQuestion]
    ) -> None:
        """Suggest what was answered before, all at once."""
        suggestions = []
        for question in questions:
            said = known.get((question.payee_key, question.direction))
            if said is None:
                continue
            self._cached += 1
            if said.account is not None and said.answer is not None and not said.account.is_archived:
                reason = _reason(said.model, said.answer["reason"])
                suggestions.append(Suggestion(said, said.account, reason, question.line_ids))
        if suggestions:
            self._suggested += suggest(
                book=self._book,
                suggestions=suggestions,
                confidence=proposals_confidence(book=self._book),
                now=self._clock(),
            )

    def _spent(self, allowed: AgentSettings) -> Asked | None:
        used = used_on(
            book=self._book, day=timezone.localdate(self._clock()), currency=allowed.money_currency
        )
        if used.calls >= allowed.calls_a_day or used.tokens >= allowed.tokens_a_day:
            return self._done("The budget of the day is used up.")
        if self._asked >= MOST_QUESTIONS:
            return self._done(f"{MOST_QUESTIONS} payees were asked about; the others follow.", goes_on=True)
        return None

    def _ask(self, question: OpenQuestion, place: Place, allowed: AgentSettings) -> Asked | None:
        """Ask about one payee; return what the run did where it ends with that."""
        self._asked += 1
        conversation = AgentConversation.objects.create(
            book=self._book,
            payee_id=question.payee_id,
            payee_key=question.payee_key,
            direction=question.direction,
            chart_sha256=chart_sha256(question.question.accounts),
            model=place.model,
            host=place.host,
            prompt_version=PROMPT_VERSION,
            privacy=allowed.privacy,
            boundary=secrets.token_hex(8),
            question=asdict(question.question),
            tools=list(allowed.tools),
            asked_by=self._user,
            started_at=self._clock(),
        )
        conversing = Conversing(
            conversation,
            question.question,
            place,
            ways=self._ways,
            clock=self._clock,
            pause=self._pause,
        )
        verdict = conversing.verdict()
        self._suggested += finish(
            conversation=conversation,
            verdict=verdict,
            line_ids=question.line_ids,
            reason=_reason(place.model, verdict.answer.reason) if verdict.answer else "",
            confidence=proposals_confidence(book=self._book),
            now=self._clock(),
        )
        self._failures = self._failures + 1 if verdict.outcome in _FAILURES else 0
        return self._stopped(verdict, conversing.wait)

    def _stopped(self, verdict: Verdict, wait: int | None) -> Asked | None:
        if verdict.outcome in _ENDS or self._failures >= _MOST_FAILURES:
            return self._done(verdict.sentence, wait)
        return None


def _reason(model: str, reason: str) -> str:
    """Return the reason as the line shows it; whose it is stands first."""
    return f"The agent ({model}) says: {reason or 'no reason given'}"
