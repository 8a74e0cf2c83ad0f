"""What a movement was in another currency: as the bank states it, in the terms of the account. Pure arithmetic."""

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext

from ledgerflow.core.money import minor_digits
from ledgerflow.toolbox.values import Statement, StatementLine

#: More digits than any amount times any rate has.
_DIGITS = 60
_LEAST_RATE, _MOST_RATE = Decimal("1e-12"), Decimal("1e12")
_CURRENCY = re.compile(r"[A-Z]{3}")


def in_currency_of_account(statement: Statement, currency: str) -> Statement:
    """Return the statement with each line in the account's currency, where the file says what it was in another one.

    A line that the bank has not converted is converted at the rate that it states, rounded half up to the digits of the
    account's currency; what the file says stays beside it as the original amount and currency. The rate is one to the
    statement's currency, so a line stays as it is where the statement is in another one than the account. Rates are
    kept with twelve decimals; one that is nothing then, or too large, is left out, and so is an original currency that
    is the account's own.
    """
    if not any(line.original_currency or line.rate or line.original_amount for line in statement.lines):
        return statement
    converts = statement.currency == currency
    lines = (_converted(line, currency) if converts else line for line in statement.lines)
    return replace(statement, lines=tuple(_kept(line, currency) for line in lines))


def _converted(line: StatementLine, currency: str) -> StatementLine:
    if line.rate is None or line.currency in ("", currency):
        return line
    with localcontext(prec=_DIGITS):
        amount = (line.amount * line.rate).quantize(
            Decimal(1).scaleb(-minor_digits(currency)), rounding=ROUND_HALF_UP
        )
    return line._replace(
        amount=amount, currency=currency, original_amount=line.amount, original_currency=line.currency
    )


def _kept(line: StatementLine, currency: str) -> StatementLine:
    if line.original_currency in (None, currency) or not _CURRENCY.fullmatch(line.original_currency or ""):
        return line._replace(original_amount=None, original_currency=None, rate=None)
    return line._replace(rate=None if line.rate is None else _kept_rate(line.rate))


def _kept_rate(rate: Decimal) -> Decimal | None:
    if not 0 < rate < _MOST_RATE:
        return None
    with localcontext(prec=_DIGITS):
        kept = rate.quantize(_LEAST_RATE, rounding=ROUND_HALF_UP)
    return kept if 0 < kept < _MOST_RATE else None
