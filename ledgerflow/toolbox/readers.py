"""What the child process does with a file: ask every reader, let the one that claims it read it.

Runs inside :mod:`ledgerflow.toolbox.child` only, because already the question touches untrusted bytes.
"""

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from ledgerflow.toolbox import wire
from ledgerflow.toolbox.archives import unpack
from ledgerflow.toolbox.built_in import BUILT_IN
from ledgerflow.toolbox.layouts import encode_description, layout_of_json, open_order_as_json
from ledgerflow.toolbox.loader import ToolFunction, ToolLoadError, describe_package, load
from ledgerflow.toolbox.values import (
    READER,
    Excerpt,
    OpenOrder,
    OpenOrderError,
    ScannedError,
    StatementRefusedError,
)

__all__ = ["claim", "describe", "read", "show", "unpack", "warm_up"]

DESCRIBE = "describe"
SHOW = "show"


def warm_up() -> None:
    """Import every reader that comes with LedgerFlow before the first file, so that each file starts at once.

    Another one is imported for a file that it is asked about: what its code does, it does to that file alone.
    """
    _readers()


def claim(content: bytes, request: Mapping[str, object]) -> Iterator[bytes]:
    """Yield whether the reader ``request["reader"]`` takes the file, and the problem where it could not say."""
    broken: list[str] = []
    takes = _claims(str(request["reader"]), content, str(request["name"]), broken)
    yield json.dumps({"takes": takes, "problem": broken[0] if broken else ""}).encode("ascii") + b"\n"


def read(content: bytes, request: Mapping[str, object]) -> Iterator[bytes]:
    """Yield what became of the file: a line of JSON with the outcome, then the reading if there is one.

    ``request`` holds ``name``, ``readers`` (package names, or ``None`` for all that come with LedgerFlow), ``password``
    (or ``None``), ``recognize``, ``broken``, the sentences about readers that could not even say whether the file is
    theirs, and ``layouts``, how people say that tables are read. Outcomes: ``read``, ``refused`` (with ``message``),
    ``scanned`` (the same, but for ``recognize``), ``unclaimed``, ``ambiguous``, ``broken`` (with ``message``);
    ``readers`` names those that claimed the file, or where none did, all that were asked; ``is_claimed`` says which of
    both, ``is_table`` that the one which claimed it can describe tables, and ``asks``, where it is not ``null``, what a
    person is asked about the order of its dates.
    """
    name, wanted = str(request["name"]), request["readers"]
    names = [str(reader) for reader in wanted] if isinstance(wanted, list) else _readers()
    claimants: list[str] = []
    known = request.get("broken")
    broken = [str(each) for each in known] if isinstance(known, list) else []
    try:
        claimants = _claimants(content, name, names, broken)
        if broken and not claimants:
            yield _outcome("broken", names, broken[0], is_claimed=False)
            return
        if len(claimants) != 1:
            is_claimed = bool(claimants)
            yield _outcome(
                "ambiguous" if is_claimed else "unclaimed", claimants or names, is_claimed=is_claimed
            )
            return
        function = load(f"tools.{claimants[0]}.read_statement")
        reading = function(content, name, **_options(function, request))
    except ToolLoadError as error:
        yield _outcome("broken", names, str(error))
    except ScannedError as refusal:
        yield _outcome("scanned", claimants, str(refusal))
    except OpenOrderError as refusal:
        yield _outcome("refused", claimants, str(refusal), asks=refusal.asks)
    except StatementRefusedError as refusal:
        yield _outcome("refused", claimants, str(refusal))
    else:
        yield _outcome("read", claimants)
        yield from wire.encode(reading)


def describe(content: bytes, request: Mapping[str, object]) -> Iterator[bytes]:
    """Yield the tables of a file and how they are read; nothing of a file that no reader of tables claims.

    ``request`` holds ``name``, ``readers`` (package names, or ``None`` for all) and ``layouts``.
    """
    name, wanted = str(request["name"]), request["readers"]
    names = [str(reader) for reader in wanted] if isinstance(wanted, list) else _readers()
    claimants = _claimants(content, name, names, [])
    if len(claimants) == 1 and _offers(claimants[0], DESCRIBE):
        function = load(f"tools.{claimants[0]}.{DESCRIBE}")
        yield from encode_description(function(content, name, **_options(function, request)))


def show(content: bytes, request: Mapping[str, object]) -> Iterator[bytes]:
    """Yield what stands at a place of a file: the excerpt as a line of JSON; nothing where its reader cannot tell.

    ``request`` holds ``name``, ``readers`` (package names, or ``None`` for all) and ``place``. Of what is wrong with
    the place or the file nothing comes either: the reader that found the place may have been another one.
    """
    place, wanted = request["place"], request["readers"]
    names = [str(reader) for reader in wanted] if isinstance(wanted, list) else _readers()
    claimants = _claimants(content, str(request["name"]), names, [])
    if len(claimants) != 1 or not _offers(claimants[0], SHOW) or not isinstance(place, dict):
        return
    try:
        found = load(f"tools.{claimants[0]}.{SHOW}")(content, place)
    except (ToolLoadError, StatementRefusedError):
        return
    if isinstance(found, Excerpt):
        yield json.dumps(asdict(found)).encode("ascii") + b"\n"


def _claimants(content: bytes, name: str, names: Sequence[str], broken: list[str]) -> list[str]:
    return [reader for reader in names if _claims(reader, content, name, broken)]


def _claims(reader: str, content: bytes, name: str, broken: list[str]) -> bool:
    """Whether the reader takes the file; one that fails takes none, and no other reader suffers from it."""
    try:
        return bool(load(f"tools.{reader}.claims")(content, name))
    except MemoryError:
        raise
    except ToolLoadError as error:
        broken.append(str(error))
    except Exception as error:  # noqa: BLE001 - a reader is somebody's code: what it raises is its problem
        broken.append(f"The reader “{reader}” failed when it looked at the file ({type(error).__name__}).")
    return False


def _readers() -> list[str]:
    return [name for name in sorted(BUILT_IN) if _offers(name, "read_statement")]


def _offers(reader: str, function: str) -> bool:
    """Whether the package is a reader with this function. It is imported, and no other is."""
    package = describe_package(reader)
    return package.manifest is not None and package.manifest.kind == READER and function in package.functions


def _options(function: ToolFunction, request: Mapping[str, object]) -> dict[str, object]:
    """A password, layouts, and whether to recognize text, go only to a reader that takes them."""
    takes = inspect.signature(function).parameters
    layouts = request.get("layouts")
    given: dict[str, object] = {
        "password": request.get("password"),
        "recognize": request.get("recognize"),
        "layouts": list(map(layout_of_json, layouts)) if isinstance(layouts, list) and layouts else None,
    }
    return {name: value for name, value in given.items() if value is not None and name in takes}


def _outcome(
    outcome: str,
    readers: Sequence[str],
    message: str | None = None,
    *,
    is_claimed: bool = True,
    asks: OpenOrder | None = None,
) -> bytes:
    is_table = len(readers) == 1 and outcome in {"read", "refused"} and _offers(readers[0], DESCRIBE)
    said = {
        "outcome": outcome,
        "readers": list(readers),
        "message": message,
        "is_claimed": is_claimed,
        "is_table": is_table,
        "asks": open_order_as_json(asks) if asks else None,
    }
    return json.dumps(said).encode("ascii") + b"\n"
