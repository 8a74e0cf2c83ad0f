"""The amounts of the rows, money out negative: every way the columns can be read, in order of preference.

A *candidate* is one reading of the amount columns. It is certain when the file itself prints the direction (a sign, a
word, a column of its own). Which candidate is taken is decided in ``choice``: a running balance that works out wins.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tools._shared.amounts import AmountColumn, Mark
from tools._shared.columns import Columns, directions, flag_columns
from tools._shared.currencies import currency_in_header
from tools._shared.row_words import is_paid_on, is_taken_back, is_thanked
from tools._shared.vocabulary import Role, words

Values = list[Decimal | None]
_OF_PURCHASE = re.compile(
    r"\b(?:transactions?|operation|operacji|operacion|operacao|operazione|transakcji|transakce|transaktion|transactie|"
    r"purchase|merchant|операции)\b"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of the amounts on the dated rows.

    ``certain`` says that the file prints the direction; ``problem`` says why the reading cannot be taken at all.
    """

    amounts: Values
    columns: tuple[int, ...]
    certain: bool
    problem: str | None = None
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """The number columns of the dated rows with the decimal mark settled."""

    looked: dict[int, AmountColumn]
    values: dict[int, Values]
    mark: Mark


def negated(values: Values) -> Values:
    """Return the amounts with the opposite sign."""
    return [None if value is None else value.copy_negate() if value else value for value in values]


def signed(numbers: Numbers, column: int) -> Candidate:
    """Read one column as it is printed."""
    return Candidate(numbers.values[column], (column,), certain=numbers.looked[column].is_signed)


def reversed_sign(candidate: Candidate, warning: str | None) -> Candidate:
    """Read the same columns with money out printed positive."""
    return Candidate(negated(candidate.amounts), candidate.columns, certain=True, warning=warning)


def pair(columns: Columns, numbers: Numbers, out: int, into: int, *, certain: bool) -> Candidate:
    """Read one column of money out and one of money in; a row may state only one of them, and one may be empty."""
    nothing: Values = [None] * len(columns.dated)
    outs, ins = numbers.values.get(out, nothing), numbers.values.get(into, nothing)
    stated = [value for value in outs if value]
    prints_minus = bool(stated) and all(value < 0 for value in stated)
    amounts: Values = []
    clash: int | None = None
    for at, (gone, come) in enumerate(zip(outs, ins, strict=True)):
        if gone and come:
            clash = at if clash is None else clash
            amounts.append(None)
        elif gone:
            amounts.append(gone if prints_minus else gone.copy_negate())
        else:
            amounts.append(come if come is not None else gone)
    mixed = any(value < 0 for value in stated) and not prints_minus
    mixed = mixed or (any(value and value < 0 for value in ins) and any(value and value > 0 for value in ins))
    problem = None
    if clash is not None:
        problem = f"both {columns.title(out)} and {columns.title(into)} state an amount"
    warning = f"{columns.title(out)} and {columns.title(into)} hold amounts of both signs." if mixed else None
    return Candidate(amounts, (out, into), certain=certain, problem=problem, warning=warning)


def described(columns: Columns, amounts: Values) -> Iterator[tuple[str, Decimal]]:
    """Yield the words of each row that moves something, with its amount."""
    texts = [columns.cells[at] for at in columns.of(Role.DESCRIPTION, Role.OTHER, Role.COUNTERPARTY)]
    for at, amount in zip(columns.dated, amounts, strict=True):
        if amount:
            yield " ".join(cells[at] for cells in texts), amount


def both_ways(columns: Columns, numbers: Numbers, each: Candidate) -> list[Candidate]:
    """Return both readings of a pair that prints money out plain and every amount of money in with a minus.

    Some cards print a payment so, others one that bounced: the balance says which, or thanks for each of them.
    """
    outs, ins = (numbers.values.get(at, []) for at in each.columns)
    paid_in: Values = [value or None for value in ins]
    stated = [value for value in paid_in if value]
    if each.problem or not stated or any(value > 0 for value in stated) or any(v and v < 0 for v in outs):
        return [each]
    texts = [text for text, _ in described(columns, paid_in)]
    is_paid = all(is_thanked(text) and not (is_paid_on(text) or is_taken_back(text)) for text in texts)
    turned = [
        amount if value is None else value.copy_negate()
        for amount, value in zip(each.amounts, paid_in, strict=True)
    ]
    title = columns.title(each.columns[1])
    warning = f"Every amount in {title} has a minus; they were read as money in, as their words say."
    payments = Candidate(turned, each.columns, certain=is_paid, warning=warning if is_paid else None)
    return [payments, replace(each, certain=False)]


def flagged(columns: Columns, numbers: Numbers, column: int, flag: int) -> Candidate:
    """Read one amount column with a column of words for the direction.

    Where the amounts have signs too, most rows of each direction say what the sign means: nothing beside the word, the
    same as the word, or the opposite of it.
    """
    values, known = numbers.values[column], directions(columns, flag)
    stated = [(value, way) for value, way in zip(values, known, strict=True) if value]
    unknown = next(
        (at for at, (value, way) in enumerate(zip(values, known, strict=True)) if value and way is None), None
    )
    if unknown is not None:
        word = columns.pick(flag)[unknown]
        problem = f"{columns.title(flag)} says “{word}”, which is neither money in nor money out"
        return Candidate(values, (column, flag), certain=False, problem=problem)
    if not any(value < 0 for value, _ in stated):
        amounts = [
            None if v is None else v.copy_negate() if v and way == -1 else v
            for v, way in zip(values, known, strict=True)
        ]
        return Candidate(amounts, (column, flag), certain=True)
    minus_out = _mostly([value < 0 for value, way in stated if way == -1])
    minus_in = _mostly([value < 0 for value, way in stated if way == 1])
    uneven = f"Some signs in {columns.title(column)} contradict {columns.title(flag)}; the sign was taken."
    if minus_out in {True, None} and minus_in in {False, None}:
        contradicts = any((value < 0) != (way == -1) for value, way in stated)
        return Candidate(values, (column, flag), certain=True, warning=uneven if contradicts else None)
    if minus_out in {False, None} and minus_in in {True, None}:
        return Candidate(negated(values), (column, flag), certain=True)
    if minus_out is False and minus_in is False:
        amounts = [
            None if v is None else v.copy_negate() if v and way == -1 else v
            for v, way in zip(values, known, strict=True)
        ]
        return Candidate(
            amounts,
            (column, flag),
            certain=True,
            warning=f"Some amounts in {columns.title(column)} are negative.",
        )
    return Candidate(
        values, (column, flag), certain=False, problem=f"the signs contradict {columns.title(flag)}"
    )


def _says_ways(columns: Columns, numbers: Numbers, column: int, flag: int) -> bool:
    """Whether a column is no constant beside amounts of both signs, as a dash for an empty cell is."""
    signs = {value < 0 for value in numbers.values[column] if value}
    return flag in columns.of(Role.FLAG) or len(signs) < 2 or len(set(columns.pick(flag))) > 1


def _mostly(facts: Sequence[bool]) -> bool | None:
    return None if not facts else sum(facts) * 2 > len(facts)


def _amount_columns(columns: Columns, numbers: Numbers) -> list[int]:
    named = [column for column in columns.of(Role.AMOUNT) if column in numbers.values]
    most = max((numbers.looked[column].filled for column in named), default=0)

    def rank(column: int) -> tuple[bool, bool, bool, int]:
        title = columns.header[column] if column < len(columns.header) else ""
        is_value = words(title) in {"value", "total", "sum", "summa"}
        return numbers.looked[column].filled * 2 < most, not currency_in_header(title), is_value, column

    if named:
        named.sort(key=rank)
        account = [
            at
            for at in named
            if any(
                is_in_account_currency(columns, numbers, at, other) or is_net_of(columns, numbers, at, other)
                for other in named
            )
        ]
        return [*account, *(at for at in named if at not in account)]
    taken = {Role.OTHER}
    return [
        column
        for column in columns.of(*taken)
        if column in numbers.values and numbers.looked[column].has_money_marks
    ]


def is_in_account_currency(columns: Columns, numbers: Numbers, column: int, other: int) -> bool:
    """Whether one amount is in the account's currency and the other in each purchase's, by the currencies beside.

    The account's is the same in every row, the purchases' is not, its column is named after them, and where both are
    the same the amounts are.
    """
    own, bought = _currencies_beside(columns, column), _currencies_beside(columns, other)
    if column == other or len(set(own)) != 1 or len(set(bought) - {""}) < 2:
        return False
    if other not in numbers.values or is_of_purchase(columns, column) or not is_of_purchase(columns, other):
        return False
    values = zip(numbers.values[column], numbers.values[other], own, bought, strict=True)
    return all(abs(a or 0) == abs(b or 0) for a, b, one, two in values if one == two)


def is_net_of(columns: Columns, numbers: Numbers, net: int, gross: int) -> bool:
    """Whether one amount is the other less a fee of a column of its own, in every row and somewhere not nothing."""
    if net == gross or gross not in numbers.values or "net" not in words(columns.header[net]).split():
        return False
    for at in columns.of(Role.FEE):
        fees: Values = numbers.values.get(at, [])
        rows = zip(numbers.values[net], numbers.values[gross], fees, strict=False)
        if any(fees) and all(
            (left or 0) == (whole or 0) - (fee.copy_abs() if fee else 0) for left, whole, fee in rows
        ):
            return True
    return False


def is_of_purchase(columns: Columns, column: int) -> bool:
    """Whether a column is named after the purchase, whose currency need not be the account's."""
    return column < len(columns.header) and bool(_OF_PURCHASE.search(words(columns.header[column])))


def _currencies_beside(columns: Columns, column: int) -> Sequence[str]:
    after = column + 1
    return columns.pick(after) if after < len(columns.cells) and columns.is_currency(after) else ()


def _booked_first(columns: Columns) -> Callable[[int], tuple[bool, int]]:
    def rank(column: int) -> tuple[bool, int]:
        title = words(columns.header[column]) if column < len(columns.header) else ""
        return not any(word in title for word in ("记账", "booked", "posted", "入账")), column

    return rank


def named_candidates(columns: Columns, numbers: Numbers) -> list[Candidate]:
    """Return the readings that the header allows, best first."""
    found: list[Candidate] = []
    flags = flag_columns(columns)
    outs = sorted((at for at in columns.of(Role.OUT) if at in numbers.values), key=_booked_first(columns))
    ins = sorted((at for at in columns.of(Role.IN) if at in numbers.values), key=_booked_first(columns))
    pairs = [pair(columns, numbers, out, into, certain=True) for out, into in zip(outs, ins, strict=False)]
    pairs = [way for each in pairs for way in both_ways(columns, numbers, each)]
    amounts = _amount_columns(columns, numbers)
    for column in amounts:
        plain = signed(numbers, column)
        found.extend(
            flagged(columns, numbers, column, flag)
            for flag in flags
            if _says_ways(columns, numbers, column, flag)
        )
        agreeing = [
            each for each in pairs if each.problem is None and _same_size(each.amounts, plain.amounts)
        ]
        found.extend([] if plain.certain else agreeing)
        found.append(plain)
    found.extend(pairs if not amounts or not any(each.certain for each in found) else [])
    nothing_out = [at for at in columns.of(Role.OUT) if at not in numbers.values]
    if ins and not outs and nothing_out and not amounts:
        found.extend(
            both_ways(columns, numbers, pair(columns, numbers, nothing_out[0], ins[0], certain=True))
        )
    elif len(outs) + len(ins) == 1 and not amounts:
        only = (outs + ins)[0]
        found.extend(flagged(columns, numbers, only, flag) for flag in columns.of(Role.FLAG))
        plain = signed(numbers, only)
        positive = not any(value and value < 0 for value in plain.amounts)
        found.append(
            Candidate(negated(plain.amounts) if outs and positive else plain.amounts, (only,), certain=True)
        )
    return found


def _same_size(one: Values, other: Values) -> bool:
    return all(abs(a or 0) == abs(b or 0) for a, b in zip(one, other, strict=True))


def unnamed_candidates(columns: Columns, numbers: Numbers) -> list[Candidate]:
    """Return the readings of a table without a header, signed columns first."""
    money = [
        at
        for at in sorted(numbers.values)
        if numbers.looked[at].has_money_marks or numbers.looked[at].is_signed
    ]
    money = money[:12]
    count = len(columns.dated)
    signs = [at for at in money if numbers.looked[at].is_signed and numbers.looked[at].has_money_marks]
    full = [at for at in money if numbers.looked[at].filled == count and numbers.looked[at].has_money_marks]
    found: list[Candidate] = []
    flags = flag_columns(columns)
    for column in full:
        found.extend(
            flagged(columns, numbers, column, flag)
            for flag in flags
            if _says_ways(columns, numbers, column, flag)
        )
    ordered = [at for at in signs if at in full] + [at for at in signs if at not in full]
    found.extend(signed(numbers, at) for at in ordered)
    numeric = sorted(numbers.values)
    for out in money:
        for into in money:
            if out != into and not _both_stated(numbers.values[out], numbers.values[into]):
                signs_say = _negative_only(numbers.values[out]) and not _negative_only(numbers.values[into])
                found.append(pair(columns, numbers, out, into, certain=signs_say))
    if len(numeric) <= 12:
        found.extend(signed(numbers, at) for at in full if at not in signs)
    return found


def _both_stated(one: Values, other: Values) -> bool:
    return any(a and b for a, b in zip(one, other, strict=True)) or any(
        a is None and b is None for a, b in zip(one, other, strict=True)
    )


def _negative_only(values: Values) -> bool:
    stated = [value for value in values if value]
    return bool(stated) and all(value < 0 for value in stated)
