"""The demo books: generated files through the upload door, lines decided and posted as a bookkeeper would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.books.scope import book_scope
from ledgerflow.classification.models import Classification, Source, State
from ledgerflow.classification.services import RuleConditions, accept, create_rule, decide
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.pipeline.demo_statements import (
    CAFE_HABITS,
    CARD_HABITS,
    CHECKING_HABITS,
    DemoFile,
    card_csv_files,
    german_csv_files,
    months_before,
    ofx_files,
    with_a_missing_row,
)
from ledgerflow.pipeline.services import receive_file, run_import
from ledgerflow.posting.opening_selectors import opening_of
from ledgerflow.posting.services import confirm_sure_transfers, post_lines, post_opening
from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.services import create_bank_account
from ledgerflow.users.models import User

_MONTHS = 6
_KINDS_DESIGN = {
    "sales": "4000", "rent": "6150", "contract-labor": "6040", "utilities": "6210", "insurance": "6080",
    "other-expenses": "6300", "drawings": "3200", "office": "6120", "advertising": "6010",
    "supplies": "6170", "meals": "6200", "car": "6020", "travel": "6190",
}  # fmt: skip
_KINDS_CAFE = {
    "sales": "4000", "rent": "6100", "cost-of-sales": "5000", "utilities": "6170", "wages": "6190",
    "bank-fees": "6020", "taxes": "2200",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Source:
    """A bank account of a demo book and its files, oldest first."""

    account: BankAccount
    files: Sequence[DemoFile]


@transaction.atomic
def make_books(*, user: User, now: datetime) -> list[Book]:
    """Make the demo books whole or not at all, unless they are there; the newest month is left to review.

    What the books show depends on the month of ``now`` alone.
    """
    if Book.objects.filter(is_demo=True).exists():
        return []
    return [_design_book(user, now), _cafe_book(user, now)]


def _design_book(user: User, now: datetime) -> Book:
    months = months_before(now.date(), _MONTHS)
    book = open_book(
        name="Hartwell Design", slug="demo-design", base_currency="USD", chart="sole_proprietor_us",
        owner=user, now=now, is_demo=True,
    )  # fmt: skip
    checking = create_bank_account(
        book=book, name="Business checking", kind="bank", currency="USD", number="4416190233"
    )
    card = create_bank_account(
        book=book, name="Business card", kind="card", currency="USD", number="5100447100882211"
    )
    statements = list(
        ofx_files(
            habits=CHECKING_HABITS, months=months, account="4416190233", opening_cents=845000, name="checking"
        )
    )
    cards = list(
        card_csv_files(
            habits=CARD_HABITS, months=months, card="5100447100882211", opening_cents=-31240, name="card"
        )
    )
    accounts = _accounts(book)
    fees = accounts[_KINDS_DESIGN["other-expenses"]]
    create_rule(
        book=book,
        conditions=RuleConditions(text="monthly service fee"),
        account=fees,
        mode="accept",
        user=user,
        now=now,
    )
    sources = (
        _Source(checking, statements),
        _Source(card, [*cards[:-1], with_a_missing_row(cards[-1])]),
    )
    _keep(book, sources, _KINDS_DESIGN, user, now)
    return book


def _cafe_book(user: User, now: datetime) -> Book:
    months = months_before(now.date(), _MONTHS)
    book = open_book(
        name="Café Nordlicht", slug="demo-cafe", base_currency="EUR", chart="generic",
        owner=user, now=now, is_demo=True,
    )  # fmt: skip
    iban = "DE89370400440532013000"
    giro = create_bank_account(book=book, name="Geschäftskonto", kind="bank", currency="EUR", number=iban)
    files = list(
        german_csv_files(habits=CAFE_HABITS, months=months, iban=iban, opening_cents=1204510, name="umsaetze")
    )
    rent = _accounts(book)[_KINDS_CAFE["rent"]]
    create_rule(
        book=book,
        conditions=RuleConditions(text="miete ladenlokal"),
        account=rent,
        mode="accept",
        user=user,
        now=now,
    )
    _keep(book, (_Source(giro, files),), _KINDS_CAFE, user, now)
    return book


def _accounts(book: Book) -> dict[str, Account]:
    return {account.code: account for account in Account.objects.filter(book=book)}


def _keep(
    book: Book, sources: Sequence[_Source], kinds: Mapping[str, str], user: User, now: datetime
) -> None:
    """Import month by month; confirm what the accounts began with; decide and post all but the newest month.

    The newest transfers are left to review as well.
    """
    for month in range(_MONTHS):
        for source in sources:
            file = source.files[month]
            received = receive_file(
                book=book,
                name=file.name,
                content=file.content,
                user=user,
                now=now,
                bank_account=source.account,
            )
            run_import(run_id=received.run.pk, now=now)
            if month == 0:
                with book_scope(book, user):
                    _open(book, source.account, user, now)
            if month < _MONTHS - 1:
                with book_scope(book, user):
                    _decide(book, file, kinds, user, now)
        if month < _MONTHS - 2:
            with book_scope(book, user):
                confirm_sure_transfers(book=book, user=user, now=now)
        if month < _MONTHS - 1:
            post_lines(book=book, line_ids=None, posted_by=user, posted_at=now)
    first_of_third = months_before(now.date(), _MONTHS)[2]
    with book_scope(book, user):
        close_period(
            book=book,
            through=first_of_third - timedelta(days=1),
            reason="Filed with the accountant",
            user=user,
            now=now,
        )


def _open(book: Book, bank_account: BankAccount, user: User, now: datetime) -> None:
    """Confirm what the first statement of the bank account began with."""
    proposal = opening_of(book=book, bank_account=bank_account).proposal
    assert proposal is not None  # the generator writes balances into every file
    post_opening(
        book=book,
        bank_account=bank_account,
        amount=proposal.amount,
        date=proposal.date,
        user=user,
        now=now,
        is_checked=True,
    )


def _decide(book: Book, file: DemoFile, kinds: Mapping[str, str], user: User, now: datetime) -> None:
    """Accept what is suggested rightly, correct the rest, and leave to later what nobody knows."""
    meant = {movement.text: kinds.get(movement.kind) for movement in file.movements}
    accounts = _accounts(book)
    right: list[int] = []
    open_lines = Classification.objects.filter(
        book=book, state=State.OPEN, line__hold="", line__description__in=meant
    ).select_related("line", "account")
    for proposal in open_lines:
        code = meant[proposal.line.description]
        if code is None:
            continue
        if proposal.source != Source.NONE and proposal.account and proposal.account.code == code:
            right.append(proposal.line_id)
        else:
            decide(book=book, line_id=proposal.line_id, account=accounts[code], user=user, now=now)
    accept(book=book, line_ids=right, user=user, now=now)
