"""A book in which everything has happened that can: what an archive has to carry."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, Rule, State
from ledgerflow.classification.services import (
    SplitPart,
    accept_all,
    classify_lines,
    decide,
    exclude,
    set_rule_active,
)
from ledgerflow.documents.selectors import content
from ledgerflow.ledger.models import Account, BatchSource, EntryText
from ledgerflow.ledger.services.accounts import archive_account
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, post_entries
from ledgerflow.ledger.services.periods import close_period, reopen_period
from ledgerflow.pipeline.demo import make_books
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive_file, run_import, undo_import
from ledgerflow.posting.models import Posting
from ledgerflow.posting.services import EntryLine, post_lines, post_manual_entry, release_lines, reverse_entry
from ledgerflow.users.models import User

NOW = datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)
TODAY = NOW.date()


class Eventful:
    """The demo book of the designer, and after that one thing after the other."""

    def __init__(self, user: User, other: User) -> None:
        self.user, self.other = user, other
        self.book: Book = make_books(user=user, now=NOW)[0]
        self.newest = list(Posting.objects.filter(book=self.book).order_by("-entry_number")[:20])
        self.expense = Account.objects.get(book=self.book, code="6300")
        self.post_twice_and_take_back_twice()
        self.split()
        self.change_rules()
        self.undo_and_import_again()
        self.withdraw_what_stays()
        self.enter_by_hand()
        self.close_and_reopen()

    def post_twice_and_take_back_twice(self) -> None:
        first = self.newest[0]
        self.reverse(first.entry_number)
        self.book_line(first.line_id)
        again = Posting.objects.get(line_id=first.line_id, reversed_by_number=None)
        self.reverse(again.entry_number)
        exclude(book=self.book, line_ids=[first.line_id], user=self.other, now=NOW, reason="Private")
        # Another one ends in the journal.
        self.reverse(self.newest[1].entry_number)
        self.book_line(self.newest[1].line_id)

    def split(self) -> None:
        line = (
            Classification.objects.filter(book=self.book, state=State.OPEN, line__hold="")
            .earliest("line")
            .line
        )
        other = Account.objects.get(book=self.book, code="6120")
        parts = [SplitPart(self.expense, line.amount - 1, "most"), SplitPart(other, Decimal(1), "the rest")]
        decide(book=self.book, line_id=line.pk, splits=parts, user=self.other, now=NOW, note="Müller & Söhne")
        post_lines(book=self.book, line_ids=[line.pk], posted_by=self.other, posted_at=NOW)

    def change_rules(self) -> None:
        """A rule accepted lines for an account that it no longer names, and then was put out of use."""
        rule = Rule.objects.get(book=self.book, mode=Rule.Mode.ACCEPT)
        accepted = Classification.objects.filter(
            book=self.book, rule=rule, state=State.POSTED, decided_by=None
        )
        assert accepted.exists()
        Rule.objects.filter(pk=rule.pk).update(account=Account.objects.get(book=self.book, code="6020"))
        set_rule_active(book=self.book, rule_id=rule.pk, is_active=False)

    def undo_and_import_again(self) -> None:
        run = ImportRun.objects.filter(book=self.book, document__name__startswith="checking").latest(
            "document__name"
        )
        before = ImportRun.objects.filter(book=self.book, document__name__lt=run.document.name).latest(
            "document__name"
        )
        accept_all(book=self.book, user=self.user, now=NOW, account=self.expense)
        post_lines(book=self.book, line_ids=None, posted_by=self.user, posted_at=NOW)
        for each in (run, before):
            if each.state == ImportRun.State.READY:
                undo_import(run=each, user=self.other, now=NOW, reverse_posted=True)
        again = receive_file(
            book=self.book,
            name="again.ofx",
            content=content(run.document),
            user=self.user,
            now=NOW + timedelta(minutes=1),
        )
        run_import(run_id=again.run.pk, now=NOW)

    def withdraw_what_stays(self) -> None:
        """Another file shows a line whose import was undone, so the line is withdrawn and stays."""
        of_card = Posting.objects.filter(
            book=self.book, reversed_by_number=None, line__bank_account__kind="card"
        ).latest("entry_number")
        self.reverse(of_card.entry_number)
        release_lines(book=self.book, line_ids=[of_card.line_id], user=self.user, now=NOW)
        classify_lines(book=self.book, line_ids=[of_card.line_id])

    def enter_by_hand(self) -> None:
        euros = Account.objects.create(
            book=self.book, code="1800", name="Ausland", type="asset", currency="EUR"
        )
        old = Account.objects.create(book=self.book, code="6999", name="Formerly", type="expense")
        lines = (
            LineDraft(euros.pk, "EUR", Decimal(100), Decimal("108.53")),
            LineDraft(old.pk, "USD", Decimal("-108.53"), Decimal("-108.53")),
        )
        entry = EntryDraft(date=TODAY, lines=lines, text="Trip\nto Köln")
        post_entries(
            book=self.book, source=BatchSource.MANUAL, entries=[entry] * 3, posted_by=None, posted_at=NOW
        )
        erased = post_manual_entry(
            book=self.book,
            date=TODAY,
            lines=[EntryLine(old, Decimal(5)), EntryLine(self.expense, Decimal(-5))],
            text="About a person",
            user=self.user,
            now=NOW,
        )
        EntryText.objects.filter(book=self.book, entry_number=erased).update(text="")
        archive_account(account=old)

    def close_and_reopen(self) -> None:
        last = TODAY - timedelta(days=1)
        close_period(book=self.book, through=last, reason="Filed", user=self.other, now=NOW)
        earlier = last - timedelta(days=40)
        reopen_period(book=self.book, through=earlier, reason="A late bill", user=self.user, now=NOW)

    def book_line(self, line_id: int) -> None:
        decide(book=self.book, line_id=line_id, account=self.expense, user=self.user, now=NOW)
        post_lines(book=self.book, line_ids=[line_id], posted_by=self.user, posted_at=NOW)

    def reverse(self, number: int) -> None:
        reverse_entry(book=self.book, number=number, date=TODAY, reason="Wrong", user=self.other, now=NOW)
