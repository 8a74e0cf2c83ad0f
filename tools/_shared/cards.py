"""Cards: a statement may print purchases positive and what the owner owes as a positive balance."""

from dataclasses import replace

from tools._shared.columns import Columns
from tools._shared.movements import Candidate, Numbers, Values, described, negated, reversed_sign
from tools._shared.proofs import Choice
from tools._shared.row_words import is_paid_on, is_pending, is_repayment, is_thanked
from tools._shared.vocabulary import Role
from tools.contract import StatementRefusedError

_ENOUGH = 3
_CLEAR = 0.8


def _purchases_are_negative(columns: Columns, amounts: Values) -> bool | None:
    """Say whether purchases are printed with a minus; ``None`` when the rows do not show it.

    Purchases are the many, and repayments run against them.
    """
    states = [columns.pick(at) for at in columns.of(Role.STATUS)]
    authorized: set[bool] = {
        amount < 0
        for amount, *said in zip(amounts, *states, strict=True)
        if amount and is_pending(" ".join(said))
    }
    if len(authorized) == 1:
        return authorized.pop()  # a shop asks before it is paid; who repays a card does not
    bought: list[bool] = []
    repaid: list[bool] = []
    for text, amount in described(columns, amounts):
        (repaid if is_repayment(text) and not is_paid_on(text) else bought).append(amount < 0)
    if not bought:
        return None
    share = sum(bought) / len(bought)
    negative = share >= _CLEAR
    if not negative and share > 1 - _CLEAR:
        return None
    against = sum(sign != negative for sign in repaid) * 2 > len(repaid)
    if repaid:
        return negative if against else None
    return negative if len(bought) >= _ENOUGH else None


def is_card_by_rows(columns: Columns, candidate: Candidate) -> bool:
    """Say whether the rows of a file that names no card are a card's: what was bought stands positive in most of them.

    Raises:
        StatementRefusedError: They may be a card's or an account's.
    """
    ways = [amount > 0 for amount in candidate.amounts if amount]
    bought = sum(ways)
    if bought == len(ways) or 2 * bought < len(ways):
        return False
    texts = {(amount > 0, text) for text, amount in described(columns, candidate.amounts)}
    positive = {text for is_positive, text in texts if is_positive}
    negative = {text for is_positive, text in texts if not is_positive}
    if any(map(is_thanked, negative)) and not any(map(is_thanked, positive)):
        return True
    if (
        bought >= _ENOUGH
        and all(text in positive or (is_repayment(text) and not is_paid_on(text)) for text in negative)
        and not any(map(is_repayment, positive))
    ):
        title = columns.title(candidate.columns[0])
        raise StatementRefusedError(
            f"Most amounts in {title} are positive, and each negative one reads like a card's: its bill paid, or a "
            "purchase returned. Nothing says whether this is a card's statement with positive purchases or money that "
            "came in. Choose what the columns are for, or export the file with separate columns for money in and out."
        )
    return False


def read_card(columns: Columns, candidate: Candidate) -> Candidate:
    """Return a card's single column with purchases as money out.

    Raises:
        StatementRefusedError: The rows do not show which sign a purchase has.
    """
    negative = _purchases_are_negative(columns, candidate.amounts)
    title = columns.title(candidate.columns[0])
    if negative is None:
        raise StatementRefusedError(
            f"This looks like a card's statement, and nothing says whether a purchase in {title} is positive or "
            "negative. Export the file with separate columns for money in and out."
        )
    if negative:
        return candidate
    return reversed_sign(
        candidate, f"Purchases stand in {title} without a minus; they were read as money out."
    )


def owners_view(columns: Columns, numbers: Numbers, choice: Choice) -> Choice:
    """Return a proven reading of a single column from the owner's side: what is owed is a negative balance."""
    if choice.balance is None or len(choice.candidate.columns) != 1:
        return choice
    owed = [balance > 0 for balance in numbers.values[choice.balance] if balance]
    negative = _purchases_are_negative(columns, choice.candidate.amounts)
    if negative or sum(owed) * 2 <= len(owed):
        return choice
    if negative is None:
        read_card(columns, choice.candidate)
    numbers.values[choice.balance] = negated(numbers.values[choice.balance])
    title = columns.title(choice.candidate.columns[0])
    warning = f"Purchases stand in {title} without a minus; they were read as money out."
    return replace(
        choice, candidate=reversed_sign(choice.candidate, warning), warnings=(*choice.warnings, warning)
    )
