"""What the child process does with a call of a tool: load it, hand it its context, turn its answer into JSON.

Runs inside :mod:`ledgerflow.toolbox.child` only. A package is imported in the warm process when a trial in a process of
its own has shown that it can be: one that hangs, ends its process or starts threads is imported by each call of it, and
so is one whose files have changed since.
"""

import base64
import importlib
import json
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from ledgerflow.toolbox.child import Ask, OutOfTimeError
from ledgerflow.toolbox.loader import ToolFunction, ToolLoadError, code_digest, load
from ledgerflow.toolbox.plain import NotPlainError, as_plain
from ledgerflow.toolbox.refusals import ValueRefusedError
from ledgerflow.toolbox.signatures import SchemaError, result_as_json, signature_of, typed_arguments
from ledgerflow.toolbox.values import (
    READER,
    Context,
    HttpRefusedError,
    HttpUnreachableError,
    Response,
    TemporaryToolError,
    ToolError,
)

__all__ = ["call", "prepare", "rehearse", "warm_up"]

_LONGEST_TRACEBACK = 20_000
_LONGEST_MESSAGE = 2_000


#: Of each package that this process has imported, the code that it was then.
_imported: dict[str, str] = {}
#: The paths of their functions whose annotations were read.
_prepared: list[str] = []


def warm_up() -> None:
    """Do once what every call does."""
    rehearse()


@dataclass(frozen=True)
class _Rehearsed:
    total: Decimal
    words: tuple[str, ...]


def _rehearsed(text: str, amounts: list[Decimal]) -> _Rehearsed:
    """Do nothing of use."""
    return _Rehearsed(sum(amounts, Decimal(0)), tuple(text.split()))


def rehearse() -> None:
    """Do once what every call does before and after its tool.

    A forked process pays for each piece of memory at its first touch. A child that waits has the time for that; done
    within the call it would take longer than all else there.
    """
    arguments = typed_arguments(_rehearsed, {"text": "a b", "amounts": ["1.50", "-2"]})
    json.dumps(result_as_json(_rehearsed, _rehearsed(**arguments)))
    for path in _prepared:
        signature_of(load(path))


def prepare(package: str) -> bool:
    """Import a package and read the annotations of its functions; whether that went well and it is no reader.

    The statement readers have a process of their own: what is not imported need not be forked.
    """
    _imported[package] = code_digest(package)
    try:
        module = importlib.import_module(f"tools.{package}")
        if module.MANIFEST.kind == READER:
            return False
        for function in module.__all__:
            path = f"tools.{package}.{function}"
            try:
                signature_of(load(path))
            except (SchemaError, ToolLoadError):  # a call says what is wrong
                continue
            _prepared.append(path)
    except Exception:  # noqa: BLE001 - somebody's code: its call tells
        return False
    return True


def call(content: bytes, request: Mapping[str, Any], ask: Ask) -> Iterator[bytes]:  # noqa: ARG001 - as every job
    """Yield what became of the call as a line of JSON, then the result as JSON if there is one.

    ``request`` holds ``path``, ``version``, ``code`` (the digest of its package on disk), ``arguments``,
    ``configuration``, ``network``, ``needs`` and ``output_bytes``. Outcomes: ``done``, ``refused`` (an argument),
    ``changed`` (the package on disk is another version), ``error``, ``temporary`` (with ``retry_after``), ``broken``
    (with ``error_class`` and ``traceback``) and ``output``; all but ``done`` have a ``message``.
    """
    try:
        yield from _called(request, ask)
    except (OutOfTimeError, MemoryError):
        raise
    except TemporaryToolError as error:
        yield _failure("temporary", error, retry_after=_seconds(error.retry_after))
    except ToolError as error:
        yield _failure("error", error)
    except BaseException as error:  # noqa: BLE001 - somebody's code raises what it likes, also SystemExit
        yield _failure("broken", error)


def _called(request: Mapping[str, Any], ask: Ask) -> Iterator[bytes]:
    path = request["path"]
    try:
        function = _loaded(path, request["code"])
        package = sys.modules[path.rpartition(".")[0]]
        if package.MANIFEST.version != request["version"]:
            yield _outcome(
                "changed",
                message=f"{path} is version {package.MANIFEST.version} now; `ledgerflow tools sync` registers it.",
            )
            return
        signature = signature_of(function)
    except (ToolLoadError, SchemaError) as error:
        yield _failure("broken", error)
        return
    try:
        arguments = typed_arguments(function, request["arguments"])
    except ValueRefusedError as error:
        yield _outcome("refused", message=str(error))
        return
    if signature.context:
        arguments[signature.context] = _context(request, ask)
    result = function(**arguments)
    try:
        encoded = json.dumps(result_as_json(function, result), separators=(",", ":")).encode("ascii")
    except ValueRefusedError as error:
        yield _failure("broken", error)
        return
    if len(encoded) > request["output_bytes"]:
        yield _outcome(
            "output", message=f"It answered {len(encoded):,} bytes; {request['output_bytes']:,} are allowed."
        )
        return
    yield _outcome("done")
    yield encoded


def _loaded(path: str, code: str) -> ToolFunction:
    """Load the function, from disk where the warm process has imported other code than ``code``."""
    package = path.rpartition(".")[0]
    if _imported.get(package.removeprefix("tools."), code) != code:
        for name in [name for name in sys.modules if f"{name}.".startswith(f"{package}.")]:
            del sys.modules[name]
        importlib.invalidate_caches()
    return load(path)


class _Http:
    """The only way out: the toolbox sends the request, or says why not."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def request(
        self,
        method: Literal["GET", "POST"],
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Response:
        question = {
            "method": method,
            "url": url,
            "params": None if params is None else dict(params),
            "headers": None if headers is None else dict(headers),
            "json": json,
        }
        answer = self._ask({"http": _plain(question)})
        if "refused" in answer:
            raise HttpRefusedError(answer["refused"])
        if "unreachable" in answer:
            raise HttpUnreachableError(answer["unreachable"])
        return Response(
            status=answer["status"],
            url=answer["url"],
            headers=answer["headers"],
            body=base64.b64decode(answer["body"]),
        )


def _context(request: Mapping[str, Any], ask: Ask) -> Context:
    return Context(
        configuration=request["configuration"],
        http=_Http(ask) if request["network"] else None,
        tools={path: _other_tool(path, ask) for path in request["needs"]},
        spent=_spending(ask),
    )


def _spending(ask: Ask) -> Callable[[Decimal, str], None]:
    def spent(amount: Decimal, currency: str) -> None:
        answer = ask({"spent": {"amount": str(amount), "currency": str(currency)}})
        if "error" in answer:
            raise ToolError(answer["error"])

    return spent


def _other_tool(path: str, ask: Ask) -> Callable[..., Any]:
    def call_other(**arguments: Any) -> Any:
        answer = ask({"tool": path, "arguments": _plain(arguments)})
        if "temporary" in answer:
            raise TemporaryToolError(answer["temporary"])
        if "error" in answer:
            raise ToolError(answer["error"])
        return answer["result"]

    return call_other


def _plain(value: object) -> Any:
    try:
        return as_plain(value)
    except NotPlainError as error:
        raise ToolError(f"What the tool handed over is no JSON value: {error}.") from None


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) and 0 <= value < 1e9 else None


def _failure(outcome: str, error: BaseException, **facts: object) -> bytes:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - also that is somebody's code
        message = "an error without words"
    return _outcome(
        outcome,
        message=message[:_LONGEST_MESSAGE],
        error_class=kind[:200],
        traceback=_told(error)[-_LONGEST_TRACEBACK:],
        **facts,
    )


def _told(error: BaseException) -> str:
    """Return the traceback from the tool's own frames on, without the values of variables."""
    try:
        told = traceback.TracebackException.from_exception(error, capture_locals=False, compact=True)
        _leave_out(told.stack)
        return "".join(told.format())
    except Exception:  # noqa: BLE001 - an error whose text cannot be had
        return f"{type(error).__name__} (its traceback cannot be told)\n"


def _leave_out(stack: Iterable[traceback.FrameSummary]) -> None:
    own = [frame for frame in stack if Path(frame.filename) != Path(__file__)]
    if isinstance(stack, list) and own:
        stack[:] = own


def _outcome(outcome: str, **facts: object) -> bytes:
    return json.dumps({"outcome": outcome, **facts}).encode("ascii") + b"\n"
