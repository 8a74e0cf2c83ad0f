"""One conversation about one payee, from the question to a verdict. Pure: who asks and who looks up is handed in.

The same loop runs against an endpoint and against a record, so that a recorded conversation comes to the same verdict.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ledgerflow.agent.answers import ANSWER, answer_offer, read_answer
from ledgerflow.agent.errors import AgentOffError, BudgetSpentError, EndpointError, WrongAnswerError
from ledgerflow.agent.offers import OfferedTool
from ledgerflow.agent.prompt import first_messages, refusal_message, reminder, tool_message
from ledgerflow.agent.values import Call, Message, Offer, Outcome, Question, Reply, Speaker, Verdict

#: A conversation is over after so many requests, whatever the model wants.
MOST_REQUESTS = 4
MOST_TOOL_CALLS = 3
#: Calls of one reply that are looked at.
_MOST_CALLS_AT_ONCE = 5

Ask = Callable[[Sequence[Message], Sequence[Offer]], Reply]
#: Calls the tool and returns its answer as text; what is not allowed raises ``LookUpRefusedError``.
Use = Callable[[OfferedTool, Call], str]
Refuse = Callable[[Call, str], None]


class LookUpRefusedError(Exception):
    """A tool was not called, or failed; the sentence is what the model is told.

    ``is_recorded`` where whoever raises it has written it down already.
    """

    def __init__(self, sentence: str, *, is_recorded: bool = False) -> None:
        super().__init__(sentence)
        self.is_recorded = is_recorded


class _Talk:
    def __init__(
        self,
        question: Question,
        *,
        boundary: str,
        tools: Sequence[OfferedTool],
        ask: Ask,
        use: Use,
        refuse: Refuse,
    ) -> None:
        self._question, self._boundary = question, boundary
        self._tools = {one.offer.name: one for one in tools}
        self._ask, self._use, self._refuse = ask, use, refuse
        self._messages = list(first_messages(question, boundary=boundary))
        self._calls = 0
        self._complaint = ""

    def verdict(self) -> Verdict:
        for request in range(1, MOST_REQUESTS + 1):
            reply = self._ask(tuple(self._messages), self._offers(is_last=request == MOST_REQUESTS))
            if reply.finish == "length":
                return Verdict(
                    Outcome.TRUNCATED,
                    "The model's reply was cut off by its limit of tokens; nothing was taken from it.",
                )
            decided = self._judged(reply)
            if decided is not None:
                return decided
        return Verdict(Outcome.ENDLESS, f"The model gave no answer within {MOST_REQUESTS} requests.")

    def _offers(self, *, is_last: bool) -> tuple[Offer, ...]:
        looking = () if is_last or self._calls >= MOST_TOOL_CALLS else tuple(self._tools.values())
        return (answer_offer(self._question), *(one.offer for one in looking))

    def _judged(self, reply: Reply) -> Verdict | None:
        """Return the verdict where the reply is an answer; else make the next messages."""
        written = next((one.arguments for one in reply.calls if one.name == ANSWER), None)
        if written is None and reply.calls:
            self._look_up(reply)
            return None
        try:
            answer = read_answer(_bare(reply.text) if written is None else written, self._question)
        except WrongAnswerError as error:
            if self._complaint:
                return Verdict(Outcome.WRONG, f"The model answered outside the schema twice. {error}")
            self._complaint = str(error)
            # What it wrote is not sent again: a reminder does, and a wrong answer cannot plant anything.
            self._messages.append(reminder(self._complaint))
            return None
        if answer is None:
            return Verdict(Outcome.UNSURE, "The model is not sure, and says so.")
        return Verdict(Outcome.PROPOSED, answer=answer)

    def _look_up(self, reply: Reply) -> None:
        # Ids and names are ours, and of what the model wrote as arguments nothing is sent back.
        asked = reply.calls[:_MOST_CALLS_AT_ONCE]
        calls = [replace(one, id=f"call-{len(self._messages)}-{at}") for at, one in enumerate(asked, start=1)]
        shown = tuple(Call(id=one.id, name=self._shown(one.name), arguments="{}") for one in calls)
        self._messages.append(Message(Speaker.MODEL, calls=shown))
        self._messages += [self._looked_up(one) for one in calls]

    def _shown(self, name: str) -> str:
        return name if name in self._tools else "unknown"

    def _allowed(self, call: Call) -> OfferedTool:
        tool = self._tools.get(call.name)
        if tool is None:
            raise LookUpRefusedError("There is no such function here.")
        if self._calls >= MOST_TOOL_CALLS:
            raise LookUpRefusedError("No more functions can be called; answer now.")
        self._calls += 1
        return tool

    def _looked_up(self, call: Call) -> Message:
        try:
            text = self._use(self._allowed(call), call)
        except LookUpRefusedError as refusal:
            if not refusal.is_recorded:
                self._refuse(call, str(refusal))
            return refusal_message(call_id=call.id, name=self._shown(call.name), sentence=str(refusal))
        return tool_message(call_id=call.id, name=call.name, text=text, boundary=self._boundary)


def talk(
    question: Question, *, boundary: str, tools: Sequence[OfferedTool], ask: Ask, use: Use, refuse: Refuse
) -> Verdict:
    """Return what the conversation comes to. ``boundary`` is random text that only this conversation fences with.

    That the endpoint gave no usable reply, or that no more may be asked, is a verdict too.
    """
    try:
        return _Talk(question, boundary=boundary, tools=tools, ask=ask, use=use, refuse=refuse).verdict()
    except EndpointError as error:
        return Verdict(Outcome(error.outcome), str(error))
    except BudgetSpentError as error:
        return Verdict(Outcome.BUDGET, str(error))
    except AgentOffError as error:
        return Verdict(Outcome.BROKEN, str(error))


def _bare(text: str) -> str:
    """Return the JSON in a text answer: small models put it between three backticks."""
    bare = text.strip()
    if bare.startswith("```"):
        bare = bare.strip("`").removeprefix("json").strip()
    return bare
