"""A file of several accounts: each statement goes to the account that it is, and is asked about by itself."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ledgerflow.classification.tag_models import LineTag, Tag
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import discard, move_to_account, receive_file, run_import, take_in_again
from ledgerflow.statements.models import BankAccount, BankAccountNumber, Statement, StatementLine
from ledgerflow.statements.services import BankAccountRefusedError, create_bank_account
from tests.factories import UserFactory
from tests.made import made_once
from tests.pipeline.several_accounts import FILES, SHEETS, bank, card, ofx, workbook

pytestmark = pytest.mark.django_db

each_file = pytest.mark.parametrize(("name", "content", "count"), FILES.values(), ids=FILES)


class Inbox:
    """A new book's inbox, whose jobs are done at once."""

    def __init__(self):
        self.owner = UserFactory()
        self.book = open_book(
            name="Acme", base_currency="USD", chart="generic", owner=self.owner, now=timezone.now()
        )
        self.client = Client()
        self.client.force_login(self.owner)

    def address(self, path=""):
        return f"/books/{self.book.slug}/inbox/{path}"

    def drop(self, name, content):
        self.client.post(self.address("upload/"), {"files": [SimpleUploadedFile(name, content)]})
        return self.work()

    def work(self):
        """Let each waiting file be imported, and return the newest."""
        for run in ImportRun.objects.filter(book=self.book, state=ImportRun.State.WAITING):
            run_import(run_id=run.pk, now=timezone.now())
        return ImportRun.objects.filter(book=self.book).latest("pk")

    def answer(self, run, **facts):
        page = self.client.get(self.address(f"{run.pk}/account/"))
        form = page.context["form"]
        sent = {name: form[name].value() or "" for name in ("kind", "currency", "asked")} | facts
        answered = self.client.post(self.address(f"{run.pk}/account/"), sent)
        assert answered.status_code == 302, answered.context["form"].errors
        return self.work()

    def answer_each(self, run):
        """Answer each question with a new account of the kind and currency that are proposed."""
        names = iter(("First", "Second", "Third", "Fourth"))
        while run.state == ImportRun.State.NEEDS_YOU:
            run = self.answer(run, name=next(names))
        return run


@made_once
def inbox():
    return Inbox()


@each_file
def test_each_statement_is_asked_about_once_and_keeps_its_own_lines(inbox, name, content, count):
    run = inbox.answer_each(inbox.drop(name, content))

    accounts = list(BankAccount.objects.filter(book=inbox.book).order_by("pk"))
    fees = StatementLine.objects.filter(book=inbox.book, amount=-5)
    assert (run.state, len(accounts), run.lines_known) == (ImportRun.State.READY, count, 0)
    assert fees.values("bank_account").distinct().count() == fees.count() == count
    other = workbook(SHEETS, notes=["Nothing"]) if name.endswith("xlsx") else content + b"\n"
    again = inbox.drop(name.replace(".", "-2."), other)
    assert (again.state, again.lines_new) == (ImportRun.State.READY, 0)
    assert BankAccount.objects.filter(book=inbox.book).count() == count


def test_lists_without_number_can_be_said_to_be_one_account(inbox):
    run = inbox.drop("book.xlsx", workbook(SHEETS))
    assert "Everyday" in run.message

    run = inbox.answer(run, name="Checking", is_for_all="on")

    assert (run.state, BankAccount.objects.filter(book=inbox.book).count()) == (ImportRun.State.READY, 1)
    assert (run.lines_new, run.lines_known) == (3, 1)


def test_the_files_currency_and_kind_are_proposed_and_no_account_in_another_is_taken(inbox):
    dollars = create_bank_account(book=inbox.book, name="Dollars", kind="bank", currency="USD")
    run = inbox.drop("euro.ofx", ofx(bank("111222333", currency="EUR")))
    page = inbox.client.get(inbox.address(f"{run.pk}/account/"))

    refused = inbox.client.post(
        inbox.address(f"{run.pk}/account/"),
        {"name": "Euro", "kind": "bank", "currency": "USD", "asked": run.asked},
    )
    run.refresh_from_db()

    form = page.context["form"]
    assert form["currency"].value() == "EUR"
    assert dollars not in form.fields["bank_account"].queryset
    assert "states EUR" in str(refused.context["form"].errors)
    assert run.state == ImportRun.State.NEEDS_YOU
    asking = inbox.drop("card.ofx", ofx(cards=card("4000123412341234")))
    page = inbox.client.get(inbox.address(f"{asking.pk}/account/"))
    assert page.context["form"]["kind"].value() == "card"


def test_an_account_given_with_the_file_stands_for_nothing_that_it_cannot_be(inbox):
    given = create_bank_account(
        book=inbox.book, name="Given", kind="bank", currency="USD", number="111222333"
    )

    def states(name, content):
        run = receive_file(
            book=inbox.book, name=name, content=content, user=None, now=timezone.now(), bank_account=given
        ).run
        run_import(run_id=run.pk, now=timezone.now())
        run.refresh_from_db()
        return run.state

    assert states("euro.ofx", ofx(bank("111222333", currency="EUR"))) == ImportRun.State.NEEDS_YOU
    assert states("other.ofx", ofx(bank("999888777"))) == ImportRun.State.NEEDS_YOU
    assert states("iban.ofx", ofx(bank("US00 0000 1112 2233 3"))) == ImportRun.State.READY
    asked = ImportRun.objects.get(document__name="other.ofx")
    aside = discard(run=asked, user=inbox.owner, now=timezone.now())
    assert take_in_again(run=aside, user=inbox.owner, now=timezone.now()).bank_account == given
    assert states("plain.csv", b"Date,Text,Amount\n2026-02-05,Fee,-5.00\n2026-02-20,x,-1.00\n") == "ready"


def test_what_was_said_of_one_file_lets_the_others_that_ask_the_same_go_on(inbox):
    inbox.drop("january.ofx", ofx(bank("111222333")))
    february = ofx(bank("111222333", fitid="2")).replace(b"20260105", b"20260205")
    run = inbox.drop("february.ofx", february)

    inbox.answer(run, name="Checking")
    inbox.work()

    states = ImportRun.objects.filter(book=inbox.book).values_list("state", flat=True)
    assert list(states) == [ImportRun.State.READY] * 2


def test_an_answer_given_twice_is_not_taken_for_the_next_statement(inbox):
    run = inbox.drop("two.ofx", ofx(bank("111222333"), bank("444555666")))
    shown = inbox.client.get(inbox.address(f"{run.pk}/account/")).context["form"]
    sent = {"name": "First", **{name: shown[name].value() for name in ("kind", "currency", "asked")}}

    inbox.client.post(inbox.address(f"{run.pk}/account/"), sent)
    inbox.work()
    again = inbox.client.post(inbox.address(f"{run.pk}/account/"), sent)

    run.refresh_from_db()
    assert "asks about another statement by now" in str(again.context["form"].errors)
    assert (run.state, run.asked_number, len(run.answers)) == (ImportRun.State.NEEDS_YOU, "444555666", 1)
    assert BankAccount.objects.filter(book=inbox.book).count() == 1


def test_lists_of_another_count_are_asked_about_again(inbox):
    def wallet(*currencies, day):
        lists = (
            f"<STMTTRNRS><STMTRS><CURDEF>USD<BANKTRANLIST><STMTTRN><TRNTYPE>FEE<DTPOSTED>202601{day}<TRNAMT>-{each}.00"
            f"<FITID>{each}<NAME>FEE</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS>"
            for each in currencies
        )
        return ofx(*lists)

    first = inbox.answer_each(inbox.drop("a.ofx", wallet(1, 2, 3, day="05")))
    same = inbox.drop("a 2.ofx", wallet(4, 5, 6, day="06"))
    fewer = inbox.drop("a 3.ofx", wallet(7, 8, day="07"))

    assert (first.state, same.state) == (ImportRun.State.READY, ImportRun.State.READY)
    assert fewer.state == ImportRun.State.NEEDS_YOU
    assert "Statement 1 of 2 in the file (USD, 1 line" in fewer.message


def test_what_was_said_of_a_file_without_number_tells_nothing_of_another_name(inbox):
    table = "Date,Text,Amount\n2026-01-05,Fee,-5.00\n2026-01-20,Coffee,-3.00\n"
    february = table.replace("2026-01", "2026-02").encode()
    inbox.drop("till.csv", february + b"\n")
    inbox.drop("shop 2.csv", february)

    inbox.answer(inbox.drop("shop 1.csv", table.encode()), name="Shop")

    states = ImportRun.objects.filter(book=inbox.book).values_list("document__name", "state")
    assert dict(states) == {"shop 1.csv": "ready", "shop 2.csv": "waiting", "till.csv": "needs_you"}


def test_a_masked_number_is_asked_about_once_while_it_means_one_account(inbox):
    run = inbox.answer(inbox.drop("a.ofx", ofx(bank("****1234"))), name="Visa")
    february = ofx(bank("****1234", fitid="2")).replace(b"20260105", b"20260205")

    following = inbox.drop("b.ofx", february)
    create_bank_account(book=inbox.book, name="Other", kind="card", currency="USD", number="55551234")
    asked = inbox.drop("c.ofx", february.replace(b"20260205", b"20260305"))

    assert (following.state, following.bank_account) == (ImportRun.State.READY, run.bank_account)
    assert asked.state == ImportRun.State.NEEDS_YOU


def test_a_wrong_answer_is_taken_back_in_one_step_and_forgotten(inbox):
    table = "Date,Text,Amount\n2026-01-05,Fee,-5.00\n2026-01-20,Coffee,-3.00\n"
    inbox.answer(inbox.drop("shop 1.csv", table.encode()), name="Wrong")
    statement = Statement.objects.get(book=inbox.book)
    address = inbox.address(f"statements/{statement.pk}/move/")
    line = StatementLine.objects.filter(book=inbox.book).earliest("pk")
    tag = Tag.objects.create(book=inbox.book, name="trip")
    LineTag.objects.create(
        book=inbox.book, line=line, tag=tag, tagged_by=inbox.owner, tagged_at=timezone.now()
    )
    page = inbox.client.get(address)
    for said in ("2 lines go and come anew", "1 tag of these lines goes with them", "Nobody has decided"):
        assert said in page.content.decode()
    assert statement.bank_account not in page.context["form"].fields["bank_account"].queryset

    moved = inbox.client.post(address, {"name": "Right", "kind": "cash", "currency": "USD"})
    following = inbox.drop("shop 2.csv", table.replace("2026-01", "2026-02").encode())

    assert moved.status_code == 302
    assert following.bank_account.name == "Right"
    lines = StatementLine.objects.filter(book=inbox.book)
    assert set(lines.values_list("bank_account__name", flat=True)) == {"Right"}
    assert lines.count() == 4
    states = ImportRun.objects.filter(book=inbox.book).order_by("pk").values_list("state", flat=True)
    assert list(states) == [ImportRun.State.UNDONE, ImportRun.State.READY, ImportRun.State.READY]


def test_one_statement_of_several_is_moved_and_its_number_with_it(inbox):
    run = inbox.answer_each(inbox.drop("two.ofx", ofx(bank("111222333"), bank("444555666"))))
    statement = Statement.objects.get(document=run.document, position=1)
    was, stays = statement.bank_account, Statement.objects.get(document=run.document, position=0).bank_account

    inbox.client.post(
        inbox.address(f"statements/{statement.pk}/move/"),
        {"name": "Right", "kind": "bank", "currency": "USD"},
    )

    owners = Statement.objects.filter(document=run.document).order_by("position")
    assert [each.bank_account.name for each in owners] == [stays.name, "Right"]
    assert not BankAccountNumber.objects.filter(bank_account=was).exists()


def test_a_move_that_cannot_be_leaves_everything_as_it_was(inbox):
    euro = create_bank_account(book=inbox.book, name="Euro", kind="bank", currency="EUR")
    run = inbox.answer(inbox.drop("a.ofx", ofx(bank("111222333"))), name="Checking")
    statement = Statement.objects.get(document=run.document)

    page = inbox.client.post(
        inbox.address(f"statements/{statement.pk}/move/"),
        {"bank_account": euro.pk, "kind": "bank", "currency": "EUR"},
    )

    run.refresh_from_db()
    with pytest.raises(BankAccountRefusedError, match="in Checking already"):
        move_to_account(
            run=run, position=0, bank_account=statement.bank_account, user=inbox.owner, now=timezone.now()
        )
    assert "states USD" in str(page.context["form"].errors)
    assert run.state == ImportRun.State.READY
    assert Statement.objects.filter(pk=statement.pk).exists()
