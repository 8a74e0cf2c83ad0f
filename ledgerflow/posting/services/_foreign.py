"""Entries that a person makes in another currency: what they are worth, as lines of banks are booked."""

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 - `date` is the argument's name
from decimal import ROUND_HALF_UP, Decimal, localcontext

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO, minor_digits
from ledgerflow.ledger.errors import RateError
from ledgerflow.ledger.models import Account, AccountRole
from ledgerflow.ledger.rate_files import rounded_rate
from ledgerflow.ledger.selectors.rates import DAYS_GOOD, rates_for
from ledgerflow.ledger.services import journal

#: More digits than any amount times any rate has.
_DIGITS = 60


def rate_of_entry(*, book: Book, currency: str, date: Date, rate: Decimal | None) -> Decimal:
    """Return the rate that was given, or the book's of the day.

    Raises:
        RateError: there is none of the day, or the one that was given is not above zero or has too many digits.
    """
    if rate is not None:
        if rounded_rate(rate) != rate:
            raise RateError("A rate has at most 12 digits after the decimal mark.")
        return rate
    known = rates_for(book=book, day=date, currencies=[currency]).get(currency)
    if known is None:
        raise RateError(
            f"There is no rate of {currency} for {date} or the {DAYS_GOOD} days before it; give one with the entry."
        )
    return known.rate


def foreign_lines(
    *, book: Book, lines: Sequence[tuple[Account, Decimal]], currency: str, rate: Decimal
) -> list[journal.LineDraft]:
    """Return the lines of an entry in the currency; each currency adds up to zero by itself.

    All lines up to one are worth their sum at the rate, so that no coin is lost in rounding.

    Raises:
        RateError: amounts are to be converted and the book has no account for it.
    """
    base, drafts = book.base_currency, []
    through = worth_before = kept = kept_worth = ZERO
    for account, amount in lines:
        through += amount
        worth = _worth(through, rate, base) - worth_before
        worth_before += worth
        if account.currency == currency:
            kept, kept_worth = kept + amount, kept_worth + worth
            drafts.append(journal.LineDraft(account.pk, currency, amount, worth))
        else:
            drafts.append(journal.LineDraft(account.pk, base, worth, worth))
    if kept or kept_worth:
        conversion = Account.objects.filter(book=book, role=AccountRole.CONVERSION).first()
        if conversion is None:
            raise RateError("No account has the role Currency conversion; make one first.")
        drafts += [
            journal.LineDraft(conversion.pk, currency, -kept, -kept_worth),
            journal.LineDraft(conversion.pk, base, kept_worth, kept_worth),
        ]
    return drafts


def _worth(amount: Decimal, rate: Decimal, base: str) -> Decimal:
    with localcontext(prec=_DIGITS):
        return (amount * rate).quantize(Decimal(1).scaleb(-minor_digits(base)), rounding=ROUND_HALF_UP)
