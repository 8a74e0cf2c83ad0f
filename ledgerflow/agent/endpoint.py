"""Speaks to an OpenAI-compatible endpoint through pydantic-ai. The only importer of it.

pydantic-ai thinks in an event loop, in a thread of its own; what it wants sent, the thread that asks sends, through its
own guards and with its own database connection. Nothing streams, nothing is tried twice, and nothing but this one
request is sent.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

import httpx
import httpx2
from openai import AsyncOpenAI
from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import AgentRunError, ModelHTTPError, UserError
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIChatModelSettings
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.tools import ToolDefinition

from ledgerflow.agent.errors import EndpointError
from ledgerflow.agent.place import Place
from ledgerflow.agent.sending import Sent, send
from ledgerflow.agent.values import MOST_TOKENS_OUT, Call, Message, Offer, Outcome, Reply, Speaker

_LONGEST_TEXT = 50_000
_MOST_CALLS = 20
#: Some gateways want a key even where none is needed.
_NO_KEY = "unused"
_SHORTEST_WAIT, _LONGEST_WAIT = 1, 3_600
_MANY_REQUESTS, _NOT_FOUND, _SERVER = 429, 404, 500
_KEYS_REFUSED = (401, 403)

_Asked = tuple[httpx2.Request, bytes, Future[Sent]]


class _Door(httpx2.AsyncBaseTransport):
    """Hands each request to the thread that asks, and waits for what it got."""

    def __init__(self, outbox: SimpleQueue[_Asked | None]) -> None:
        self._outbox = outbox
        self.sent: Sent | None = None
        self.failure: BaseException | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the endpoint's whole response."""
        waiting: Future[Sent] = Future()
        self._outbox.put((request, await request.aread(), waiting))
        try:
            self.sent = await asyncio.wrap_future(waiting)
        except BaseException as error:
            self.failure = error
            raise httpx2.ConnectError("not sent", request=request) from error
        return httpx2.Response(
            self.sent.status, headers=list(self.sent.headers), content=self.sent.content, request=request
        )


def ask(
    place: Place, transport: httpx.BaseTransport, messages: Sequence[Message], offers: Sequence[Offer]
) -> Reply:
    """Send one request and return the reply.

    Raises:
        EndpointError: there is no usable reply; its outcome says why.
    """
    outbox: SimpleQueue[_Asked | None] = SimpleQueue()
    door = _Door(outbox)
    with ThreadPoolExecutor(1, thread_name_prefix="agent") as thinker:
        thought = thinker.submit(_think, place, door, messages, offers)
        thought.add_done_callback(lambda _: outbox.put(None))
        while (asked := outbox.get()) is not None:
            _fulfil(place, transport, asked)
        return _reply(place, thought, door)


def _fulfil(place: Place, transport: httpx.BaseTransport, asked: _Asked) -> None:
    request, content, sent = asked
    try:
        sent.set_result(
            send(
                transport,
                method=request.method,
                url=str(request.url),
                headers={**request.headers, "accept-encoding": "gzip"},  # the guards unpack nothing else
                content=content,
                seconds=place.seconds,
            )
        )
    except BaseException as error:  # noqa: BLE001 - the loop waits for an answer, whatever happened
        sent.set_exception(error)


def _reply(place: Place, thought: Future[ModelResponse], door: _Door) -> Reply:
    try:
        return _read(thought.result())
    except ModelHTTPError as error:
        raise _refused(place, error.status_code, dict(error.headers or {})) from error
    except (
        AgentRunError,
        UserError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        RuntimeError,
    ) as error:
        if door.failure is not None:
            raise door.failure from error
        raise _unusable(door) from error


def _think(place: Place, door: _Door, messages: Sequence[Message], offers: Sequence[Offer]) -> ModelResponse:
    return asyncio.run(_request(place, door, messages, offers))


async def _request(
    place: Place, door: _Door, messages: Sequence[Message], offers: Sequence[Offer]
) -> ModelResponse:
    async with httpx2.AsyncClient(
        transport=door, trust_env=False, follow_redirects=False, timeout=None
    ) as client:
        speaks = AsyncOpenAI(
            base_url=place.url, api_key=place.key or _NO_KEY, http_client=client, max_retries=0
        )
        # Only OpenAI itself wants the new name of the limit; servers that people run know the old one.
        profile = OpenAIModelProfile(
            openai_chat_supports_max_completion_tokens=place.host.endswith("openai.com"),
            openai_supports_strict_tool_definition=False,
        )
        model = OpenAIChatModel(place.model, provider=OpenAIProvider(openai_client=speaks), profile=profile)
        return await model_request(
            model,
            _told(messages),
            model_settings=OpenAIChatModelSettings(max_tokens=MOST_TOKENS_OUT, temperature=0),
            model_request_parameters=ModelRequestParameters(
                function_tools=[
                    ToolDefinition(
                        name=one.name, description=one.description, parameters_json_schema=dict(one.schema)
                    )
                    for one in offers
                ],
                allow_text_output=True,
            ),
        )


def _told(messages: Sequence[Message]) -> list[ModelMessage]:
    """Return the messages as pydantic-ai takes them: what follows each other from our side is one request."""
    told: list[ModelMessage] = []
    parts: list[ModelRequestPart] = []
    for message in messages:
        if message.speaker != Speaker.MODEL:
            parts.append(_part(message))
            continue
        told += [
            ModelRequest(parts=parts),
            ModelResponse(
                parts=[ToolCallPart(one.name, one.arguments, tool_call_id=one.id) for one in message.calls]
            ),
        ]
        parts = []
    return [*told, ModelRequest(parts=parts)]


def _part(message: Message) -> ModelRequestPart:
    makes: dict[Speaker, Callable[[], ModelRequestPart]] = {
        Speaker.SYSTEM: lambda: SystemPromptPart(message.text),
        Speaker.USER: lambda: UserPromptPart(message.text),
        Speaker.TOOL: lambda: ToolReturnPart(
            tool_name=message.name, content=message.text, tool_call_id=message.call_id
        ),
    }
    return makes[message.speaker]()


def _read(response: ModelResponse) -> Reply:
    return Reply(
        text=_kept("".join(part.content for part in response.parts if isinstance(part, TextPart))),
        calls=tuple(
            Call(
                id=_kept(part.tool_call_id),
                name=_kept(part.tool_name),
                arguments=_kept(_written(part)),
            )
            for part in response.parts
            if isinstance(part, ToolCallPart)
        )[:_MOST_CALLS],
        finish=str(response.finish_reason or ""),
        tokens_in=response.usage.input_tokens or None,
        tokens_out=response.usage.output_tokens or None,
    )


def _written(part: ToolCallPart) -> str:
    """Return the arguments as the model wrote them, also where that is no JSON."""
    return part.args if isinstance(part.args, str) else part.args_as_json_str()


def _kept(text: str) -> str:
    """Return the text as PostgreSQL can keep it, up to a length that no answer has."""
    return text[:_LONGEST_TEXT].replace("\0", "").encode(errors="replace").decode()


def _refused(place: Place, status: int, headers: dict[str, str]) -> EndpointError:
    if status == _MANY_REQUESTS:
        wait = _wait(headers.get("retry-after", ""))
        told = f"It asks to wait {wait} seconds." if wait else "It does not say for how long."
        return EndpointError(
            f"The endpoint takes no more requests now (HTTP 429). {told}",
            outcome=Outcome.LIMITED, status=status, wait=wait,
        )  # fmt: skip
    if status >= _SERVER:
        return EndpointError(
            f"The endpoint failed (HTTP {status}); its own log says why.",
            outcome=Outcome.UNAVAILABLE,
            status=status,
        )
    if status in _KEYS_REFUSED:
        sentence = f"The endpoint refuses the key (HTTP {status}); check LEDGERFLOW_AGENT_KEY."
    elif status == _NOT_FOUND:
        sentence = (
            f"The endpoint knows no model {place.model}, or nothing is at this address (HTTP 404); check "
            "LEDGERFLOW_AGENT_MODEL and LEDGERFLOW_AGENT_URL, which usually ends in /v1."
        )
    else:
        sentence = f"The endpoint refuses the request (HTTP {status}); its own log says why."
    return EndpointError(sentence, outcome=Outcome.REFUSED, status=status)


def _unusable(door: _Door) -> EndpointError:
    """Tell what is wrong with a reply that came but says nothing."""
    sent = door.sent
    if sent is None:
        return EndpointError("The request could not be made; the log says why.", outcome=Outcome.BROKEN)
    if not 200 <= sent.status < 300:
        return EndpointError(
            f"The endpoint answered HTTP {sent.status} and no reply; redirects are not followed.",
            outcome=Outcome.REFUSED, status=sent.status,
        )  # fmt: skip
    try:
        body: Any = json.loads(sent.content)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict) and not body.get("choices"):
        return EndpointError(
            "The endpoint's reply holds no choice.", outcome=Outcome.EMPTY, status=sent.status
        )
    return EndpointError(
        "The endpoint's reply is no chat completion.", outcome=Outcome.MALFORMED, status=sent.status
    )


def _wait(retry_after: str) -> int | None:
    """Return the seconds that the endpoint asks to wait; a date is taken as nothing said."""
    if not retry_after.isascii() or not retry_after.isdigit():
        return None
    return min(max(int(retry_after[:9]), _SHORTEST_WAIT), _LONGEST_WAIT)
