"""The demo books: generated files through the upload door, lines decided and posted as a bookkeeper would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.scope import book_scope
from ledgerflow.classification.models import Classification, Source, State
from ledgerflow.classification.services import RuleConditions, accept, create_rule, decide
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.pipeline.demo_receipts import receipts_for
from ledgerflow.pipeline.demo_statements import (
    CAFE_HABITS,
    CARD_HABITS,
    CHECKING_HABITS,
    DemoFile,
    Movement,
    card_csv_files,
    german_csv_files,
    months_before,
    months_through,
    movements_of,
    ofx_files,
    with_a_missing_row,
)
from ledgerflow.pipeline.services import receive_file, run_import
from ledgerflow.posting.opening_selectors import opening_of
from ledgerflow.posting.services import confirm_sure_transfers, post_lines, post_opening
from ledgerflow.reconciliation.services import finish, start
from ledgerflow.statements.models import BankAccount, Statement, StatementLine
from ledgerflow.statements.services import attach_receipts, create_bank_account
from ledgerflow.users.models import User

#: Months that the café's books go back; those of the designer go back to January of last year.
_MONTHS = 6
#: Lines that a file of this month has at least.
_FEW = 3
#: In the books of the designer, these months of last year are filed and closed.
_FILED_MONTHS = 2
#: Of last year's months from this one on, some receipts were kept.
_RECEIPTS_FROM = 9
#: What is left to review on the card of the last month of last year, so that there is something to do before closing.
LEFT_OPEN = frozenset({"meals", "office", "supplies"})
#: What the stubs of last year's checks say; this year's are not looked up yet.
CHECKS = "6160"
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


@dataclass(frozen=True, slots=True)
class _Keeping:
    """How the books are kept: what each kind of movement is booked to, and what of each file is left to review.

    ``closing`` is the place of the last month of the year that is to be closed, where there is one; through it, every
    statement is reconciled but the last one of the last account. ``filed`` is how many months are closed.
    """

    kinds: Mapping[str, str]
    filed: int
    closing: int = -1

    def account_of(self, movement: Movement, at: int, *, is_last_account: bool) -> str | None:
        """Return the code of the account that a movement of the month is booked to; nothing where it is left."""
        if at == self.closing and is_last_account and movement.kind in LEFT_OPEN:
            return None
        if movement.kind == "unknown" and at <= self.closing:
            return CHECKS
        return self.kinds.get(movement.kind)


@transaction.atomic
def make_books(*, user: User, now: datetime) -> list[Book]:
    """Make the demo books whole or not at all, unless they are there.

    The designer's cover the whole of last year and this one up to the day of ``now``, the café's the last six months.
    The newest month is left to review, and so is what remains to do before last year is closed.
    """
    if Book.objects.filter(is_demo=True).exists():
        return []
    return [_design_book(user, now), _cafe_book(user, now)]


def _design_book(user: User, now: datetime) -> Book:
    today = timezone.localtime(now).date()
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
    months = months_with_files(today)
    statements = list(
        ofx_files(
            habits=CHECKING_HABITS, months=months, account="4416190233", opening_cents=845000, name="checking",
            through=today,
        )
    )  # fmt: skip
    cards = list(
        card_csv_files(
            habits=CARD_HABITS, months=months, card="5100447100882211", opening_cents=-31240, name="card",
            through=today,
        )
    )  # fmt: skip
    if len(months) > 12:
        cards[-1] = with_a_missing_row(cards[-1])
    create_rule(
        book=book,
        conditions=RuleConditions(text="monthly service fee"),
        account=_accounts(book)[_KINDS_DESIGN["other-expenses"]],
        mode="accept",
        user=user,
        now=now,
    )
    keeping = _Keeping(_KINDS_DESIGN, filed=_FILED_MONTHS, closing=11)
    _keep(book, (_Source(checking, statements), _Source(card, cards)), keeping, user, now)
    with book_scope(book, user):
        for file in cards[_RECEIPTS_FROM : keeping.closing + 1]:
            _attach_receipts(book, card, file, user, now)
    return book


def _attach_receipts(
    book: Book, bank_account: BankAccount, file: DemoFile, user: User, now: datetime
) -> None:
    """Attach receipts to lines of the file; one of them is evidence for several lines."""
    for receipt in receipts_for(file):
        days, texts = zip(*((movement.day, movement.text) for movement in receipt.movements), strict=True)
        lines = StatementLine.objects.filter(
            book=book, bank_account=bank_account, date__in=days, description__in=texts
        )
        for line_id in lines.order_by("pk").values_list("pk", flat=True):
            attach_receipts(
                book=book, line_id=line_id, files=[(receipt.name, receipt.content)], user=user, now=now
            )


def months_with_files(today: date) -> list[date]:
    """Return the months of the designer's books; this month only once both banks have a few lines of it to show."""
    months = months_through(today)
    both = ((CHECKING_HABITS, "4416190233"), (CARD_HABITS, "5100447100882211"))
    if all(len(movements_of(habits, months[-1], seed, through=today)) >= _FEW for habits, seed in both):
        return months
    return months[:-1]


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
    create_rule(
        book=book,
        conditions=RuleConditions(text="miete ladenlokal"),
        account=_accounts(book)[_KINDS_CAFE["rent"]],
        mode="accept",
        user=user,
        now=now,
    )
    _keep(book, (_Source(giro, files),), _Keeping(_KINDS_CAFE, filed=2), user, now)
    return book


def _accounts(book: Book) -> dict[str, Account]:
    return {account.code: account for account in Account.objects.filter(book=book)}


def _keep(book: Book, sources: Sequence[_Source], keeping: _Keeping, user: User, now: datetime) -> None:
    """Import month by month; confirm what the accounts began with; decide and post all but the newest month.

    The newest transfers are left to review as well.
    """
    months = len(sources[0].files)
    for at in range(months):
        for source in sources:
            file = source.files[at]
            received = receive_file(
                book=book,
                name=file.name,
                content=file.content,
                user=user,
                now=now,
                bank_account=source.account,
            )
            run_import(run_id=received.run.pk, now=now)
            with book_scope(book, user):
                if at == 0:
                    _open(book, source.account, user, now)
                if at < months - 1:
                    is_last = source is sources[-1] and len(sources) > 1
                    meant = {
                        movement.text: keeping.account_of(movement, at, is_last_account=is_last)
                        for movement in file.movements
                    }
                    _decide(book, meant, user, now)
        if at < months - 2 or at <= min(keeping.closing, months - 2):
            with book_scope(book, user):
                confirm_sure_transfers(book=book, user=user, now=now)
        if at < months - 1:
            post_lines(book=book, line_ids=None, posted_by=user, posted_at=now)
    with book_scope(book, user):
        for source in sources:
            is_left = source is sources[-1]
            _reconcile(source.account, min(keeping.closing, months - 2) + 1 - is_left, user, now)
        close_period(
            book=book,
            through=sources[0].files[keeping.filed].movements[0].day.replace(day=1) - timedelta(days=1),
            reason="Filed with the accountant",
            user=user,
            now=now,
        )


def _reconcile(bank_account: BankAccount, count: int, user: User, now: datetime) -> None:
    """Reconcile the first statements of the bank account, as many as are told."""
    found = Statement.objects.filter(book=bank_account.book, bank_account=bank_account).order_by("last_date")
    for statement in found[: max(count, 0)]:
        one = start(bank_account=bank_account, statement=statement, user=user, now=now)
        finish(reconciliation=one, user=user, now=now)


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


def _decide(book: Book, meant: Mapping[str, str | None], user: User, now: datetime) -> None:
    """Accept what is suggested rightly, correct the rest, and leave to later what nobody knows."""
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
    if right:
        accept(book=book, line_ids=right, user=user, now=now)
