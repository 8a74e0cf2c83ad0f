"""A person's own decision about many lines at once: account, tax line, business share, payee; undone as one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import payee_text
from ledgerflow.classification.errors import ClassificationError
from ledgerflow.classification.models import ChangedAlias, ChangedLine, Classification, DecisionChange
from ledgerflow.classification.services.business_use import check_share
from ledgerflow.classification.services.corrections import count_corrections
from ledgerflow.classification.services.decide import check_decisions, check_tax_lines
from ledgerflow.classification.services.decisions import (
    DRAWN_UNSEEN,
    HELD,
    POSSIBLE_TRANSFER,
    POSTED,
    THESE,
    Changed,
    change_lines,
)
from ledgerflow.classification.services.record import settle_predictions
from ledgerflow.classification.services.refit import suggest_for_payees
from ledgerflow.core.arrays import whole_numbers
from ledgerflow.ledger.models import Account
from ledgerflow.payees.models import Payee
from ledgerflow.payees.services import name_payee, remember_payees
from ledgerflow.users.models import User

_NAME_REFUSAL = f"CASE {POSTED} END"
_NAME = "payee_id = %(payee)s"
_BOOK_REFUSAL = f"""
    CASE {POSTED} {HELD}
        WHEN made.state = 'excluded' THEN 'It is excluded; send it back to review first.'
        WHEN made.is_split THEN 'It is split; change its parts by themselves.'
        WHEN account.id IS NULL THEN 'It has no account yet.'
        WHEN account.is_archived THEN 'Its account is archived; choose another.'
        WHEN EXISTS (
            SELECT FROM statements_bankaccount WHERE id = line.bank_account_id AND ledger_account_id = account.id
        ) THEN 'This is its bank account itself; choose what the money was for.'
        WHEN %(tax_line)s <> '' AND account.tax_line <> %(tax_line)s
                AND NOT classification_takes_tax_line(made.book_id, account.id, %(tax_line)s)
            THEN 'No account of the same kind as its account has this tax line; give it to one first.'
        WHEN %(share)s::numeric IS NOT NULL AND account.type <> 'expense'
            THEN 'A business share is taken of what goes to an expense account.'
        {POSSIBLE_TRANSFER} {DRAWN_UNSEEN}
    END
"""
# What the lines keep of their own goes along to another account where that may have it; a tax line that a rule alone
# suggested belongs to the account that it says.
_BOOK = """
    state = 'accepted', source = 'person', rule_id = NULL, promise_id = NULL, confidence = 1, reason = %(reason)s,
    decided_by_id = %(user)s, decided_at = %(now)s, account_id = picked.account_id,
    payee_id = COALESCE(%(payee)s, made.payee_id),
    tax_line = CASE
        WHEN COALESCE(%(tax_line)s, made.tax_line) IN ('', picked.tax_line) THEN ''
        WHEN %(tax_line)s IS NOT NULL THEN %(tax_line)s
        WHEN (made.decided_by_id IS NOT NULL OR made.account_id = picked.account_id)
            AND classification_takes_tax_line(made.book_id, picked.account_id, made.tax_line) THEN made.tax_line
        ELSE '' END,
    business_share = COALESCE(%(share)s, CASE WHEN picked.type = 'expense' THEN made.business_share END)
"""


@dataclass(frozen=True, slots=True)
class Booking:
    """What lines are set to; what is empty stays as each line has it.

    ``tax_line`` is the lines' own, the empty one that of their account; ``business_share`` is in percent.
    """

    account: Account | None = None
    payee: str = ""
    tax_line: str | None = None
    business_share: Decimal | None = None

    @property
    def is_name_alone(self) -> bool:
        """Whether only the payee is named, which accepts nothing."""
        return self.account is None and self.tax_line is None and self.business_share is None


@transaction.atomic
def book_together(
    *,
    book: Book,
    line_ids: Sequence[int],
    booking: Booking,
    user: User,
    now: datetime,
    transfers: Collection[int] = (),
    is_seen: bool = True,
) -> Changed:
    """Book the lines so, and accept them so, as :func:`decide` does one; a payee's name alone accepts nothing.

    Lines that are split, excluded, held back or in the journal, without an account, with one that has no such tax line
    or business share, or that may be ``transfers``, are told. Where nobody looked at each line (``is_seen``), they say
    nothing of how good the suggestions are, and those drawn to be looked at are told, too.

    Raises:
        WrongAccountError: the account is not of the book, or archived.
        OwnTaxLineError: no account of the same kind as the account given has the tax line.
        BusinessUseError: the share is none, or the book knows no account for the rest.
        PayeeNameError: no payee can be called so.
        ClassificationError: nothing is given.
    """
    payee = name_payee(book=book, name=booking.payee) if booking.payee.strip() else None
    if booking.is_name_alone and payee is None:
        raise ClassificationError("Say what the lines are to be set to.")
    account = booking.account
    if account is not None:
        check_decisions(book=book, made=[], accounts=[account])
        check_tax_lines(book=book, given=[(account, booking.tax_line or "")])
    if booking.business_share is not None:
        check_share(book=book, share=booking.business_share)
    changed = change_lines(
        book,
        DecisionChange.Act.DECIDE,
        user,
        now,
        which=THESE,
        refusal=_NAME_REFUSAL if booking.is_name_alone else _BOOK_REFUSAL,
        change=_NAME if booking.is_name_alone else _BOOK,
        account=account,
        lines=whole_numbers(line_ids),
        payee=payee.pk if payee else None,
        tax_line=booking.tax_line,
        share=booking.business_share,
        reason=f"{user} decided."[:300],
        is_seen=is_seen,
        transfers=whole_numbers(transfers),
    )
    if changed.change_id is not None:
        change = DecisionChange.objects.get(pk=changed.change_id)
        _follow(book, change, payee, is_looked_at=is_seen and not booking.is_name_alone)
    return changed


def _follow(book: Book, change: DecisionChange, payee: Payee | None, *, is_looked_at: bool) -> None:
    """Let what learns from decisions know of these."""
    lines = list(ChangedLine.objects.filter(change=change).values_list("line_id", flat=True))
    if is_looked_at:
        settle_predictions(book=book, line_ids=lines)
    count_corrections(change=change)
    made = Classification.objects.filter(book=book, line_id__in=lines)
    if payee is not None:
        texts = made.values_list("line__description", "line__counterparty").distinct()
        former = remember_payees(book=book, texts={payee_text(*text) for text in texts}, payee=payee)
        ChangedAlias.objects.bulk_create(
            ChangedAlias(
                change=change, book=book, key=each.key, before_id=each.payee_id, after_id=each.named_id
            )
            for each in former
        )
    payee_ids = made.filter(payee__isnull=False).values_list("payee_id", flat=True).distinct()
    suggest_for_payees(book=book, payee_ids=list(payee_ids), is_all=True)
