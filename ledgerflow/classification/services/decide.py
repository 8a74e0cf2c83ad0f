"""A person's own decision about one line: account or parts, payee, note."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import payee_text
from ledgerflow.classification.errors import (
    BusinessUseError,
    HeldLineError,
    MatchedLineError,
    OwnTaxLineError,
    PostedLineError,
    SplitError,
    TooLongError,
    UnknownLineError,
    WrongAccountError,
)
from ledgerflow.classification.models import (
    LONGEST_MEMO,
    LONGEST_NOTE,
    ChangedAlias,
    ChangedLine,
    Classification,
    ClassificationSplit,
    DecisionChange,
    Source,
    State,
)
from ledgerflow.classification.services.business_use import check_share
from ledgerflow.classification.services.corrections import count_correction
from ledgerflow.classification.services.record import BEFORE, settle_predictions
from ledgerflow.classification.services.refit import ask_for_refit, suggest_for_payees
from ledgerflow.classification.tax_lines import chart_tax_lines
from ledgerflow.core.money import minor_digits
from ledgerflow.ledger.models import Account, AccountRole, AccountType
from ledgerflow.payees.models import Payee
from ledgerflow.payees.services import FormerAlias, remember_payee
from ledgerflow.statements.models import BankAccount, Hold, StatementLine
from ledgerflow.users.models import User

#: What a line in these states was proposed as is not what it was.
_NOT_BOOKED = frozenset({State.EXCLUDED, State.MATCHED})
_SNAPSHOT = "SELECT ({what})::text FROM classification_classification made WHERE line_id = %s"


@dataclass(frozen=True, slots=True)
class SplitPart:
    """A part of a line: its amount in the line's currency and sign, for one account.

    Where ``tax_line`` is empty, the account's counts.
    """

    account: Account
    amount: Decimal
    memo: str = ""
    tax_line: str = ""


@transaction.atomic
def decide(
    *,
    book: Book,
    line_id: int,
    user: User,
    now: datetime,
    account: Account | None = None,
    splits: Sequence[SplitPart] = (),
    payee: Payee | None = None,
    note: str | None = None,
    tax_line: str = "",
    business_share: Decimal | None = None,
) -> Classification:
    """Book the line to the account or the parts, as the person says, and accept it so.

    ``tax_line`` is the line's own beside ``account``; empty, or the account's own, the account's counts.
    ``business_share``, in percent, is the line's own and goes before what is said of payee or account.

    With neither account nor parts, only payee and note change and the line stays where it is. A payee that the line
    does not have yet is remembered for the bank's text until the decision is undone, and open lines of
    that payee, and of the one before, get fresh suggestions.

    Raises:
        UnknownLineError: the book has no such line, or it was never classified.
        PostedLineError: it is in the journal.
        MatchedLineError: it is matched with an entry.
        HeldLineError: it is held back or pending and may not be accepted.
        WrongAccountError: an account is not of the book, archived, or the bank's own.
        SplitError: the parts are fewer than two, zero somewhere, or do not add up to the line.
        BusinessUseError: the share is none, comes without an account, or nothing of the line goes to an expense.
        OwnTaxLineError: no account of the same kind in the book has the tax line, or it comes without an account.
        TooLongError: the note or the memo of a part is longer than is kept.
    """
    if len(note or "") > LONGEST_NOTE:
        raise TooLongError(f"A note has at most {LONGEST_NOTE} characters, this one {len(note or '')}.")
    made = _locked(book, line_id)
    check_decisions(
        book=book, made=[made], accounts=[account] if account else [part.account for part in splits]
    )
    given = (
        [(account, tax_line)] if account or not splits else [(part.account, part.tax_line) for part in splits]
    )
    check_tax_lines(book=book, given=given)
    check_business_share(book=book, share=business_share, accounts=[each for each, _ in given if each])
    before = _snapshot(made, BEFORE)
    said, rule_id, former_payee = (made.account_id, made.tax_line), made.rule_id, made.payee_id
    if account is not None or splits:
        _check_splits(made.line, account, splits)
        made.tax_line, made.business_share = _own(account, tax_line), business_share
        _book_to(made, account, splits, user, now)
        settle_predictions(book=book, line_ids=[line_id])
    if note is not None:
        made.note = note
        made.save(update_fields=["note"])
    former = _name(book, made, payee) if payee is not None else None
    kept = DecisionChange.objects.create(book=book, act=DecisionChange.Act.DECIDE, made_by=user, made_at=now)
    if rule_id is not None and made.rule_id is None and said != (made.account_id, made.tax_line):
        count_correction(rule_id=rule_id, change=kept)
    after = _snapshot(made, "classification_snapshot(made)")
    ChangedLine.objects.create(change=kept, book=book, line_id=line_id, before=before, after=after)
    if former is not None:
        ChangedAlias.objects.create(
            change=kept, book=book, key=former.key, before_id=former.payee_id, after_id=former.named_id
        )
    # Lines of whoever was paid before, too: those with the bank's text that names another one now go along.
    if payee_ids := {each for each in (made.payee_id, former_payee) if each is not None}:
        suggest_for_payees(book=book, payee_ids=payee_ids)
    ask_for_refit(book=book)
    return Classification.objects.get(pk=line_id)


def _locked(book: Book, line_id: int) -> Classification:
    locked = Classification.objects.select_for_update(of=("self",)).select_related("line__bank_account")
    made = locked.filter(book=book, line_id=line_id).first()
    if made is None:
        raise UnknownLineError("This book has no such line.")
    return made


@transaction.atomic
def decide_alike(*, book: Book, line_id: int, like: int, user: User, now: datetime) -> Classification:
    """Book the line as the line ``like`` is booked or proposed, with its own tax line and share, and accept it so.

    Raises:
        UnknownLineError: the book has no such line to book, or to book it like.
        SplitError: the other line is split; what of this one goes where nobody has said.
        WrongAccountError: the other line is not booked to an account nor to be reviewed, has none yet, or is a side of
            a transfer, which books no other line; or this one cannot be booked to its account.
        ClassificationError: as :func:`decide`.
    """
    other = Classification.objects.select_related("account").filter(book=book, line_id=like).first()
    if other is None:
        raise UnknownLineError("This book has no such line.")
    return decide(
        book=book,
        line_id=line_id,
        account=_account_to_copy(book, other),
        tax_line=other.tax_line,
        business_share=other.business_share,
        user=user,
        now=now,
    )


def _account_to_copy(book: Book, other: Classification) -> Account:
    if other.state in _NOT_BOOKED:
        raise WrongAccountError(f"The line above is {other.get_state_display()}; book this one by itself.")
    if other.is_split:
        raise SplitError("The line above is split; split this one by itself.")
    account = other.account
    if account is None:
        raise WrongAccountError("The line above has no account yet.")
    is_of_bank = BankAccount.objects.filter(book=book, ledger_account=account).exists()
    if is_of_bank or account.role == AccountRole.TRANSFER:
        raise WrongAccountError(
            "The line above is a transfer, and what is on its other side is not on this one's; book this one by itself."
        )
    return account


def check_decisions(*, book: Book, made: Sequence[Classification], accounts: Sequence[Account]) -> None:
    """Do nothing where :func:`decide` could book each of the lines to the accounts, or change its payee and note.

    The lines come with their bank accounts; one query, however many they are.

    Raises:
        PostedLineError, MatchedLineError, HeldLineError, WrongAccountError: as :func:`decide`.
    """
    for one in made:
        if one.state == State.POSTED:
            raise PostedLineError("This line is in the journal; reverse its entry first, then decide anew.")
        if one.state == State.MATCHED:
            raise MatchedLineError("This line is matched with an entry; take the match apart first.")
        if accounts:
            _refuse_held(one.line)
    if accounts:
        _check_accounts(book, [one.line for one in made], accounts)


def check_tax_lines(*, book: Book, given: Sequence[tuple[Account | None, str]]) -> None:
    """Do nothing where lines that are booked to each account may have the tax line of their own; one query at most.

    Raises:
        OwnTaxLineError: as :func:`decide`.
    """
    own = [(account, name) for account, name in given if (account is None and name) or _own(account, name)]
    known = chart_tax_lines(book=book) if own else None
    for account, name in own:
        if account is None:
            raise OwnTaxLineError("A tax line goes with an account; choose the account, too.")
        if known is not None and not known.takes(account, name):
            raise OwnTaxLineError(
                f"No account of the same kind as {account} has the tax line {known.label(name)}; give it to one first."
            )


def check_business_share(*, book: Book, share: Decimal | None, accounts: Sequence[Account]) -> None:
    """Do nothing where lines that are booked to the accounts may have the business share of their own.

    Raises:
        BusinessUseError: as :func:`decide`.
    """
    if share is None:
        return
    check_share(book=book, share=share)
    if all(account.type != AccountType.EXPENSE for account in accounts):
        raise BusinessUseError("A business share is taken of what goes to an expense account; choose one.")


def _own(account: Account | None, tax_line: str) -> str:
    """Return the tax line where it is another than the account's."""
    return "" if account is None or account.tax_line == tax_line else tax_line


def _refuse_held(line: StatementLine) -> None:
    if line.hold == Hold.PROOF:
        raise HeldLineError(
            "The statement of this line does not prove; someone must release its lines first."
        )
    if line.hold == Hold.LAPSED:
        raise HeldLineError(
            "This line was never booked as it is: the bank has booked it otherwise since, or dropped it."
        )
    if line.hold == Hold.TWIN:
        raise HeldLineError(
            "This line is here already under another day; decide about the line that stands for it."
        )
    if line.hold:
        raise HeldLineError("This line may be here already; answer the question about its day first.")
    if line.is_pending:
        raise HeldLineError(
            "The bank has not booked this line yet; it can be accepted when a statement shows it booked."
        )


def _check_accounts(book: Book, lines: Sequence[StatementLine], accounts: Sequence[Account]) -> None:
    found = {
        found.pk: found for found in Account.objects.filter(book=book, pk__in=[one.pk for one in accounts])
    }
    own = {line.bank_account.ledger_account_id for line in lines}
    for account in accounts:
        if account.pk not in found:
            raise WrongAccountError("This book has no such account.")
        if found[account.pk].is_archived:
            raise WrongAccountError(f"The account {account} is archived; choose another or restore it.")
        if account.pk in own:
            raise WrongAccountError(f"{account} is the bank account itself; choose what the money was for.")


def _check_splits(line: StatementLine, account: Account | None, splits: Sequence[SplitPart]) -> None:
    if not splits:
        return
    if account is not None:
        raise SplitError("Give one account or parts, not both.")
    if len(splits) < 2:
        raise SplitError("A split has at least two parts.")
    digits = minor_digits(line.currency)
    for part in splits:
        if len(part.memo) > LONGEST_MEMO:
            raise TooLongError(f"A memo has at most {LONGEST_MEMO} characters, this one {len(part.memo)}.")
        if part.amount == 0:
            raise SplitError("No part may be zero.")
        if part.amount != round(part.amount, digits):
            raise SplitError(f"{part.amount} has more than the {digits} digits of {line.currency}.")
    total = sum((part.amount for part in splits), Decimal(0))
    if total != line.amount:
        raise SplitError(
            f"The parts add up to {total.normalize():f} {line.currency}, the line is {line.amount.normalize():f}: "
            f"{(line.amount - total).normalize():f} remains."
        )


def _book_to(
    made: Classification, account: Account | None, splits: Sequence[SplitPart], user: User, now: datetime
) -> None:
    made.splits.all().delete()
    made.state, made.source, made.rule, made.promise = State.ACCEPTED, Source.PERSON, None, None
    made.account, made.is_split = account, bool(splits)
    made.confidence, made.reason = Decimal(1), f"{user} decided."[:300]
    made.decided_by, made.decided_at = user, now
    made.save()
    ClassificationSplit.objects.bulk_create(
        ClassificationSplit(
            classification=made,
            book_id=made.book_id,
            no=number,
            account=part.account,
            amount=part.amount,
            memo=part.memo,
            tax_line=_own(part.account, part.tax_line),
        )
        for number, part in enumerate(splits, start=1)
    )


def _name(book: Book, made: Classification, payee: Payee) -> FormerAlias | None:
    if payee.book_id != book.pk:
        raise UnknownLineError("This book has no such payee.")
    if made.payee_id == payee.pk:
        return None
    former = remember_payee(
        book=book,
        text=payee_text(description=made.line.description, counterparty=made.line.counterparty),
        payee=payee,
    )
    made.payee = payee
    made.save(update_fields=["payee"])
    return former


def _snapshot(made: Classification, what: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT.format(what=what), [made.pk])
        return json.loads(cursor.fetchone()[0])
