"""Undoing an import across all stages: as if the file had never come, the journal keeping its record."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import accept_all, classify_lines, decide
from ledgerflow.classification.tag_models import LineTag, Tag
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.models import Account, AccountRole, JournalEntry
from ledgerflow.ledger.selectors import balances
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.ops.verify import problems
from ledgerflow.pipeline.demo_statements import (
    CARD_HABITS,
    DemoFile,
    Habit,
    card_csv_files,
    with_a_missing_row,
)
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import (
    UndoRefusedError,
    preview_undo,
    receive_file,
    run_import,
    separate_line,
    undo_import,
)
from ledgerflow.posting.models import OpeningBalance, Transfer, WithdrawnLine
from ledgerflow.posting.opening_selectors import opening_of
from ledgerflow.posting.services import (
    confirm_transfer,
    post_lines,
    post_opening,
    release_lines,
    reverse_lines,
)
from ledgerflow.statements.models import BankAccount, LineReceipt, Sighting, Statement, StatementLine
from ledgerflow.statements.receipt_selectors import offered_receipts
from ledgerflow.statements.services import (
    attach_receipts,
    create_bank_account,
    detach_receipt,
    override_proof,
)
from ledgerflow.users.models import User
from tests.factories import UserFactory
from tests.pipeline.statements import FEBRUARY, JANUARY, NUMBER, ofx
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db

CARD = "5100447100882211"


@pytest.fixture
def user() -> User:
    return UserFactory()


@pytest.fixture
def book(user) -> Book:
    made = open_book(name="Acme", base_currency="USD", chart="generic", owner=user, now=timezone.now())
    create_bank_account(book=made, name="Checking", kind="bank", currency="USD", number=NUMBER)
    return made


def _run(book: Book, file: DemoFile) -> ImportRun:
    now = timezone.now()
    run = receive_file(book=book, name=file.name, content=file.content, user=None, now=now).run
    run_import(run_id=run.pk, now=now)
    run.refresh_from_db()
    return run


def _post_everything(book: Book, user: User) -> None:
    suspense = Account.objects.get(book=book, role=AccountRole.SUSPENSE)
    accept_all(book=book, user=user, now=timezone.now(), account=suspense)
    post_lines(book=book, line_ids=None, posted_by=user, posted_at=timezone.now())


def _lines(book: Book) -> list[tuple[object, ...]]:
    rows = StatementLine.objects.filter(book=book).values_list(
        "date", "amount", "description", "bank_id", "hold"
    )
    return sorted(rows)


def test_nothing_of_the_file_is_left_but_the_file(book, user):
    run = _run(book, ofx(JANUARY)[0])

    undone = undo_import(run=run, user=user, now=timezone.now())

    assert undone.state == ImportRun.State.UNDONE
    assert not StatementLine.objects.filter(book=book).exists()
    assert not Sighting.objects.filter(book=book).exists()
    assert not Statement.objects.filter(book=book).exists()
    assert not Classification.objects.filter(book=book).exists()
    assert run.document.pk


def test_the_other_file_stands_as_if_it_had_come_alone(book, user):
    january, february = ofx(JANUARY, FEBRUARY)
    alone = open_book(name="Alone", base_currency="USD", chart="generic", owner=user, now=timezone.now())
    create_bank_account(book=alone, name="Checking", kind="bank", currency="USD", number=NUMBER)
    _run(alone, february)
    first = _run(book, january)
    _run(book, february)

    undo_import(run=first, user=user, now=timezone.now())

    assert _lines(book) == _lines(alone)


def test_the_file_can_be_imported_again(book, user):
    file = ofx(JANUARY)[0]
    undo_import(run=_run(book, file), user=user, now=timezone.now())

    again = _run(book, file)

    assert again.state == ImportRun.State.READY
    assert again.lines_new == len(file.movements)


def test_what_people_decided_is_listed_first(book, user):
    run = _run(book, ofx(JANUARY)[0])
    rent = Account.objects.get(book=book, code="6100")
    paid = StatementLine.objects.filter(book=book, description__contains="RENT").get()
    decide(book=book, line_id=paid.pk, account=rent, user=user, now=timezone.now())

    preview = preview_undo(run=run)

    assert preview.removed == run.lines_new
    assert len(preview.decided) == 1
    assert "6100 Rent" in preview.decided[0]


def test_posted_lines_stand_in_the_way_until_their_reversal_is_asked_for(book, user):
    run = _run(book, ofx(JANUARY)[0])
    _post_everything(book, user)

    with pytest.raises(UndoRefusedError, match="stand in the journal"):
        undo_import(run=run, user=user, now=timezone.now())

    assert StatementLine.objects.filter(book=book).count() == run.lines_new


def test_posted_lines_are_reversed_and_their_words_kept(book, user):
    run = _run(book, ofx(JANUARY)[0])
    _post_everything(book, user)
    posted = JournalEntry.objects.filter(book=book).count()

    undo_import(run=run, user=user, now=timezone.now(), reverse_posted=True)

    assert JournalEntry.objects.filter(book=book, reverses_number__isnull=False).count() == posted
    assert WithdrawnLine.objects.filter(book=book).count() == posted
    assert not StatementLine.objects.filter(book=book).exists()
    assert all(balance.base_amount == 0 for balance in balances(book=book, as_of=timezone.localdate()))
    assert problems(book=book) == []


def test_after_undoing_a_posted_import_the_file_can_be_imported_and_posted_again(book, user):
    file = ofx(JANUARY)[0]
    run = _run(book, file)
    _post_everything(book, user)
    undo_import(run=run, user=user, now=timezone.now(), reverse_posted=True)

    again = _run(book, file)
    _post_everything(book, user)

    assert again.lines_new == len(file.movements)
    assert problems(book=book) == []


def test_nothing_is_undone_when_a_reversal_would_fall_into_a_closed_period(book, user):
    run = _run(book, ofx(JANUARY)[0])
    _post_everything(book, user)
    close_period(book=book, through=FEBRUARY, reason="filed", user=user, now=timezone.now())

    with pytest.raises(LedgerFlowError, match="closed"):
        undo_import(run=run, user=user, now=timezone.now(), reverse_posted=True)

    run.refresh_from_db()
    assert run.state == ImportRun.State.READY
    assert StatementLine.objects.filter(book=book).count() == run.lines_new


def test_an_import_is_undone_once(book, user):
    run = _run(book, ofx(JANUARY)[0])
    undo_import(run=run, user=user, now=timezone.now())

    with pytest.raises(UndoRefusedError, match="nothing to undo"):
        undo_import(run=run, user=user, now=timezone.now())


def test_a_line_that_was_let_go_before_and_stayed_can_be_let_go_again(book, user):
    run, now = _run(book, ofx(JANUARY)[0]), timezone.now()
    _post_everything(book, user)
    lines = list(StatementLine.objects.filter(book=book).values_list("pk", flat=True))
    reverse_lines(book=book, line_ids=lines, reason="twice", user=user, now=now)
    release_lines(book=book, line_ids=lines, user=user, now=now)

    undo_import(run=run, user=user, now=now)

    assert WithdrawnLine.objects.filter(book=book).count() == len(lines)
    assert problems(book=book) == []


def _confirm_opening(book: Book, user: User) -> OpeningBalance:
    bank_account = BankAccount.objects.get(book=book)
    proposal = opening_of(book=book, bank_account=bank_account).proposal
    assert proposal is not None
    return post_opening(
        book=book,
        bank_account=bank_account,
        amount=proposal.amount,
        date=proposal.date,
        user=user,
        now=timezone.now(),
        is_checked=True,
    )


def test_an_opening_balance_stands_in_the_way_until_its_reversal_is_asked_for(book, user):
    run = _run(book, ofx(JANUARY)[0])
    opening = _confirm_opening(book, user)

    preview = preview_undo(run=run)
    with pytest.raises(UndoRefusedError, match="opening balance stands on this file"):
        undo_import(run=run, user=user, now=timezone.now())

    assert preview.openings == (f"Opening balance of Checking: 1,000.00 as of {opening.date}",)
    assert preview.entries == 1


def test_an_opening_balance_ends_with_the_import_that_it_stands_on(book, user):
    january, february = ofx(JANUARY, FEBRUARY)
    run = _run(book, january)
    _run(book, february)
    opening = _confirm_opening(book, user)
    _post_everything(book, user)

    undo_import(run=run, user=user, now=timezone.now(), reverse_posted=True)

    opening.refresh_from_db()
    assert opening.statement_id is None
    assert opening.reversed_by_number is not None
    assert opening.end_reason == f"Import of {january.name} undone"
    # The next statement tells what it began with.
    assert _confirm_opening(book, user).date == FEBRUARY - timedelta(days=1)
    assert problems(book=book) == []


@pytest.mark.parametrize("days", [0, 2])
def test_the_other_side_of_a_transfer_goes_back_to_review(book, user, days):
    card = create_bank_account(book=book, name="Card", kind="card", currency="USD")
    paid = Habit("CARD PAYMENT", "transfer", 1, -50000, -50000)
    run = _run(book, ofx(JANUARY, habits=(paid,))[0])
    sent = StatementLine.objects.get(book=book)
    take_in(card, line(sent.date + timedelta(days=days), "500.00", "PAYMENT THANK YOU"))
    received = StatementLine.objects.get(bank_account=card)
    classify_lines(book=book, line_ids=[received.pk])
    confirm_transfer(book=book, line_ids=[sent.pk, received.pk], user=user, now=timezone.now())

    preview = preview_undo(run=run)
    undo_import(run=run, user=user, now=timezone.now(), reverse_posted=True)

    assert preview.freed == (f"{received.date} 500.00 PAYMENT THANK YOU on Card",)
    assert Classification.objects.get(book=book).state == State.OPEN
    assert Transfer.objects.get().state == Transfer.State.ENDED
    assert WithdrawnLine.objects.get().pk == sent.pk
    assert all(balance.base_amount == 0 for balance in balances(book=book, as_of=timezone.localdate()))
    assert problems(book=book) == []
    _run(book, ofx(JANUARY, habits=(paid,))[0])
    again = StatementLine.objects.exclude(pk=received.pk).get(book=book)
    confirm_transfer(book=book, line_ids=[again.pk, received.pk], user=user, now=timezone.now())
    assert problems(book=book) == []


def test_receipts_stay_in_the_book_when_their_lines_go_and_can_be_attached_again(book, user):
    (file,) = ofx(JANUARY)
    run = _run(book, file)
    first, second = StatementLine.objects.filter(book=book).order_by("pk").values_list("pk", flat=True)[:2]
    given = {"book": book, "user": user, "now": timezone.now()}
    attach_receipts(line_id=first, files=[("mail.txt", b"Mail")], **given)
    (other,) = attach_receipts(line_id=second, files=[("photo.png", b"\x89PNG\r\n\x1a\n")], **given)
    detach_receipt(line_id=second, receipt_id=other.receipt_id, reason="Another shop's", **given)

    preview = preview_undo(run=run)
    undo_import(run=run, user=user, now=timezone.now())

    assert preview.receipts == 1
    assert [
        (link.line_id, link.detached_by, link.detach_reason)
        for link in LineReceipt.objects.filter(book=book).order_by("pk")
    ] == [(None, None, "The line went with its import."), (None, user, "Another shop's")]
    assert problems(book=book) == []
    _run(book, file)
    line_id = StatementLine.objects.filter(book=book).earliest("pk").pk
    assert len(offered_receipts(book=book, line_id=line_id)) == 2


def test_what_people_said_of_the_file_and_its_tags_are_listed_too(book, user):
    create_bank_account(book=book, name="Card", kind="card", currency="USD", number=CARD)
    (card,) = card_csv_files(habits=CARD_HABITS, months=[JANUARY], card=CARD, opening_cents=0, name="card")
    run = _run(book, with_a_missing_row(card))
    statement = Statement.objects.get(document=run.document)
    override_proof(statement=statement, reason="The bank confirmed it.", user=user, now=timezone.now())
    again = _run(book, DemoFile("again.csv", with_a_missing_row(card).content + b"\n", ()))
    other = Statement.objects.get(document=again.document)
    separate_line(statement=other, no=1, user=user, now=timezone.now())
    tagged = Sighting.objects.get(book=book, statement=statement, no=1).line
    tag = Tag.objects.create(book=book, name="trip")
    LineTag.objects.create(book=book, line=tagged, tag=tag, tagged_by=user, tagged_at=timezone.now())

    of_first, of_other = preview_undo(run=run), preview_undo(run=again)

    assert "The bank confirmed it." in of_first.said[0]
    assert any("different movements" in said for said in of_other.said)
    assert len(of_first.said) == 2
    assert (of_first.tags, of_other.tags) == (1, 0)
