"""How a tool stands at the moment of a call: its row and how often it may be called, asked in one question.

A row is long and seldom changes, so what was made of it is kept beside a digest of all of it. Asked through the
connections of the record, so that what is kept is what was committed. A tool that only computes may begin on what was
kept, as long as it is asked before anything comes of it (decision 0072). The same holds for the code of its package.
"""

from dataclasses import dataclass, field

from ledgerflow.books.models import Book
from ledgerflow.toolbox.consent import State
from ledgerflow.toolbox.loader import code_digest, package_of
from ledgerflow.toolbox.models import Tool
from ledgerflow.toolbox.schemas import Checker
from ledgerflow.toolbox.services.configuration import EffectiveLimits, narrowed
from ledgerflow.toolbox.sessions import SESSIONS, prepared

_COLUMNS = tuple(field.attname for field in Tool._meta.concrete_fields)  # noqa: SLF001 - Django's documented way
_STANDS = """
    SELECT md5(tool::text), min(own.calls_a_minute), min(own.calls_a_day)
      FROM toolbox_tool AS tool
      LEFT JOIN toolbox_toolconfiguration AS own
        ON own.tool_id = tool.id AND (own.book_id IS NULL OR own.book_id = %(book)s::bigint)
     WHERE tool.module_path = %(path)s
     GROUP BY tool.id
"""
_ROW = f"SELECT md5(tool::text), {', '.join(_COLUMNS)} FROM toolbox_tool AS tool WHERE module_path = %(path)s"  # noqa: S608 - the columns of a model


@dataclass(frozen=True, slots=True)
class Known:
    """A tool as it was registered, which nobody changes, and its schemas ready to hold values against."""

    tool: Tool
    state: State
    arguments: Checker
    result: Checker


@dataclass(frozen=True, slots=True)
class Standing:
    """A tool, and the limits that hold for it and a book."""

    known: Known
    limits: EffectiveLimits


class StandsOtherwiseError(Exception):
    """The tool does not stand as it was known to: whatever came of that is thrown away."""


@dataclass(slots=True)
class Footing:
    """What a call goes by: a tool as it is known, made sure of once, before anything is written or told."""

    path: str
    book: Book | None
    known: Known
    code: str
    standing: Standing | None = field(default=None)

    def sure(self) -> Standing:
        """Return how the tool stands, which is asked once.

        :raises StandsOtherwiseError: it, or its package on disk, changed since it became known.
        """
        if self.standing is None:
            standing = standing_of(self.path, self.book)
            if standing is None or standing.known is not self.known or _code_of(self.path) != self.code:
                raise StandsOtherwiseError
            self.standing = standing
        return self.standing


_KNOWN: dict[str, tuple[str, Known]] = {}
#: Of each tool, the digest of its package when it was last looked at.
_CODES: dict[str, str] = {}


def footing_as_known(path: str, book: Book | None) -> Footing | None:
    """Return the tool of this path as this process last saw it, which it may no longer be; ``None`` if it never did."""
    _, known = _KNOWN.get(path, ("", None))
    return Footing(path, book, known, _CODES[path]) if known is not None and path in _CODES else None


def footing_of(path: str, book: Book | None) -> Footing | None:
    """Return the tool of this path as it stands, or nothing where there is none."""
    standing = standing_of(path, book)
    return Footing(path, book, standing.known, _code_of(path), standing) if standing else None


def _code_of(path: str) -> str:
    _CODES[path] = code = code_digest(package_of(path))
    return code


def standing_of(path: str, book: Book | None) -> Standing | None:
    """Return how the tool of this path stands, or nothing where there is none."""
    with SESSIONS.session() as session:
        found = prepared(session, _STANDS, {"path": path, "book": book.pk if book else None}).fetchone()
        if found is None:
            return None
        digest, *own = found
        kept_digest, known = _KNOWN.get(path, ("", None))
        if known is None or kept_digest != digest:
            row = prepared(session, _ROW, {"path": path}).fetchone()
            if row is None:  # taken away this very moment
                return None
            tool = Tool.from_db("default", _COLUMNS, row[1:])
            known = Known(tool, tool.state, Checker(tool.argument_schema), Checker(tool.result_schema))
            _KNOWN[path] = row[0], known
    return Standing(known, narrowed(known.tool, own))
