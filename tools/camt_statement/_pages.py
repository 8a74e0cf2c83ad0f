"""The number that a bank counts its statements by, and the pages of one statement in several parts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from xml.etree.ElementTree import Element

from tools._shared.pages import missing_pages
from tools.camt_statement._balances import Balance
from tools.camt_statement._values import children, find, text_of
from tools.contract import Statement

_NUMBER = re.compile(r"0*([1-9]\d{0,8})")


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of a statement, and whether it says to be the last; ``at`` is its place in the file.

    ``of`` is what the pages of the statement share: its number, else its ``Id``, which banks also count by pages.
    """

    at: int
    of: tuple[str, ...]
    number: int
    is_last: bool


def statement_number(parts: dict[str, Element]) -> int | None:
    """Return the number of the statement: that of the electronic ones, else of all."""
    for name in ("ElctrncSeqNb", "LglSeqNb"):
        number = _NUMBER.fullmatch(text_of(parts.get(name)))
        if number is not None:
            return int(number[1])
    return None


def page_of(statement: Element, *, at: int, of: tuple[str, ...]) -> Page | None:
    """Return which page of a statement (``Stmt``) this is; ``None`` where it does not say."""
    stated = children(find(statement, "StmtPgntn"))
    number = _NUMBER.fullmatch(text_of(stated.get("PgNb")))
    if number is None:
        return None
    return Page(at, of, int(number[1]), text_of(stated.get("LastPgInd")).casefold() in ("true", "1"))


def is_whole(
    balances: Sequence[Balance], opening: Decimal | None, closing: Decimal | None, moved: Decimal
) -> bool:
    """Whether final booked balances on both sides of the entries say that no other page holds any."""
    final = {balance.code for balance in balances if not balance.is_intermediate}
    return (
        opening is not None
        and closing is not None
        and opening + moved == closing
        and "CLBD" in final
        and bool(final & {"OPBD", "PRCD"})
    )


def with_missing_pages(statements: Sequence[Statement], pages: Sequence[Page]) -> tuple[Statement, ...]:
    """Return the statements, each page with the others that the file does not hold."""
    noted = list(statements)
    together: dict[tuple[str, ...], list[Page]] = {}
    for page in pages:
        together.setdefault(page.of, []).append(page)
    for of_one in together.values():
        count = max((page.number for page in of_one if page.is_last), default=None)
        missing = missing_pages({page.number for page in of_one}, count)
        for page in of_one:
            noted[page.at] = replace(noted[page.at], missing_pages=missing)
    return tuple(noted)
