"""Debits without a minus: OFX states money out as negative, and some banks leave that to the transaction's type."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from tools.contract import Statement, StatementRefusedError

_TYPE = re.compile(r"<TRNTYPE>\s*+([A-Za-z]++)")
_ONE_WAY = frozenset({"DEBIT", "CREDIT", "DEP", "DIRECTDEP"})


def with_signs(
    statements: Sequence[Statement], unsigned: Collection[object], text: str
) -> tuple[Sequence[Statement], list[str]]:
    """Return the statements with debits as money out, and what to say about it.

    ``unsigned`` are the places of the lines that are marked DEBIT without a minus. Where no amount of a statement has
    one, the type alone says which way money went.

    :raises StatementRefusedError: every debit of the file is positive, and the types do not settle all directions.
    """
    if not unsigned:
        return statements, []
    kinds = [kind.upper() for kind in _TYPE.findall(text)]
    places, debits_found, turned, found = set(map(id, unsigned)), 0, 0, []
    for statement in statements:
        debits = [line for line in statement.lines if id(line.place) in places and line.amount]
        debits_found += len(debits)
        if not debits or any(line.amount < 0 for line in statement.lines) or not _ONE_WAY.issuperset(kinds):
            found.append(statement)
            continue
        turned += len(debits)
        lines = [
            line._replace(amount=line.amount.copy_negate())
            if line.amount and id(line.place) in places
            else line
            for line in statement.lines
        ]
        found.append(replace(statement, lines=tuple(lines)))
    left = debits_found - turned
    if left > 1 and not turned and left == kinds.count("DEBIT"):
        message = (
            f"All {left} transactions that are marked DEBIT state a positive amount, as if money had come in, and the "
            "types do not settle which way the others went. Ask the bank for a file in which money out is negative."
        )
        raise StatementRefusedError(message)
    said = []
    if turned:
        said.append(
            f"No amount is negative; the {turned} lines that are marked DEBIT were read as money out."
        )
    if left:
        said.append(
            f"{left} lines are marked DEBIT but their amount is not negative; amounts are taken as stated."
        )
    return found, said
