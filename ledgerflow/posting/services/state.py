"""What the bank itself took or gave in the book's currency for a line in another one."""

from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, State
from ledgerflow.core.money import ZERO, minor_digits
from ledgerflow.ledger.errors import RateError
from ledgerflow.ledger.rate_files import rounded_rate
from ledgerflow.posting.errors import StatedAmountError
from ledgerflow.posting.models import StatedAmount
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User

#: The journal keeps no amounts from here on.
_TOO_LARGE = Decimal("1e15")


@transaction.atomic
def state_amount(
    *, book: Book, line_id: int, base_amount: Decimal | None, user: User, now: datetime
) -> StatedAmount | None:
    """Say what the bank took or gave in the book's currency; it goes before any rate. ``None`` takes it back.

    The sign is the line's: money out is negative.

    Raises:
        StatedAmountError: the book has no such line, it is in the book's currency, pending or in the journal, or the
            amount has another sign, too many digits or is nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM ledger_lock(%s)", [book.pk])
    line = StatementLine.objects.filter(book=book, pk=line_id).first()
    if line is None:
        raise StatedAmountError("This book has no such line.")
    if Classification.objects.filter(line=line, state=State.POSTED).exists():
        raise StatedAmountError("This line is in the journal; reverse its entry first.")
    known = StatedAmount.objects.filter(book=book, line=line)
    if base_amount is None:
        known.delete()
        return None
    _check(book, line, base_amount)
    known.delete()
    return StatedAmount.objects.create(
        book=book, line=line, base_amount=base_amount, stated_by=user, stated_at=now
    )


def _check(book: Book, line: StatementLine, base_amount: Decimal) -> None:
    base = book.base_currency
    if not base_amount.is_finite():
        raise StatedAmountError(f"{base_amount} is no amount.")
    if line.currency == base:
        raise StatedAmountError(
            f"This line is in {base}, the currency of the book; there is nothing to state."
        )
    if line.is_pending:
        raise StatedAmountError("The bank has not booked this line yet; state the amount when it has.")
    if line.amount == ZERO or (base_amount > ZERO) != (line.amount > ZERO) or base_amount == ZERO:
        raise StatedAmountError(
            "The amount has the sign of the line: money out is negative, and it is not zero."
        )
    if abs(base_amount) >= _TOO_LARGE:
        raise StatedAmountError("The amount is too large for the journal.")
    if base_amount != round(base_amount, minor_digits(base)):
        raise StatedAmountError(f"{base_amount} has more digits than {base} has.")
    try:
        rounded_rate(base_amount / line.amount)
    except RateError as error:
        raise StatedAmountError(f"No rate can follow from this amount: {error}") from error
