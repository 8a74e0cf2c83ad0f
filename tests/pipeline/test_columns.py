"""A person says what the columns of a file are for: it is read anew, nothing lost or doubled, and remembered."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledgerflow.books.models import Book, Role
from ledgerflow.classification.services import accept_all, decide
from ledgerflow.ledger.models import Account, AccountRole
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive_file, run_import
from ledgerflow.posting.services import post_lines
from ledgerflow.statements.models import BankAccount, Proof, Sighting, Statement, StatementLine, TableLayout
from ledgerflow.statements.services import create_bank_account
from tests.factories import MembershipFactory, UserFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db

_HEAD = "Account,Date,Text,Amount,Balance\n"
_AMBIGUOUS = (
    _HEAD + "4416190233,03/04/2026,Rent,-900.00,100.00\n4416190233,05/06/2026,Salary,2000.00,2100.00\n"
)
_SETTLED = _HEAD + "4416190233,2026-04-03,Rent,-900.00,100.00\n4416190233,2026-06-05,Salary,2000.00,2100.00\n"
_NEXT = _HEAD + "4416190233,07/08/2026,Shoes,-80.00,2020.00\n4416190233,08/09/2026,Tea,-20.00,2000.00\n"


class Columns:
    """A new book with one bank account, and the page of a file's columns."""

    def __init__(self) -> None:
        self.owner = UserFactory()
        self.book: Book = open_book(
            name="Acme", base_currency="USD", chart="generic", owner=self.owner, now=timezone.now()
        )
        self.account = create_bank_account(
            book=self.book, name="Checking", kind="bank", currency="USD", number="4416190233"
        )

    def client(self, role=Role.OWNER) -> Client:
        client = Client()
        client.force_login(
            self.owner if role == Role.OWNER else MembershipFactory(book=self.book, role=role).user
        )
        return client

    def take_in(self, text, name="a.csv", bank_account=None) -> ImportRun:
        run = receive_file(
            book=self.book,
            name=name,
            content=text.encode() if isinstance(text, str) else text,
            user=None,
            now=timezone.now(),
            bank_account=bank_account,
        ).run
        run_import(run_id=run.pk, now=timezone.now())
        run.refresh_from_db()
        return run

    def address(self, run) -> str:
        return f"/books/{self.book.slug}/inbox/{run.pk}/columns/"

    def fields(self, run) -> dict[str, str]:
        """Return what the page's form holds."""
        table = self.client().get(self.address(run)).context["page"].table
        roles = {f"role_{at}": role for at, role in enumerate(table.layout.roles)}
        return {
            "fingerprint": table.layout.fingerprint,
            "day_order": table.layout.day_order,
            "decimal_mark": table.layout.decimal_mark,
            **roles,
        }

    def post(self, run, act, role=Role.BOOKKEEPER, **changes):
        data = {**self.fields(run), "act": act, **changes}
        return self.client(role).post(self.address(run), data, follow=True)

    def lines(self) -> list[tuple[str, str, str]]:
        rows = StatementLine.objects.filter(book=self.book).order_by("date", "pk")
        return [(f"{line.date}", f"{line.amount:.2f}", line.description) for line in rows]

    def live(self) -> ImportRun:
        return ImportRun.objects.filter(book=self.book).exclude(state=ImportRun.State.UNDONE).latest("pk")


@made_once
def columns() -> Columns:
    return Columns()


def _said(page):
    return " ".join(str(message) for message in page.context["messages"])


def test_a_file_that_is_refused_shows_its_rows_and_why(columns):
    run = columns.take_in(_AMBIGUOUS)
    assert (run.state, run.is_table) == (ImportRun.State.NEEDS_YOU, True)

    page = columns.client().get(columns.address(run)).content.decode()
    inbox = columns.client().get(f"/books/{columns.book.slug}/inbox/rows/").content.decode()

    assert "day or the month first" in page
    assert "03/04/2026" in page
    assert columns.address(run) in inbox


def test_a_choice_shows_the_lines_and_the_proof_at_once_and_changes_nothing(columns):
    run = columns.take_in(_AMBIGUOUS)

    part = columns.client().post(
        columns.address(run),
        {**columns.fields(run), "act": "preview", "day_order": "DMY"},
        headers={"HX-Request": "true"},
    )

    text = part.content.decode()
    assert "<html" not in text
    assert "03/04/2026 is 3 April 2026" in text
    assert "proven" in text
    assert not StatementLine.objects.filter(book=columns.book).exists()
    run.refresh_from_db()
    assert (run.state, run.layouts) == (ImportRun.State.NEEDS_YOU, [])


def test_what_a_person_settled_is_imported_and_the_next_file_is_read_the_same_way(columns):
    run = columns.take_in(_AMBIGUOUS)

    said = _said(columns.post(run, "save", day_order="DMY"))
    following = columns.take_in(_NEXT, "b.csv")

    assert "saved and the file read anew" in said
    assert following.state == ImportRun.State.READY
    assert columns.lines() == [
        ("2026-04-03", "-900.00", "Rent"),
        ("2026-06-05", "2000.00", "Salary"),
        ("2026-08-07", "-80.00", "Shoes"),
        ("2026-09-08", "-20.00", "Tea"),
    ]
    assert {each.proof for each in Statement.objects.filter(book=columns.book)} == {Proof.PROVEN}
    assert TableLayout.objects.get(book=columns.book).is_proven


def test_an_import_that_was_read_wrong_is_undone_and_imported_again_in_one_step(columns):
    run = columns.take_in(_SETTLED)
    before = columns.lines()

    columns.post(run, "save", role_2="counterparty")

    run.refresh_from_db()
    assert run.state == ImportRun.State.UNDONE
    live = columns.live()
    assert (live.state, live.lines_new, live.document_id) == (ImportRun.State.READY, 2, run.document_id)
    assert [line[:2] for line in columns.lines()] == [line[:2] for line in before]
    assert Sighting.objects.filter(book=columns.book).count() == 2
    assert list(StatementLine.objects.filter(book=columns.book).values_list("counterparty", flat=True)) == [
        "Rent",
        "Salary",
    ]


def test_corrected_beside_another_file_of_the_same_days_nothing_is_doubled(columns):
    columns.take_in(_SETTLED.replace("Text", "Details"), "other.csv")
    run = columns.take_in(_SETTLED, "a.csv")

    columns.post(run, "save", role_4="ignored")

    assert len(columns.lines()) == 2
    assert Sighting.objects.filter(book=columns.book).count() == 4


def test_columns_that_do_not_read_the_file_leave_the_import_as_it_was(columns):
    run = columns.take_in(_SETTLED)
    before = columns.lines()

    page = columns.post(run, "save", role_1="ignored", role_2="date").content.decode()

    assert "are no dates" in page
    run.refresh_from_db()
    assert run.state == ImportRun.State.READY
    assert columns.lines() == before
    assert not TableLayout.objects.filter(book=columns.book).exists()


def test_an_import_with_posted_lines_is_read_anew_only_with_consent(columns):
    run = columns.take_in(_SETTLED)
    suspense = Account.objects.get(book=columns.book, role=AccountRole.SUSPENSE)
    accept_all(book=columns.book, user=columns.owner, now=timezone.now(), account=suspense)
    post_lines(book=columns.book, line_ids=None, posted_by=columns.owner, posted_at=timezone.now())

    refused = columns.post(run, "save", role_2="counterparty").content.decode()
    assert "stand in the journal" in refused
    columns.post(run, "save", role_2="counterparty", reverse_posted="on")

    assert columns.live().lines_new == 2


def test_what_people_decided_is_listed_before_it_goes(columns):
    run = columns.take_in(_SETTLED)
    rent = Account.objects.get(book=columns.book, code="6100")
    line = StatementLine.objects.get(book=columns.book, description="Rent")
    decide(book=columns.book, line_id=line.pk, account=rent, user=columns.owner, now=timezone.now())

    page = columns.client().get(columns.address(run)).content.decode()

    assert "6100 Rent" in page


def test_columns_as_they_were_read_are_remembered_without_a_new_import(columns):
    run = columns.take_in(_SETTLED)

    said = _said(columns.post(run, "save"))

    run.refresh_from_db()
    assert "remembered" in said
    assert run.state == ImportRun.State.READY
    assert TableLayout.objects.get(book=columns.book).bank_account == columns.account


def test_the_columns_of_one_bank_account_are_not_those_of_another(columns):
    other = create_bank_account(
        book=columns.book, name="Savings", kind="bank", currency="USD", number="9900112233"
    )
    columns.post(columns.take_in(_AMBIGUOUS), "save", day_order="DMY")

    run = columns.take_in(_AMBIGUOUS.replace("4416190233", "9900112233"), "savings.csv")
    assert run.asks_order
    columns.post(run, "save", day_order="MDY")
    again = columns.take_in(_NEXT.replace("4416190233", "9900112233"), "savings next.csv")
    first = columns.take_in(_NEXT, "checking next.csv")

    assert (again.state, first.state) == (ImportRun.State.READY, ImportRun.State.READY)
    assert {f"{line.date}" for line in StatementLine.objects.filter(bank_account=other)} == {
        "2026-03-04",
        "2026-05-06",
        "2026-07-08",
        "2026-08-09",
    }
    assert StatementLine.objects.filter(bank_account=columns.account, date="2026-08-07").exists()


def test_saved_columns_whose_header_changed_are_noticed(columns):
    columns.post(columns.take_in(_SETTLED), "save", role_2="counterparty")

    run = columns.take_in(_SETTLED.replace("Text", "Details"), "new.csv")

    assert run.state == ImportRun.State.READY
    assert "not those saved for Checking (Account, Date, Text, Amount, Balance)" in run.message


def test_saved_columns_whose_dates_no_longer_parse_are_noticed(columns):
    columns.post(columns.take_in(_AMBIGUOUS), "save", day_order="DMY")

    run = columns.take_in(_AMBIGUOUS.replace("05/06/2026", "05/26/2026"), "new.csv")

    assert run.state == ImportRun.State.FAILED
    assert "saved for Checking do not fit this file any more" in run.message
    assert "Line 3 has “05/26/2026”" in run.message


def test_saved_columns_that_no_longer_prove_are_noticed(columns):
    columns.post(columns.take_in(_AMBIGUOUS), "save", day_order="DMY")

    run = columns.take_in(_NEXT.replace("2000.00\n", "2001.00\n"), "new.csv")

    assert run.state == ImportRun.State.READY
    assert "proved before, and this one does not" in run.message


def test_a_file_without_a_number_asks_for_its_account_and_remembers_the_columns_for_it(columns):
    plain = _AMBIGUOUS.replace("Account,", "").replace("4416190233,", "")
    run = columns.take_in(plain, "till 2026-04.csv")
    columns.post(run, "save", day_order="MDY")
    run.refresh_from_db()
    assert run.state == ImportRun.State.NEEDS_YOU

    columns.client().post(
        f"/books/{columns.book.slug}/inbox/{run.pk}/account/",
        {"bank_account": columns.account.pk, "kind": "bank", "currency": "USD", "asked": run.asked},
    )
    run_import(run_id=run.pk, now=timezone.now())

    assert [line[0] for line in columns.lines()] == ["2026-03-04", "2026-05-06"]
    assert TableLayout.objects.get(book=columns.book).bank_account == columns.account


def test_forgotten_columns_are_read_by_their_rows_again(columns):
    run = columns.take_in(_SETTLED)
    columns.post(run, "save", role_2="ignored")
    assert [line[2] for line in columns.lines()] == ["", ""]

    columns.post(columns.live(), "forget")

    assert [line[2] for line in columns.lines()] == ["Rent", "Salary"]
    assert not TableLayout.objects.filter(book=columns.book).exists()


def test_a_file_that_is_no_table_has_no_columns(columns):
    run = columns.take_in("%PDF-1.4 no", "a.pdf")

    page = columns.client().get(columns.address(run), follow=True)

    assert "has no columns to choose" in _said(page)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"fingerprint": "x" * 32, "role_0": "date"},
        {"fingerprint": "0" * 32, "role_0": "<script>"},
        {"fingerprint": "0" * 32, "role_0": "date", "day_order": "XXX"},
        {"fingerprint": "0" * 32, "role_0": "date", "decimal_mark": ";"},
    ],
)
@pytest.mark.parametrize("act", ["save", "forget", "preview"])
def test_a_form_that_nobody_filled_in_here_is_refused(columns, data, act):
    run = columns.take_in(_SETTLED)

    page = columns.client().post(columns.address(run), {**data, "act": act}, follow=True)

    assert page.status_code == 200
    assert "Choose them on this page" in _said(page)


def test_a_layout_of_another_file_is_refused(columns):
    run = columns.take_in(_SETTLED)

    page = columns.post(run, "save", fingerprint="0" * 32)

    assert "no such table" in page.content.decode()
    assert len(columns.lines()) == 2


def test_choosing_a_role_takes_it_from_the_column_that_had_it(columns):
    run = columns.take_in(_SETTLED)

    page = columns.post(run, "preview", role_4="amount", changed="4").context["page"]

    assert page.table.layout.roles == ("account", "date", "description", "ignored", "amount")


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.BOOKKEEPER, 200)])
def test_only_who_imports_sees_and_changes_columns(columns, role, status):
    run = columns.take_in(_SETTLED)

    assert columns.client(role).get(columns.address(run)).status_code == status
    assert columns.post(run, "preview", role=role).status_code == status


def test_the_page_asks_the_database_equally_often_for_any_number_of_rows(columns):
    rows = "".join(f"4416190233,2026-07-{day:02},Tea {day},-1.00,{2100 - day}.00\n" for day in range(1, 28))
    few, many = columns.take_in(_SETTLED), columns.take_in(_HEAD + rows, "many.csv")
    client = columns.client()
    client.get(columns.address(few))

    counts = []
    for run in (few, many):
        with CaptureQueriesContext(connection) as queries:
            client.get(columns.address(run))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_database_keeps_a_layout_in_its_book_and_with_its_columns(columns):
    elsewhere = BankAccount.objects.get(pk=Columns().account.pk)
    good = {
        "fingerprint": "0" * 32,
        "layout": {"fingerprint": "0" * 32, "roles": []},
        "saved_at": timezone.now(),
    }
    bad = [
        {**good, "bank_account": elsewhere},
        {**good, "bank_account": columns.account, "layout": {"fingerprint": "0" * 32}},
        {**good, "bank_account": columns.account, "layout": {"fingerprint": "1" * 32, "roles": []}},
        {**good, "bank_account": columns.account, "fingerprint": "name"},
    ]

    TableLayout.objects.create(book=columns.book, bank_account=columns.account, **good)
    for facts in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            TableLayout.objects.create(book=columns.book, **facts)
