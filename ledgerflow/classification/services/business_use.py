"""Which part of a cost is the business's: said of an account or a payee from a day on."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.errors import BusinessUseError
from ledgerflow.classification.models import BusinessUse
from ledgerflow.ledger.models import Account, AccountRole, AccountType
from ledgerflow.payees.models import Payee
from ledgerflow.users.models import User

WHOLE = Decimal(100)


@transaction.atomic
def set_business_use(
    *,
    book: Book,
    share: Decimal,
    since: date,
    user: User,
    now: datetime,
    account: Account | None = None,
    payee: Payee | None = None,
) -> BusinessUse:
    """Say of an expense account or of a payee which share of the costs, in percent, is the business's from a day on.

    It takes the place of what was said for the same day, and changes nothing that is posted.

    Raises:
        BusinessUseError: the share is not from 0 to 100 with two digits at most, the account is none for expenses, it
            or the payee is not of the book, or the book has no account for drawings.
    """
    check_share(book=book, share=share)
    if (account is None) == (payee is None):
        raise BusinessUseError("Say of which account, or of which payee, and not of both.")
    if account is not None and (account.book_id != book.pk or account.type != AccountType.EXPENSE):
        raise BusinessUseError("A business use is taken of an expense account of this book.")
    if payee is not None and payee.book_id != book.pk:
        raise BusinessUseError("This book has no such payee.")
    used, _ = BusinessUse.objects.update_or_create(
        book=book,
        account=account,
        payee=payee,
        since=since,
        defaults={"share": share, "set_by": user, "set_at": now},
    )
    return used


def remove_business_use(*, book: Book, use_id: int) -> None:
    """Take back what was said; what is posted stays.

    Raises:
        BusinessUseError: the book has no such row.
    """
    gone, _ = BusinessUse.objects.filter(book=book, pk=use_id).delete()
    if not gone:
        raise BusinessUseError("This is not said any more; load the page again.")


def check_share(*, book: Book, share: Decimal) -> None:
    """Do nothing where the share is one, and the book knows where the rest goes.

    Raises:
        BusinessUseError: as :func:`set_business_use`.
    """
    if not share.is_finite() or not 0 <= share <= WHOLE or share != round(share, 2):
        raise BusinessUseError(
            "A business share is from 0 to 100 percent, with two digits after the point at most."
        )
    if (
        share < WHOLE
        and not Account.objects.filter(book=book, role=AccountRole.DRAWINGS, is_archived=False).exists()
    ):
        raise BusinessUseError(
            "The private part goes to drawings: make an account with the role Drawings first."
        )
