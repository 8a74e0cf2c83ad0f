"""One conversation with its record: each request, and each call of a tool, is written down before it is made.

So is asked, each time, whether the book still allows it.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from ledgerflow.agent import reaching
from ledgerflow.agent.errors import EndpointError
from ledgerflow.agent.models import AgentConversation, AgentTurn
from ledgerflow.agent.offers import OfferedTool, offered
from ledgerflow.agent.place import Place
from ledgerflow.agent.services.looking import arguments_for, readable, shown_arguments, state_of
from ledgerflow.agent.services.record import (
    answered,
    begin_look_up,
    end_look_up,
    failed,
    refuse_look_up,
    reserve,
)
from ledgerflow.agent.services.ways import ToolUnavailableError, Ways, Wish
from ledgerflow.agent.talk import LookUpRefusedError, talk
from ledgerflow.agent.values import Call, Message, Offer, Outcome, Question, Reply, Verdict
from ledgerflow.core.database_errors import is_away

logger = logging.getLogger(__name__)

#: What a model is told of a look-up that failed.
LOOK_UP_FAILED = "This look-up gave nothing; answer without it, or with null."
#: A pause that the endpoint asks for is waited out once a conversation, if it is no longer, in seconds.
_SHORT_WAIT = 20


def _unexpected(error: Exception) -> str:
    return f"Something unexpected went wrong ({type(error).__name__}); the error log says what."


class Conversing:
    """A conversation that asks an endpoint; ``wait`` are seconds that the endpoint asked to stay away."""

    def __init__(
        self,
        conversation: AgentConversation,
        question: Question,
        place: Place,
        *,
        ways: Ways,
        clock: Callable[[], datetime],
        pause: Callable[[float], None],
    ) -> None:
        self._conversation, self._question, self._place = conversation, question, place
        self._ways, self._clock, self._pause = ways, clock, pause
        self._transport = ways.transport(
            place, conversation.book, conversation.asked_by, conversation.privacy
        )
        self._no = 0
        self._told = 0
        self._has_waited = False
        self.wait: int | None = None

    def verdict(self) -> Verdict:
        """Return what the conversation comes to; nothing that goes wrong on the way is raised, but a lost database."""
        try:
            return self._talked()
        except Exception as error:  # a fault of ours is this conversation's, not the run's
            if is_away(error):
                raise
            logger.exception("Unable to go on with conversation %s", self._conversation.pk)
            return Verdict(Outcome.BROKEN, _unexpected(error))
        finally:
            self._transport.close()

    def _talked(self) -> Verdict:
        return talk(
            self._question,
            boundary=self._conversation.boundary,
            tools=offered(self._conversation.tools),
            ask=self._ask,
            use=self._use,
            refuse=self._refuse,
        )

    def _next(self) -> int:
        self._no += 1
        return self._no

    def _ask(self, messages: Sequence[Message], offers: Sequence[Offer]) -> Reply:
        try:
            return self._sent(messages, offers)
        except EndpointError as error:
            if error.wait is None or error.wait > _SHORT_WAIT or self._has_waited:
                self.wait = error.wait
                raise
            self._has_waited = True
            self._pause(error.wait)
            return self._sent(messages, offers)

    def _sent(self, messages: Sequence[Message], offers: Sequence[Offer]) -> Reply:
        reserved = reserve(
            conversation=self._conversation,
            no=self._next(),
            place=self._place,
            messages=messages,
            new=len(messages) - self._told,
            offers=offers,
            now=self._clock(),
        )
        self._told = len(messages)
        try:
            reply = reaching.ask(self._place, self._transport, messages, offers)
        except EndpointError as error:
            failed(reserved=reserved, sentence=str(error), status=error.status, now=self._clock())
            raise
        except Exception as error:
            failed(reserved=reserved, sentence=_unexpected(error), status=None, now=self._clock())
            raise
        answered(reserved=reserved, reply=reply, now=self._clock())
        return reply

    def _use(self, tool: OfferedTool, call: Call) -> str:
        arguments = dict(arguments_for(tool, self._question, call))
        started_at = self._clock()
        turn = begin_look_up(
            conversation=self._conversation, no=self._next(), tool=tool.path, sent=arguments, now=started_at
        )
        wish = Wish(
            path=tool.path,
            arguments=arguments,
            book=self._conversation.book,
            user=self._conversation.asked_by,
            subject=f"payee {self._question.vendor}",
            now=started_at,
        )
        try:
            answer = self._ways.call(wish)
        except ToolUnavailableError as error:
            self._end(turn, state_of(error), sentence=str(error), run_id=error.run_id)
            raise LookUpRefusedError(LOOK_UP_FAILED, is_recorded=True) from error
        except Exception as error:
            self._end(turn, AgentTurn.State.FAILED, sentence=_unexpected(error))
            raise
        text = readable(answer.result)
        self._end(turn, AgentTurn.State.ANSWERED, received=text, run_id=answer.run_id)
        return text

    def _end(
        self,
        turn: AgentTurn,
        state: AgentTurn.State,
        *,
        received: object = None,
        sentence: str = "",
        run_id: int | None = None,
    ) -> None:
        end_look_up(
            turn=turn, state=state, received=received, sentence=sentence, run_id=run_id, now=self._clock()
        )

    def _refuse(self, call: Call, sentence: str) -> None:
        """Keep a call that was not made."""
        refuse_look_up(
            conversation=self._conversation,
            no=self._next(),
            sent=shown_arguments(call),
            sentence=sentence,
            now=self._clock(),
        )
