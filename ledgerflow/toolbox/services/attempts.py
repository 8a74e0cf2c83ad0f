"""One run of a tool in its child process: attempts, the clock over all of them, what the tool asks for meanwhile."""

import base64
import json
import math
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from ledgerflow.core.redaction import redacted
from ledgerflow.toolbox.addresses import LONGEST_URL
from ledgerflow.toolbox.hiding import value_without_secrets, without_secrets
from ledgerflow.toolbox.http import GuardedClient
from ledgerflow.toolbox.loader import package_of
from ledgerflow.toolbox.models import COST_PLACES, MOST_COST, Outcome
from ledgerflow.toolbox.sandbox import (
    ChildDiedError,
    GarbledAnswerError,
    Limits,
    OutOfMemoryError,
    OutOfTimeError,
    SandboxError,
)
from ledgerflow.toolbox.sandboxes import ToolSandboxes
from ledgerflow.toolbox.values import HttpRefusedError, HttpUnreachableError

#: The warm processes of this process.
TOOLS = ToolSandboxes()

_FRAME_BYTES = 64 * 1024
_FIRST_PAUSE_SECONDS = 0.5
_LOOK_SECONDS = 0.4
_MEGABYTE = 1024 * 1024
_OUTCOMES = {
    "done": Outcome.DONE,
    "error": Outcome.ERROR,
    "temporary": Outcome.ERROR,
    "broken": Outcome.BROKEN,
    "output": Outcome.OUTPUT,
    "refused": Outcome.REFUSED,
    "changed": Outcome.REFUSED,
}

#: Requests and calls of other tools in all attempts of a run together; each of them is written down. What each of them
#: costs may be said as often.
_MOST_QUESTIONS = 200
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LONGEST_AMOUNT = 40

CallOther = Callable[[str, Mapping[str, Any]], Mapping[str, object]]
RefuseWish = Callable[[str, str, str], None]
Spend = Callable[[Decimal, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be run, and how much of everything it may use.

    ``code`` is the digest of the package on disk, ``until`` is of the monotonic clock; ``too_slow`` is the sentence for
    when it has passed. ``secrets`` are those of ``configuration``, which stand in nothing that the run tells.
    """

    path: str
    version: str
    code: str
    arguments: Mapping[str, Any]
    configuration: Mapping[str, Any]
    permissions: Mapping[str, Any]
    needs: tuple[str, ...]
    until: float
    too_slow: str
    secrets: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended; ``message`` is a sentence for a person where it failed."""

    outcome: Outcome
    attempts: int = 1
    result: Any = None
    encoded: bytes = b""
    message: str = ""
    error_class: str = ""
    traceback: str = ""
    is_temporary: bool = False
    retry_after: float | None = None
    is_changed: bool = False


class _TooManyQuestionsError(Exception):
    """The tool asks without end; the message says for what."""


@dataclass(slots=True)
class Attempts:
    """Runs a tool until it answers, fails for good, or its time is up.

    ``checkpoint`` raises when somebody canceled the run. ``client`` is there for a tool that may use the network;
    ``refuse_wish`` writes down a request that did not get as far as there: method, address, and why. ``spend`` adds to
    what the run costs; whether it could. ``meanwhile`` is done while the tool works; ``unless_short`` where the tool
    has not ended after a moment, before anything it asks for is granted, and before it is tried again.
    """

    order: Order
    checkpoint: Callable[[], None]
    call_other: CallOther
    refuse_wish: RefuseWish
    spend: Spend
    client: GuardedClient | None = None
    meanwhile: Callable[[], object] | None = None
    unless_short: Callable[[], None] | None = None
    made: int = field(default=0)
    _asked: int = field(default=0)
    _charged: int = field(default=0)

    def run(self) -> Ended:
        """Return how it ended."""
        while True:
            self.made += 1
            ended = self._attempt()
            if not ended.is_temporary or self.made > self.order.permissions["retries"]:
                return self._told(ended)
            pause = max(ended.retry_after or 0, _FIRST_PAUSE_SECONDS * 2 ** (self.made - 1))
            if time.monotonic() + pause >= self.order.until:
                return self._told(ended)
            self._wait(pause)

    def _told(self, ended: Ended) -> Ended:
        secrets = self.order.secrets
        if ended.outcome is Outcome.DONE:
            if secrets:
                ended = _without(ended, secrets)
            return ended if self.made == 1 else replace(ended, attempts=self.made)
        return replace(
            ended,
            attempts=self.made,
            message=redacted(without_secrets(ended.message, secrets)),
            traceback=redacted(without_secrets(ended.traceback, secrets)),
        )

    def _wait(self, seconds: float) -> None:
        if self.unless_short is not None:
            self.unless_short()
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_SECONDS))
            self.checkpoint()

    def _attempt(self) -> Ended:
        permissions, left = self.order.permissions, self.order.until - time.monotonic()
        if left <= 0:
            return Ended(Outcome.TIME, message=self.order.too_slow)
        limits = Limits(
            memory_bytes=permissions["memory_bytes"],
            cpu_seconds=math.ceil(left),
            wall_seconds=left,
            output_bytes=permissions["output_bytes"] + _FRAME_BYTES,
        )
        request = {
            "path": self.order.path,
            "version": self.order.version,
            "code": self.order.code,
            "arguments": self.order.arguments,
            "configuration": self.order.configuration,
            "network": self.client is not None,
            "needs": self.order.needs,
            "output_bytes": permissions["output_bytes"],
        }
        try:
            lines = TOOLS.of(package_of(self.order.path)).run(
                "call",
                content=b"",
                request=request,
                limits=limits,
                ask=self._answer,
                checkpoint=self.checkpoint,
                meanwhile=self.meanwhile,
                unless_short=self.unless_short,
            )
        except SandboxError as error:
            return self._failed(error)
        except _TooManyQuestionsError as error:
            message = f"{self.order.path} {error}."
            return Ended(Outcome.BROKEN, message=message, error_class="TooManyQuestions")
        return _read(lines)

    def _failed(self, error: SandboxError) -> Ended:
        path = self.order.path
        match error:
            case OutOfTimeError():
                return Ended(Outcome.TIME, message=self.order.too_slow)
            case OutOfMemoryError():
                megabytes = self.order.permissions["memory_bytes"] // _MEGABYTE
                return Ended(Outcome.MEMORY, message=f"{path} needed more than {megabytes} MB of memory.")
            case ChildDiedError():
                return Ended(
                    Outcome.DIED,
                    message=f"{path} ended without an answer: it left its process, or crashed it.",
                )
            case GarbledAnswerError():
                return Ended(Outcome.BROKEN, message=str(error), error_class="GarbledAnswer")
        return Ended(Outcome.BROKEN, message=f"{path} could not be run: its answer could not be written.")

    def _answer(self, question: Mapping[str, Any]) -> Mapping[str, object]:
        """Fulfill what the tool asks for. It is somebody's code that asks, so nothing about the question is sure."""
        if "spent" in question:
            return self._spent(question["spent"])
        self._asked += 1
        if self._asked > _MOST_QUESTIONS:
            raise _TooManyQuestionsError(
                f"asked for more than {_MOST_QUESTIONS} requests and calls of other tools"
            )
        if "http" in question:
            return self._fetch(question["http"])
        path, arguments = question.get("tool"), question.get("arguments")
        if not isinstance(path, str) or not isinstance(arguments, dict) or path not in self.order.needs:
            return {"error": f"{self.order.path} does not say that it needs “{str(path)[:200]}”."}
        return self.call_other(path, arguments)

    def _spent(self, said: object) -> Mapping[str, object]:
        self._charged += 1
        if self._charged > _MOST_QUESTIONS:
            raise _TooManyQuestionsError(f"said more than {_MOST_QUESTIONS} times what it costs")
        amount, currency = _money(said)
        if amount is None:
            return {
                "error": f"What a call costs is an amount from 0 to {MOST_COST:,} with at most {COST_PLACES} decimal "
                f"places, in at most {_LONGEST_AMOUNT} characters, and a currency of three capital letters."
            }
        if not self.spend(amount, currency):
            self.checkpoint()  # nothing is added to a run that was canceled meanwhile, which is not the tool's fault
            return {
                "error": f"{self.order.path} may say what one run costs in one currency, and up to {MOST_COST:,} of it."
            }
        return {}

    def _fetch(self, wish: object) -> Mapping[str, object]:
        if self.client is None:
            return self._refused(wish, f"{self.order.path} does not ask for the network in its manifest.")
        if not _is_wish(wish):
            return self._refused(wish, "The request has another form than the contract of tools says.")
        assert isinstance(wish, dict)
        try:
            response = self.client.request(
                wish["method"],
                wish["url"],
                params=wish.get("params"),
                headers=wish.get("headers"),
                json=wish.get("json"),
            )
        except HttpRefusedError as refusal:
            return {"refused": str(refusal)}
        except HttpUnreachableError as error:
            return {"unreachable": str(error)}
        return {
            "status": response.status,
            "url": response.url,
            "headers": dict(response.headers),
            "body": base64.b64encode(response.body).decode("ascii"),
        }

    def _refused(self, wish: object, why: str) -> Mapping[str, object]:
        said = wish if isinstance(wish, dict) else {"url": wish}
        self.refuse_wish(str(said.get("method", "")), str(said.get("url", ""))[:LONGEST_URL], why)
        return {"refused": why}


def _money(said: object) -> tuple[Decimal | None, str]:
    """Return an amount and its currency as a tool stated them; no amount where it is none that can be kept."""
    if not isinstance(said, dict) or not _CURRENCY.fullmatch(currency := str(said.get("currency"))):
        return None, ""
    if len(written := str(said.get("amount"))) > _LONGEST_AMOUNT:
        return None, ""
    try:
        amount = Decimal(written)
    except InvalidOperation:
        return None, ""
    if not amount.is_finite() or not 0 <= amount <= MOST_COST or amount != round(amount, COST_PLACES):
        return None, ""
    return amount, currency


def _is_wish(wish: object) -> bool:
    return (
        isinstance(wish, dict)
        and isinstance(wish.get("method"), str)
        and isinstance(wish.get("url"), str)
        and _is_texts(wish.get("params"))
        and _is_texts(wish.get("headers"))
    )


def _is_texts(values: object) -> bool:
    return values is None or (
        isinstance(values, dict) and all(isinstance(each, str) for each in values.values())
    )


def _without(ended: Ended, secrets: Collection[str]) -> Ended:
    """Return the answer without the secrets, which a tool may have been told by the service that it asked."""
    result = value_without_secrets(ended.result, secrets)
    if result == ended.result:
        return ended
    return replace(ended, result=result, encoded=json.dumps(result).encode("ascii"))


def _read(lines: list[bytes]) -> Ended:
    """Return what the job wrote, which is somebody's code's to write."""
    try:
        said = json.loads(lines[0])
        outcome = _OUTCOMES[said["outcome"]]
        if outcome is Outcome.DONE:
            encoded = b"".join(lines[1:])
            return Ended(outcome, result=json.loads(encoded), encoded=encoded)
        retry_after = said.get("retry_after")
        return Ended(
            outcome,
            message=str(said["message"]),
            error_class=str(said.get("error_class", "")),
            traceback=str(said.get("traceback", "")),
            is_temporary=said["outcome"] == "temporary",
            is_changed=said["outcome"] == "changed",
            retry_after=retry_after if isinstance(retry_after, int | float) else None,
        )
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return Ended(Outcome.BROKEN, message="What the tool wrote as its answer cannot be understood.")
