"""Which reading of the amounts is taken: the one that the running balance proves, else the one the file prints."""

from collections.abc import Sequence
from dataclasses import replace

from tools._shared.cards import is_card_by_rows, owners_view, read_card
from tools._shared.columns import Columns
from tools._shared.currencies import currency_in_header
from tools._shared.movements import (
    Candidate,
    Numbers,
    is_in_account_currency,
    is_net_of,
    is_of_purchase,
    named_candidates,
    negated,
    unnamed_candidates,
)
from tools._shared.origins import names_shops
from tools._shared.proofs import Choice, Groups, balance_columns, prove
from tools._shared.vocabulary import Role
from tools.contract import StatementRefusedError

_FEW_ROWS = 2


def choose(
    columns: Columns, numbers: Numbers, groups: Groups, *, is_card: bool, line_of: Sequence[int], unit: str
) -> Choice:
    """Return the amounts to take.

    Raises:
        StatementRefusedError: No column holds the amounts, or nothing says which rows are money out.
    """
    candidates = (named_candidates if columns.has_header else unnamed_candidates)(columns, numbers)
    balances = balance_columns(columns, numbers)
    proven = prove(columns, groups, numbers, candidates, balances)
    if proven and not proven.candidate.certain:
        proven = replace(proven, warnings=(*proven.warnings, *_open_first(columns, proven.candidate)))
    if proven:
        return owners_view(columns, numbers, proven) if is_card else proven
    if not candidates:
        raise StatementRefusedError(_no_amounts(balances))
    if not is_card and not balances and (lone := _lone(columns, candidates)):
        is_card = is_card_by_rows(columns, lone)
    candidate = _unproven(columns, numbers, candidates, is_card=is_card, line_of=line_of, unit=unit)
    balance = _stated_balance(columns, numbers, candidate, balances)
    warnings = _warn(columns, numbers, candidate)
    if balance is not None:
        chains = groups.chains(candidate.amounts, numbers.values[balance])
        compared, matched = sum(chain.compared for chain in chains), sum(chain.matched for chain in chains)
        if matched < compared:
            title = columns.title(balance)
            warnings += (
                f"{compared - matched} of {compared} balances in {title} do not follow from the amounts.",
            )
    return Choice(candidate, balance, proven=False, warnings=warnings, is_card=is_card)


def _open_first(columns: Columns, candidate: Candidate) -> tuple[str, ...]:
    """Return a warning for amounts without any sign: no balance stands before the first of them."""
    ways = {amount > 0 for amount in candidate.amounts if amount}
    if len(candidate.columns) > 1 or len(ways) != 1:
        return ()
    way = "in" if ways == {True} else "out"
    title = columns.title(candidate.columns[0])
    shown = f"the balance shows that all but the earliest are money {way}, as it was read, too."
    return (f"No amount in {title} has a sign; {shown}",)


def _lone(columns: Columns, candidates: list[Candidate]) -> Candidate | None:
    """Return the best reading that the file prints, where it is a single column of money in and out."""
    certain = [each for each in candidates if each.certain and each.problem is None]
    is_lone = certain and len(certain[0].columns) == 1 and not columns.of(Role.OUT, Role.IN)
    return certain[0] if is_lone else None


def _stated_balance(
    columns: Columns, numbers: Numbers, candidate: Candidate, balances: list[int]
) -> int | None:
    if not columns.has_header:
        return None
    return next(
        (
            at
            for at in balances
            if at not in candidate.columns
            and (columns.roles[at] is Role.BALANCE or len(set(numbers.values[at])) > 1)
        ),
        None,
    )


def _warn(columns: Columns, numbers: Numbers, candidate: Candidate) -> tuple[str, ...]:
    fees = [at for at in columns.of(Role.FEE) if any(numbers.values.get(at, ()))]
    notes = [f"{columns.title(at)} is taken to be part of the amounts." for at in fees]
    return (*([candidate.warning] if candidate.warning else []), *notes)


def _unproven(
    columns: Columns,
    numbers: Numbers,
    candidates: list[Candidate],
    *,
    is_card: bool,
    line_of: Sequence[int],
    unit: str,
) -> Candidate:
    certain = [each for each in candidates if each.certain and each.problem is None]
    if not columns.has_header and len({each.columns[0] for each in certain}) > 1:
        full = [each for each in certain if None not in each.amounts]
        if len({each.columns for each in full}) != 1:
            names = ", ".join(columns.title(each.columns[0]) for each in certain)
            raise StatementRefusedError(
                f"The table has no header, and more than one column may hold the amounts: {names}. "
                "Export the file with its header row."
            )
        certain = full
    if not columns.has_header and certain and len(certain[0].columns) == 1:
        _refuse_second_amount(columns, numbers, certain[0].columns[0])
    if is_card and not columns.of(Role.OUT, Role.IN) and (not certain or _lone(columns, candidates)):
        return read_card(columns, certain[0] if certain else candidates[-1])
    if certain:
        _refuse_other_amounts(columns, numbers, certain[0])
        return certain[0]
    refused = next((each for each in candidates if each.problem), None)
    if refused and refused.problem:
        raise StatementRefusedError(_where(columns, refused, line_of, unit))
    return _unsigned(columns, candidates)


def _refuse_second_amount(columns: Columns, numbers: Numbers, taken: int) -> None:
    """Refuse a nameless signed column with a full column of money before it: a balance would stand after."""
    before = [
        at
        for at, looked in numbers.looked.items()
        if at < taken and looked.has_money_marks and looked.filled == len(columns.dated)
    ]
    if before:
        raise StatementRefusedError(
            f"The table has no header, and {columns.title(before[0])} as well as {columns.title(taken)} "
            "may hold the amounts. "
            "Export the file with its header row."
        )


def _refuse_other_amounts(columns: Columns, numbers: Numbers, taken: Candidate) -> None:
    """Refuse when another amount column states other amounts and no header says whose currency it is in."""
    column = taken.columns[0]
    if columns.roles[column] is not Role.AMOUNT:
        return
    named = currency_in_header(columns.header[column])
    is_account = any(is_in_account_currency(columns, numbers, column, at) for at in columns.of(Role.AMOUNT))
    for other in columns.of(Role.AMOUNT):
        if (
            (is_account and is_of_purchase(columns, other))
            or (named and currency_in_header(columns.header[other]) in {None, named})
            or is_net_of(columns, numbers, column, other)
        ):
            continue
        pairs = zip(numbers.values[column], numbers.values.get(other, ()), strict=False)
        if any(one and two and abs(one) != abs(two) for one, two in pairs):
            raise StatementRefusedError(
                f"{columns.title(column)} and {columns.title(other)} state different amounts, and nothing says "
                "which one moved "
                "the account. Export the amounts in the account's currency only."
            )


def _where(columns: Columns, refused: Candidate, line_of: Sequence[int], unit: str) -> str:
    at = next((at for at, amount in enumerate(refused.amounts) if amount is None), None)
    place = (
        f" (first in {unit} {line_of[columns.dated[at]]})"
        if at is not None and len(refused.columns) == 2
        else ""
    )
    return f"The direction of some amounts is not clear: {refused.problem}{place}. Export the file with signed amounts."


def _unsigned(columns: Columns, candidates: list[Candidate]) -> Candidate:
    amounts = [candidate for candidate in candidates if len(candidate.columns) == 1]
    if not columns.has_header or len(amounts) != 1:
        raise StatementRefusedError(
            "Nothing in the file says which column holds the amounts or which rows are money out. "
            "Export the file with its header row and with signed amounts."
        )
    if sum(1 for amount in amounts[0].amounts if amount) > _FEW_ROWS:
        raise StatementRefusedError(
            f"No amount in {columns.title(amounts[0].columns[0])} has a sign and no column says money in or out. "
            "Export the file with signed amounts, or with a running balance."
        )
    warning = f"No amount in {columns.title(amounts[0].columns[0])} has a sign; all were read as"
    if names_shops(columns, amounts[0].columns):
        # What is usual there has no sign, and a refund would have one.
        out = negated(amounts[0].amounts)
        return Candidate(
            out,
            amounts[0].columns,
            certain=False,
            warning=f"{warning} money out, because each names a shop's place.",
        )
    return Candidate(amounts[0].amounts, amounts[0].columns, certain=False, warning=f"{warning} money in.")


def _no_amounts(balances: list[int]) -> str:
    if balances:
        return "The table states balances, not movements. Export the list of transactions instead."
    return "No column of the table holds amounts. Export the list of transactions instead."
