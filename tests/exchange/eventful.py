"""A book in which everything has happened that can: what an archive has to carry."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from ledgerflow.asking.services import answer, answer_by_link, ask
from ledgerflow.books.models import Book, Role
from ledgerflow.books.services import add_member, switch_four_eyes_off, switch_four_eyes_on
from ledgerflow.classification.models import Classification, Rule, Stage, State
from ledgerflow.classification.services import (
    RuleConditions,
    SplitPart,
    accept_all,
    change_tags,
    classify_lines,
    create_rule,
    decide,
    exclude,
    set_business_use,
    set_rule_active,
    switch_promise_on,
    switch_stage_off,
    switch_stage_on,
)
from ledgerflow.documents.models import Receipt, ReceiptReading
from ledgerflow.documents.selectors import content
from ledgerflow.ledger.fiscal import fiscal_year
from ledgerflow.ledger.models import Account, BatchSource, EntryText
from ledgerflow.ledger.selectors.periods import closed_through
from ledgerflow.ledger.services.accounts import archive_account
from ledgerflow.ledger.services.closing import close_year
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, post_entries
from ledgerflow.ledger.services.periods import close_period, lock_period, reopen_period
from ledgerflow.ledger.services.rates import record_rate
from ledgerflow.pipeline.demo import make_books
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive_file, run_import, undo_import
from ledgerflow.posting.revaluation import revaluation
from ledgerflow.posting.services import (
    EntryLine,
    date_document,
    post_lines,
    post_manual_entry,
    post_revaluation,
    release_lines,
    reverse_entry,
    state_amount,
)
from ledgerflow.reconciliation.models import Reconciliation
from ledgerflow.reconciliation.selectors import figures
from ledgerflow.reconciliation.services import finish, make_match, reopen, start
from ledgerflow.reconciliation.values import Kind
from ledgerflow.statements.models import BankAccount, StatementLine
from ledgerflow.statements.services import (
    attach_receipts,
    create_bank_account,
    decline_receipt,
    detach_receipt,
    remember_layout,
)
from ledgerflow.taxes.selectors import shared_accounts
from ledgerflow.taxes.services import enter_facts, set_receipt_limit
from ledgerflow.taxforms.facts import Facts
from ledgerflow.taxforms.forms import tax_form
from ledgerflow.toolbox.values import Layout
from ledgerflow.users.models import User
from tests.exchange.promised import keep_promises
from tests.statements import shapes

NOW = datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)
TODAY = NOW.date()


class Eventful:
    """The demo book of the designer, and after that one thing after the other."""

    def __init__(self, user: User, other: User) -> None:
        self.user, self.other = user, other
        self.book: Book = make_books(user=user, now=NOW)[0]
        self.newest = list(self.posted().order_by("-entry_number")[:20])
        self.expense = Account.objects.get(book=self.book, code="6300")
        self.post_twice_and_take_back_twice()
        self.tag_and_date()
        self.split()
        self.change_rules()
        self.keep_promises()
        self.keep_receipts()
        self.remember_columns()
        self.undo_and_import_again()
        _decline_a_receipt(self.book, self.other)
        self.withdraw_what_stays()
        self.enter_by_hand()
        self.trade_in_euros()
        self.match_and_reconcile()
        self.enter_tax_facts()
        self.close_and_reopen()
        switch_promise_on(book=self.book, share=Decimal("0.95"), user=self.user, now=NOW)
        for switch in (switch_four_eyes_on, switch_four_eyes_off, switch_four_eyes_on):
            switch(book=self.book, user=self.user, now=NOW)
        for switch in (switch_stage_off, switch_stage_on, switch_stage_off):
            switch(book=self.book, stage=Stage.RECEIPTS, user=self.user, now=NOW)

    def post_twice_and_take_back_twice(self) -> None:
        first = self.newest[0]
        self.reverse(first.entry_number)
        # What was divided then is on record, although nothing is private any more.
        said = {"book": self.book, "account": self.expense, "since": first.line.date}
        set_business_use(share=Decimal(60), user=self.other, now=NOW, **said)
        self.book_line(first.line_id)
        set_business_use(share=Decimal(100), user=self.other, now=NOW, **said)
        again = self.posted().get(line_id=first.line_id)
        self.reverse(again.entry_number)
        exclude(book=self.book, line_ids=[first.line_id], user=self.other, now=NOW, reason="Private")
        # Another one ends in the journal.
        self.reverse(self.newest[1].entry_number)
        self.book_line(self.newest[1].line_id)

    def tag_and_date(self) -> None:
        """Lines that are undone later are among them, and one whose document is of another year."""
        every = list(self.posted().order_by("line_id").values_list("line_id", flat=True))
        change_tags(book=self.book, line_ids=every[::3], add=["Köln", "trip"], user=self.user, now=NOW)
        change_tags(book=self.book, line_ids=every[::5], add=["office/2"], user=self.other, now=NOW)
        change_tags(book=self.book, line_ids=every[:1], remove=["KÖLN"], user=self.other, now=NOW)
        closed = closed_through(book=self.book)
        for at, line_id in enumerate(every[::7]):
            day = self.posted().get(line_id=line_id).line.date
            # What lies in a closed period stays there.
            if closed is None or day > closed:
                day = max(day + timedelta(days=13 * (at % 5) - 26), (closed or date.min) + timedelta(days=1))
                date_document(book=self.book, line_id=line_id, date=day, user=self.user, now=NOW)

    def split(self) -> None:
        line = (
            Classification.objects.filter(book=self.book, state=State.OPEN, line__hold="")
            .earliest("line")
            .line
        )
        other = Account.objects.get(book=self.book, code="6120")
        parts = [
            SplitPart(self.expense, line.amount - 1, "most"),
            SplitPart(other, Decimal(1), "the rest", "schedule-c:27b"),
        ]
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
        later = RuleConditions(text="years later")
        create_rule(
            book=self.book, conditions=later, account=self.expense, user=self.user, now=NOW, is_future=True
        )

    def keep_promises(self) -> None:
        taken_back = self.newest[16:19]
        for made in taken_back:
            self.reverse(made.entry_number)
        lines = [made.line_id for made in taken_back]
        keep_promises(self.book, lines, self.expense, self.user, NOW)

    def keep_receipts(self) -> None:
        """One receipt is attached twice and detached once; the line of another goes with its import."""
        first, second = (each.line_id for each in self.newest[2:4])
        (line,) = Classification.objects.filter(
            book=self.book, state=State.OPEN, line__bank_account__kind="bank"
        ).order_by("-line")[:1]
        mail, photo = ("mail.txt", b"Mail"), ("photo.jpg", b"\xff\xd8\xff\xe0")
        for line_id, file in ((first, mail), (second, mail), (line.line_id, photo)):
            attach_receipts(book=self.book, line_id=line_id, files=[file], user=self.user, now=NOW)
        receipt = Receipt.objects.get(book=self.book, document__name="mail.txt")
        detach_receipt(
            book=self.book, line_id=second, receipt_id=receipt.pk, reason="Wrong", user=self.other, now=NOW
        )
        ReceiptReading.objects.create(
            book=self.book, receipt=receipt, state="read", asked_at=NOW, read_at=NOW, read_by="OCR", seller="Café",
            date=NOW.date(), total=Decimal("1.00"), currency="USD", unsure=["Several taxes."],
            places={"total": {"page": 1, "box": [1, 2, 3, 4], "line": "Total 1.00"}},
        )  # fmt: skip
        set_receipt_limit(book=self.book, amount=Decimal("12.50"), user=self.other, now=NOW)
        _ask_about(self.book, (first, second, self.newest[4].line_id, line.line_id), self.user, self.other)

    def remember_columns(self) -> None:
        layout = Layout("0" * 32, ("date", "ignored", "amount"), "DMY", ",")
        remember_layout(
            bank_account=self.newest[0].line.bank_account,
            layout=layout,
            titles=["Tag", "", "Betrag"],
            is_proven=True,
            user=self.other,
            now=NOW,
        )

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
        of_card = self.posted().filter(line__bank_account__kind="card").latest("entry_number")
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

    def trade_in_euros(self) -> None:
        """One line is posted at a rate that is replaced later, one at what the bank stated; then all is revalued."""
        day = TODAY - timedelta(days=4)
        bank = create_bank_account(book=self.book, name="Euros", kind="bank", currency="EUR")
        said = [shapes.line(day, amount, text, currency="EUR") for amount, text in ((90, "In"), (-40, "Out"))]
        statement = shapes.take_in(bank, *said, currency="EUR").statement
        first, second = statement.sightings.order_by("no").values_list("line_id", flat=True)
        classify_lines(book=self.book, line_ids=[first, second])
        self.enter_rate("1.09", day)
        self.book_line(first)
        self.enter_rate("1.10", day)
        stated = Decimal("-44.44")
        state_amount(book=self.book, line_id=second, base_amount=stated, user=self.other, now=NOW)
        self.book_line(second)
        figures = revaluation(book=self.book, as_of=TODAY).figures
        post_revaluation(book=self.book, as_of=TODAY, figures=figures, user=self.user, now=NOW)

    def enter_rate(self, rate: str, day: date) -> None:
        record_rate(
            book=self.book,
            currency="EUR",
            date=day,
            rate=Decimal(rate),
            origin="the bank's advice",
            user=self.user,
            now=NOW,
        )

    def match_and_reconcile(self) -> None:
        """An entry by hand stands for a line; its day is reconciled twice, another account's only for a while."""
        line = Classification.objects.filter(
            book=self.book, state=State.OPEN, line__hold="", line__bank_account__kind="bank"
        ).latest("line__date")
        bank, day = line.line.bank_account, line.line.date
        number = post_manual_entry(
            book=self.book,
            date=day,
            lines=[
                EntryLine(bank.ledger_account, line.line.amount),
                EntryLine(self.expense, -line.line.amount),
            ],
            text="",
            user=self.user,
            now=NOW,
        )
        make_match(
            bank_account=bank,
            line_ids=[line.pk],
            entry_lines=[(number, 1)],
            kind=Kind.HAND,
            user=self.other,
            now=NOW,
        )
        once = self.reconciled(bank, day)
        reopen(reconciliation=once, reason="A late line", user=self.other, now=NOW)
        finish(reconciliation=once, user=self.user, now=NOW)
        card = self.reconciled(BankAccount.objects.get(book=self.book, kind="card"), day)
        reopen(reconciliation=card, reason="Too early", user=self.user, now=NOW)
        start(bank_account=bank, as_of=TODAY, balance=Decimal(1), user=self.user, now=NOW)

    def reconciled(self, bank: BankAccount, day: date) -> Reconciliation:
        given = {"bank_account": bank, "as_of": day, "user": self.user, "now": NOW}
        books = figures(reconciliation=start(balance=Decimal(0), **given)).books
        reconciliation = start(balance=books, **given)
        finish(reconciliation=reconciliation, user=self.user, now=NOW)
        return reconciliation

    def enter_tax_facts(self) -> None:
        form = tax_form(2025)
        account = next(iter(shared_accounts(book=self.book, form=form)))
        enter_facts(
            book=self.book,
            year=2025,
            facts=Facts(inventory_ending=Decimal("12.50")),
            shares={account.pk: Decimal("62.5")},
            user=self.other,
            now=NOW,
        )

    def close_and_reopen(self) -> None:
        year = fiscal_year(book=self.book, ending_in=2025)
        for reason in ("Filed", "Filed again"):
            close_year(book=self.book, year=year, reason=reason, user=self.user, now=NOW)
            if reason == "Filed":
                day = year.last - timedelta(days=31)
                reopen_period(book=self.book, through=day, reason="Forgotten", user=self.user, now=NOW)
        last = TODAY - timedelta(days=1)
        close_period(book=self.book, through=last, reason="Filed", user=self.other, now=NOW)
        earlier = last - timedelta(days=40)
        reopen_period(book=self.book, through=earlier, reason="A late bill", user=self.user, now=NOW)
        lock_period(book=self.book, through=last, reason="At the adviser's", user=self.user, now=NOW)

    def posted(self) -> QuerySet[Classification]:
        return Classification.objects.filter(book=self.book, state=State.POSTED)

    def book_line(self, line_id: int) -> None:
        decide(book=self.book, line_id=line_id, account=self.expense, user=self.user, now=NOW)
        post_lines(book=self.book, line_ids=[line_id], posted_by=self.user, posted_at=NOW)

    def reverse(self, number: int) -> None:
        reverse_entry(book=self.book, number=number, date=TODAY, reason="Wrong", user=self.other, now=NOW)


def _ask_about(book: Book, lines: tuple[int, int, int, int], user: User, other: User) -> None:
    """A colleague answered, the client did with a receipt, one question waits, and the line of another goes."""
    first, second, third, going = lines
    add_member(book=book, user=other, role=Role.REVIEWER, now=NOW)
    given = {"book": book, "user": user, "now": NOW}
    ask(line_id=first, text="Yours?", of=other, **given)
    answer(book=book, line_id=first, text="Yes, the train.", user=other, now=NOW)
    made = ask(line_id=second, text="What was this for?", of=None, **given)
    assert made.token is not None
    answer_by_link(token=made.token, text="Paint", receipt=("paint.txt", b"Paint 7.00"), now=NOW)
    for line_id in (third, going):
        ask(line_id=line_id, text="And this?", of=None, **given)


def _decline_a_receipt(book, user) -> None:
    """The receipt whose line is gone is not for another one."""
    receipt = Receipt.objects.get(book=book, document__name="photo.jpg")
    line = StatementLine.objects.filter(book=book).earliest("pk")
    decline_receipt(book=book, line_id=line.pk, receipt_id=receipt.pk, user=user, now=NOW)
