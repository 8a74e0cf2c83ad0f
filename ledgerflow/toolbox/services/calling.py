"""The one way to call a tool, for people, jobs, the agent, REST and MCP alike: with consent, limits and a record."""

import contextlib
import functools
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn

import psycopg

from ledgerflow.books.models import Membership
from ledgerflow.books.permissions import Action, NotAllowedError, may, require, role_of
from ledgerflow.core.doing import begun, doing
from ledgerflow.toolbox import plain
from ledgerflow.toolbox.addresses import origins_of
from ledgerflow.toolbox.calls import (
    Answer,
    Asking,
    ToolArgumentsError,
    ToolCallError,
    ToolFailedError,
    ToolNotAllowedError,
)
from ledgerflow.toolbox.configuration_schemas import secret_names, service_addresses
from ledgerflow.toolbox.consent import State, is_harmless
from ledgerflow.toolbox.conversation import Checkpoint
from ledgerflow.toolbox.enforced import network_is_closed
from ledgerflow.toolbox.errors import RegistryError
from ledgerflow.toolbox.guard import Guard, own_services
from ledgerflow.toolbox.http import GuardedClient, refuse_wish
from ledgerflow.toolbox.models import Asker, Outcome, Tool, ToolRun
from ledgerflow.toolbox.redaction import PROFILES
from ledgerflow.toolbox.refusals import ValueRefusedError
from ledgerflow.toolbox.services import runs
from ledgerflow.toolbox.services.answers import answer_key, find_answer, keep_answer
from ledgerflow.toolbox.services.attempts import Attempts, CallOther, Ended, Order
from ledgerflow.toolbox.services.configuration import configuration_for
from ledgerflow.toolbox.services.recording import Record
from ledgerflow.toolbox.services.standing import (
    Footing,
    Known,
    Standing,
    StandsOtherwiseError,
    footing_as_known,
    footing_of,
)
from ledgerflow.users.models import User

__all__ = [
    "MOST_SECONDS_IN_A_REQUEST",
    "Answer",
    "Asking",
    "ToolArgumentsError",
    "ToolCallError",
    "ToolFailedError",
    "ToolNotAllowedError",
    "call_tool",
    "cancel_run",
]

#: A tool may ask another, which may ask another; deeper is a circle, or might as well be one.
_DEEPEST = 4
#: A call through these doors is a model's or a program's wish, which may have come from anywhere.
_CHANGE_NOTHING = frozenset({Asker.AGENT, Asker.API, Asker.MCP})
#: Through these doors a process of the web server waits, of which there are few.
_WAIT_IN_A_REQUEST = frozenset({Asker.PERSON, Asker.API, Asker.MCP})
MOST_SECONDS_IN_A_REQUEST = 20
#: A tool whose settings have a property of this name lets people choose the profile; `strict` is the default.
_REDACTION = "redaction"
#: A request ends this much before the tool's time is up, so that the tool can still say what it waited for.
_LAST_WORDS_SECONDS = 0.5
_NO_FAULT = frozenset({Outcome.REFUSED, Outcome.CANCELED})


class _CanceledError(BaseException):
    """Somebody canceled the run; no ``Exception``, so that it passes whatever lies between."""


class _ArgumentsRefusedError(Exception):
    """The arguments do not fit the schema; the message is a sentence."""


def call_tool(
    *, path: str, arguments: Mapping[str, object], asking: Asking, now: datetime, fresh: bool = False
) -> Answer:
    """Call the tool at its exact module path and return its answer; ``fresh`` asks for one that is not cached.

    The run of a tool that does more than compute is on record before it starts. That of one that only computes is
    written once if it ends within 20 ms; else its beginning is, before anything it asks for is granted. No answer is
    handed on before it is on record, which is apart from the caller's transaction. Call it while holding no lock on
    book, user or tool.

    :raises ToolNotAllowedError: it was refused: its start, or, where a limit is reached, the answer of one that only
        computes.
    :raises ToolFailedError: it started, and gave no answer.
    """
    call = _Call(path, asking, now, fresh=fresh, chain=_chain(asking.parent))
    with begun(
        tool=path, **({"book_id": asking.book.pk, "book_slug": asking.book.slug} if asking.book else {})
    ):
        return call.made(arguments)


def cancel_run(*, run_id: int, user: User, now: datetime) -> None:
    """End a run that goes on, in whichever process; its child is gone within a second.

    :raises NotAllowedError: the user neither asked for it nor may stop what others asked for in its book.
    :raises ToolCallError: there is no such run, or it has ended.
    """
    run = ToolRun.objects.select_related("book").filter(pk=run_id).first()
    if run is None:
        raise ToolCallError(f"There is no run {run_id}.", outcome=Outcome.REFUSED)
    if run.asked_by_id != user.pk and not user.is_firm_admin:
        role = role_of(user=user, book=run.book) if run.book else None
        if not may(role, Action.CONFIGURE_TOOLS):
            raise NotAllowedError(
                f"You may not cancel run {run_id}; ask who started it, or an owner of the book."
            )
    if not runs.cancel(run_id, now=now, message=f"Canceled by {user}."):
        raise ToolCallError(f"Run {run_id} has ended already.", outcome=Outcome(run.outcome), run_id=run_id)


def _secrets(tool: Tool, configuration: Mapping[str, Any]) -> tuple[str, ...]:
    names = secret_names(tool.manifest["configuration"])
    return tuple(str(configuration[name]) for name in names if configuration.get(name))


def _chain(parent: ToolRun | None) -> tuple[str, ...]:
    paths: list[str] = []
    while parent is not None and len(paths) <= _DEEPEST:
        paths.append(parent.module_path)
        parent = parent.parent
    return tuple(reversed(paths))


class _Call:
    """One call on its way from the question to the record of its answer."""

    def __init__(
        self,
        path: str,
        asking: Asking,
        now: datetime,
        *,
        fresh: bool,
        chain: tuple[str, ...],
        until: float = float("inf"),
        too_slow: str = "",
        parents: tuple[int, ...] = (),
        is_for_machine: bool = False,
    ) -> None:
        self._path, self._asking, self._now, self._fresh = path, asking, now, fresh
        self._chain, self._until, self._too_slow = chain, until, too_slow
        self._parents = parents or ((asking.parent.pk,) if asking.parent else ())
        self._is_for_machine = is_for_machine or asking.through in _CHANGE_NOTHING
        self._began = time.monotonic()

    def made(self, arguments: Mapping[str, object]) -> Answer:
        known = footing_as_known(self._path, self._asking.book)
        if known is not None and is_harmless(known.known.tool.manifest):
            with contextlib.suppress(StandsOtherwiseError):
                return self._made(known, arguments)
        footing = footing_of(self._path, self._asking.book)
        if footing is None:
            raise ToolNotAllowedError(
                f"There is no tool “{self._path[:200]}”; `ledgerflow tools list` names those there are.",
                outcome=Outcome.REFUSED,
            )
        return self._made(footing, arguments)

    def _made(self, footing: Footing, arguments: Mapping[str, object]) -> Answer:
        tool = footing.known.tool
        try:
            given = plain.as_plain(dict(arguments))
        except plain.NotPlainError as error:
            message = f"An argument is no JSON value: {error}."
            self._refuse(footing, self._asked(tool, {}), message, ToolArgumentsError)
        asked = functools.cache(functools.partial(self._asked, tool, given))
        if refusal := self._refusal(tool, footing.known.state):
            self._refuse(footing, asked(), refusal)
        try:
            return self._answer(footing, asked, given)
        except (RegistryError, runs.LimitReachedError) as error:
            self._refuse(footing, asked(), str(error))
        except _ArgumentsRefusedError as error:
            self._refuse(footing, asked(), str(error), ToolArgumentsError)

    def _answer(self, footing: Footing, asked: Callable[[], runs.Asked], given: Any) -> Answer:
        tool, permissions = footing.known.tool, footing.known.tool.manifest["permissions"]
        keeps = permissions["cache_seconds"] if not permissions["writes"] else 0
        # What only computes may start before anything is looked at or written: all that it does is its answer, which
        # waits. What it says of itself is believed only where the kernel keeps it from more.
        begins_at_once = is_harmless(tool.manifest) and network_is_closed()
        if is_checked := bool(keeps) or not begins_at_once:
            self._check(footing, given)
        configuration = configuration_for(tool, self._asking.book) if tool.manifest["configuration"] else {}
        key = ""
        if keeps:
            key = answer_key(tool, self._asking.book, configuration, given, code=footing.code)
            if not self._fresh and (answer := self._cached(footing, asked(), key, keeps)):
                return answer
        make_sure = functools.partial(self._make_sure, footing, asked, None if is_checked else given)
        record = Record(asked, self._now, functools.cache(make_sure))
        answer = self._run(footing, record, given, configuration, key=key, begins_at_once=begins_at_once)
        if keeps:
            kept = runs.KeptAnswer(answer.run_id, answer.result, answer.computed_at)
            keep_answer(key, kept, book=self._asking.book, seconds=keeps)
        return answer

    def _make_sure(self, footing: Footing, asked: Callable[[], runs.Asked], unchecked: Any) -> Standing:
        """Do what need not be done before a tool begins that only computes, and return how it stands."""
        if unchecked is not None:
            self._check(footing, unchecked)
        asked()
        return footing.sure()

    @staticmethod
    def _check(footing: Footing, given: Any) -> None:
        try:
            footing.known.arguments.check(given, what="argument")
        except ValueRefusedError as error:
            raise _ArgumentsRefusedError(str(error)) from None

    def _asked(self, tool: Tool, given: Any) -> runs.Asked:
        return runs.Asked(
            tool_id=tool.pk,
            module_path=tool.module_path,
            version=tool.version,
            book_id=self._asking.book.pk if self._asking.book else None,
            parent_id=self._parents[-1] if self._parents else None,
            asked_through=self._asking.through,
            asked_by_id=self._asking.user.pk if self._asking.user else None,
            job_id=doing().job_id,
            subject=self._asking.subject,
            arguments=plain.storable(given),
            arguments_sha256=plain.digest(given),
            again_of_id=self._asking.again_of,
        )

    def _refusal(self, tool: Tool, state: State) -> str:
        """Return why the tool may not run, in a sentence; nothing where it may."""
        if state is not State.ON:
            reasons = "; ".join(tool.beyond_consent)
            return f"{tool} is not available: {tool.problem or reasons or state}. See the page of the tool."
        permissions = tool.manifest["permissions"]
        if permissions["writes"] and self._is_for_machine:
            return (
                f"{tool} changes something elsewhere, so only a person runs it: by accepting the proposal of a "
                f"program, on its page, or by `ledgerflow tools run {tool}`."
            )
        if self._path in self._chain:
            return f"{tool} is asked for by itself, by way of {self._chain[-1]}."
        if len(self._chain) >= _DEEPEST:
            return f"{tool} is asked for by a tool of a tool of a tool; {_DEEPEST} of them are enough."
        if self._asking.user and self._asking.book:
            action = Action.RUN_WRITING_TOOLS if permissions["writes"] else Action.RUN_TOOLS
            try:
                require(user=self._asking.user, book=self._asking.book, action=action)
            except NotAllowedError as error:
                return str(error)
        return ""

    def _refuse(
        self,
        footing: Footing,
        asked: runs.Asked,
        message: str,
        kind: type[ToolNotAllowedError] = ToolNotAllowedError,
    ) -> NoReturn:
        footing.sure()
        run_id = runs.refuse(asked, now=self._now, message=message)
        raise kind(message, outcome=Outcome.REFUSED, run_id=run_id)

    def _cached(self, footing: Footing, asked: runs.Asked, key: str, seconds: int) -> Answer | None:
        footing.sure()
        kept = find_answer(key, book=self._asking.book, now=self._now, seconds=seconds)
        if kept is None:
            return None
        ending = runs.Ending(
            outcome=Outcome.CACHED, duration_ms=self._milliseconds(), result=plain.storable(kept.result)
        )
        run_id = runs.answer_from_cache(asked, now=self._now, cached_from=kept.run_id, ending=ending)
        return Answer(run_id, kept.result, from_cache=True, computed_at=kept.computed_at)

    def _run(
        self,
        footing: Footing,
        record: Record,
        given: Any,
        configuration: Mapping[str, Any],
        *,
        key: str,
        begins_at_once: bool,
    ) -> Answer:
        tool, permissions = footing.known.tool, footing.known.tool.manifest["permissions"]
        if not begins_at_once:
            record.begin()
        until, too_slow = self._patience(tool)

        def look() -> None:
            if not runs.are_running((*self._parents, record.run_id)):
                raise _CanceledError

        @functools.cache  # the names of the members are asked for once in a run, and only where they are needed
        def guard() -> Guard:
            return self._guard(tool, record.run_id, configuration, until, look)

        def refuse(method: str, url: str, why: str) -> None:
            refuse_wish(guard(), method, url, refusal=why)

        def spend(amount: Decimal, currency: str) -> bool:
            return runs.spend(record.run_id, amount, currency)

        client = GuardedClient(guard()) if permissions["network"] else None
        order = Order(
            path=tool.module_path,
            version=tool.version,
            code=footing.code,
            arguments=given,
            configuration=configuration,
            permissions=permissions,
            needs=tuple(tool.manifest["needs"]),
            until=until,
            too_slow=too_slow,
            secrets=_secrets(tool, configuration),
        )
        call_other = self._other(record, until, too_slow)
        attempts = Attempts(order, look, call_other, refuse, spend, client)
        if begins_at_once:
            attempts.meanwhile = record.make_sure
            attempts.unless_short = record.begin
        ended = self._ended(attempts, footing.known, record)
        ending = self._ending(ended, client, key)
        is_finished = record.end(ending)
        computed_at = self._now + timedelta(milliseconds=ending.duration_ms)
        return self._told(tool, record.run_id, ended if is_finished else Ended(Outcome.CANCELED), computed_at)

    def _patience(self, tool: Tool) -> tuple[float, str]:
        """Return until when the tool may take, by the monotonic clock, and the sentence for when that has passed."""
        seconds, most = tool.manifest["permissions"]["timeout_seconds"], MOST_SECONDS_IN_A_REQUEST
        too_slow = f"{tool} took more than {seconds} seconds."
        if self._asking.through in _WAIT_IN_A_REQUEST and seconds > most:
            too_slow = (
                f"{tool} took more than {most} seconds, which is as long as a page or a program waits for a tool; "
                f"`ledgerflow tools run {tool}` waits for all of its {seconds}."
            )
            seconds = most
        until = time.monotonic() + seconds
        # Where the time of the tool that asked is over first, its sentence says why, and what to do.
        return (until, too_slow) if until < self._until else (self._until, self._too_slow)

    def _guard(
        self, tool: Tool, run_id: int, configuration: Mapping[str, Any], until: float, look: Checkpoint
    ) -> Guard:
        book, user = self._asking.book, self._asking.user
        members = Membership.objects.filter(book=book).values_list("user__name", flat=True) if book else []
        profile = configuration.get(_REDACTION, "strict")
        schema = tool.manifest["configuration"]
        return Guard(
            purpose=f"{tool.module_path} {self._asking.subject}".rstrip(),
            # Those of its own settings alone: of the others it has no business knowing.
            own_services=own_services() & origins_of(service_addresses(schema, configuration)),
            run_id=run_id,
            book_id=book.pk if book else None,
            user_id=user.pk if user else None,
            redaction=profile if profile in PROFILES else "strict",
            names=tuple(filter(None, {*self._asking.names, *members, user.name if user else ""})),
            secrets=_secrets(tool, configuration),
            until=until - _LAST_WORDS_SECONDS,
            checkpoint=look,
        )  # fmt: skip

    def _other(self, record: Record, until: float, too_slow: str) -> CallOther:
        """Return the way by which the tool calls another one, as a run of its own."""

        def call_other(path: str, arguments: Mapping[str, Any]) -> Mapping[str, object]:
            asking = replace(self._asking, through=Asker.TOOL, parent=None, again_of=None)
            call = _Call(
                path,
                asking,
                self._now + timedelta(seconds=time.monotonic() - self._began),
                fresh=self._fresh,
                chain=(*self._chain, self._path),
                until=until,
                too_slow=too_slow,
                parents=(*self._parents, record.run_id),
                is_for_machine=self._is_for_machine,
            )
            try:
                with begun(tool=path):
                    return {"result": call.made(arguments).result}
            except ToolFailedError as error:
                return {"temporary" if error.is_temporary else "error": str(error)}
            except ToolCallError as error:
                return {"error": str(error)}

        return call_other

    def _ended(self, attempts: Attempts, known: Known, record: Record) -> Ended:
        try:
            ended = attempts.run()
            if ended.outcome is Outcome.DONE:
                known.result.check(ended.result, what="result")
        except _CanceledError:
            return Ended(Outcome.CANCELED, attempts.made, message="Canceled.")
        except ValueRefusedError as error:
            return Ended(Outcome.BROKEN, attempts.made, message=str(error), error_class="ValueRefusedError")
        except (runs.LimitReachedError, StandsOtherwiseError, _ArgumentsRefusedError):
            raise
        except BaseException as error:
            # Our own trouble, or the end of this process: the run must not look as if it went on.
            outcome = Outcome.CANCELED if isinstance(error, KeyboardInterrupt) else Outcome.DIED
            ending = runs.Ending(
                outcome=outcome,
                duration_ms=self._milliseconds(),
                attempts=attempts.made,
                error_class=type(error).__name__,
            )
            with contextlib.suppress(
                psycopg.Error, runs.LimitReachedError, StandsOtherwiseError, _ArgumentsRefusedError
            ):
                record.end(ending)
            raise
        return ended

    def _ending(self, ended: Ended, client: GuardedClient | None, key: str) -> runs.Ending:
        is_done = ended.outcome is Outcome.DONE
        stored = plain.storable(ended.result) if is_done else None
        return runs.Ending(
            outcome=ended.outcome,
            duration_ms=self._milliseconds(),
            attempts=ended.attempts,
            result=stored,
            result_sha256=hashlib.sha256(ended.encoded).hexdigest() if is_done else "",
            result_bytes=len(ended.encoded) if is_done else None,
            answer_key=key if stored is not None and stored == ended.result else "",
            error_class=ended.error_class,
            error_message=ended.message,
            traceback=ended.traceback,
            bytes_sent=client.bytes_sent if client else 0,
            bytes_received=client.bytes_received if client else 0,
        )

    def _told(self, tool: Tool, run_id: int, ended: Ended, computed_at: datetime) -> Answer:
        if ended.outcome is Outcome.DONE:
            return Answer(run_id, ended.result, from_cache=False, computed_at=computed_at)
        # A logger for each tool, so that the error log keeps the errors of each apart; no values of a book.
        logger = logging.getLogger(f"ledgerflow.{tool.module_path}")
        level = logging.INFO if ended.outcome in _NO_FAULT else logging.ERROR
        logger.log(
            level,
            "Run %s of %s: %s (%s)",
            run_id,
            tool,
            ended.outcome.label,
            ended.error_class or ended.outcome,
            extra={"kind": ended.error_class or str(ended.outcome)},
        )
        match ended.outcome:
            case Outcome.REFUSED:
                kind = ToolNotAllowedError if ended.is_changed else ToolArgumentsError
                raise kind(ended.message, outcome=ended.outcome, run_id=run_id)
            case Outcome.CANCELED:
                message = f"Run {run_id} of {tool} was canceled."
            case Outcome.BROKEN:
                kind_of_error = ended.error_class or "no proper answer"
                message = f"{tool} broke its contract ({kind_of_error}). Run {run_id} says where."
            case _:
                message = ended.message
        raise ToolFailedError(message, outcome=ended.outcome, run_id=run_id, is_temporary=ended.is_temporary)

    def _milliseconds(self) -> float:
        return (time.monotonic() - self._began) * 1000
