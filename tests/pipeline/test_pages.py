"""The inbox: files are dropped, answered, tried again and taken back on pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ledgerflow.books.models import Role
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import run_import
from ledgerflow.statements.models import BankAccount, Statement, StatementLine
from ledgerflow.toolbox.selectors import enabled_readers
from tests.factories import MembershipFactory, UserFactory
from tests.made import made_once
from tests.pipeline.statements import JANUARY, ofx

pytestmark = pytest.mark.django_db


class Inbox:
    """A new book's inbox, as a member of a role."""

    def __init__(self):
        self.owner = UserFactory()
        self.book = open_book(
            name="Acme", base_currency="USD", chart="generic", owner=self.owner, now=timezone.now()
        )
        self.file = ofx(JANUARY)[0]

    def client(self, role=Role.OWNER):
        client = Client()
        client.force_login(
            self.owner if role == Role.OWNER else MembershipFactory(book=self.book, role=role).user
        )
        return client

    def address(self, path=""):
        return f"/books/{self.book.slug}/inbox/{path}"

    def drop(self, *files, role=Role.BOOKKEEPER):
        files = [SimpleUploadedFile(name, content) for name, content in files]
        return self.client(role).post(self.address("upload/"), {"files": files}, follow=True)

    def imported(self):
        """Return the run of January's file, imported to an account that the answer made."""
        self.drop((self.file.name, self.file.content))
        run = ImportRun.objects.get(book=self.book)
        run_import(run_id=run.pk, now=timezone.now())
        run.refresh_from_db()
        assert run.state == ImportRun.State.NEEDS_YOU
        self.client().post(
            self.address(f"{run.pk}/account/"),
            {"name": "Checking", "kind": "bank", "currency": "usd", "asked": run.asked},
        )
        run_import(run_id=run.pk, now=timezone.now())
        run.refresh_from_db()
        return run


@made_once
def inbox():
    return Inbox()


def _said(page):
    return " ".join(str(message) for message in page.context["messages"])


def test_a_dropped_file_is_in_the_inbox_and_waits(inbox):
    page = inbox.drop((inbox.file.name, inbox.file.content))
    rows = inbox.client(Role.VIEWER).get(inbox.address("rows/")).content.decode()

    assert inbox.file.name in page.content.decode()
    assert inbox.file.name in rows
    assert page.context["is_moving"]


def test_the_same_bytes_again_are_said_to_be_here(inbox):
    inbox.drop((inbox.file.name, inbox.file.content))

    page = inbox.drop(("copy.ofx", inbox.file.content))

    assert "copy.ofx is here already" in _said(page)
    assert ImportRun.objects.filter(book=inbox.book).count() == 1


def test_an_empty_file_is_refused_and_the_next_one_taken(inbox):
    page = inbox.drop(("empty.csv", b""), (inbox.file.name, inbox.file.content))

    assert "empty.csv" in _said(page)
    assert ImportRun.objects.get(book=inbox.book).document.name == inbox.file.name


def test_no_file_at_all_is_said(inbox):
    page = inbox.client().post(inbox.address("upload/"), follow=True)

    assert _said(page)


def test_a_viewer_drops_nothing(inbox):
    assert inbox.drop((inbox.file.name, inbox.file.content), role=Role.VIEWER).status_code == 403
    assert not ImportRun.objects.filter(book=inbox.book).exists()


def test_an_unknown_account_is_asked_for_once_and_remembered(inbox):
    run = inbox.imported()

    assert run.state == ImportRun.State.READY
    assert BankAccount.objects.get(book=inbox.book).currency == "USD"
    assert StatementLine.objects.filter(book=inbox.book).exists()


@pytest.mark.parametrize("changed", [{"name": ""}, {"currency": "dollars"}, {"kind": "sock"}, {"asked": ""}])
def test_an_answer_that_is_none_is_refused(inbox, changed):
    inbox.drop((inbox.file.name, inbox.file.content))
    run = ImportRun.objects.get(book=inbox.book)
    run_import(run_id=run.pk, now=timezone.now())
    sent = {"name": "Checking", "kind": "bank", "currency": "USD", "asked": run.asked, **changed}

    page = inbox.client().post(inbox.address(f"{run.pk}/account/"), sent)

    assert page.context["form"].errors
    assert not BankAccount.objects.filter(book=inbox.book).exists()


def test_an_import_is_undone_after_its_page_says_what_goes(inbox):
    run, client = inbox.imported(), inbox.client(Role.BOOKKEEPER)
    count = StatementLine.objects.filter(book=inbox.book).count()

    preview = client.get(inbox.address(f"{run.pk}/undo/")).context["preview"]
    client.post(inbox.address(f"{run.pk}/undo/"))
    again = client.post(inbox.address(f"{run.pk}/undo/"))

    run.refresh_from_db()
    assert (preview.removed, preview.posted) == (count, 0)
    assert run.state == ImportRun.State.UNDONE
    assert not StatementLine.objects.filter(book=inbox.book).exists()
    assert "nothing to undo" in " ".join(again.context["form"].non_field_errors())


def test_only_what_failed_is_tried_again(inbox):
    run = inbox.imported()

    page = inbox.client().post(inbox.address(f"{run.pk}/retry/"), follow=True)
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.FAILED)
    inbox.client().post(inbox.address(f"{run.pk}/retry/"))

    assert _said(page)
    run.refresh_from_db()
    assert run.state == ImportRun.State.WAITING


def test_a_file_of_another_book_is_not_found(inbox):
    run, other = inbox.imported(), Inbox()

    for path in ("retry/", "account/", "undo/"):
        assert other.client().post(other.address(f"{run.pk}/{path}")).status_code == 404


def test_the_number_of_lines_that_were_here_leads_to_them(inbox):
    first = inbox.imported()
    inbox.drop(("again.ofx", inbox.file.content + b"\n"))
    again = ImportRun.objects.exclude(pk=first.pk).get(book=inbox.book)
    run_import(run_id=again.pk, now=timezone.now())
    statement = Statement.objects.get(document=again.document)

    rows = inbox.client(Role.VIEWER).get(inbox.address("rows/")).content.decode()
    known = inbox.client(Role.VIEWER).get(f"/books/{inbox.book.slug}/statements/{statement.pk}/?show=known")

    assert f"/statements/{statement.pk}/?show=known" in rows
    assert f"{len(inbox.file.movements)} lines of again.ofx that were here already" in rows
    assert first.document.name in known.content.decode()


def test_what_waits_for_somebody_stands_first_and_the_rest_on_pages(inbox, django_assert_max_num_queries):
    first = inbox.imported()
    for number in range(60):
        inbox.drop((f"{number}.csv", f"nothing {number}".encode()))
    ImportRun.objects.filter(document__name="3.csv").update(state=ImportRun.State.FAILED)
    client = inbox.client()

    def shown(query):
        rows = client.get(inbox.address(query)).context["rows"]
        return [row.run.document.name for row in rows]

    one, two = shown(""), shown("?page=2")
    with django_assert_max_num_queries(16):
        client.get(inbox.address("rows/?page=2"))

    assert one[0] == "3.csv"
    assert (len(one), len(two), two[-1]) == (50, 11, first.document.name)
    assert shown(f"?file={first.document_id}") == [first.document.name]
    assert shown("?file=x&page=y") == one


def test_a_row_says_what_is_in_the_file_and_warns_where_lines_are_held_back(inbox):
    run = inbox.imported()
    statement = Statement.objects.get(document=run.document)
    address = inbox.address("rows/")

    rows = inbox.client().get(address).content.decode()
    ImportRun.objects.filter(pk=run.pk).update(lines_held=1)
    held = inbox.client().get(address).content.decode()

    for said in ("OFX", "Checking", f"{statement.line_count} lines", "not provable", "status-green"):
        assert said in rows
    assert "status-green" not in held
    ImportRun.objects.filter(pk=run.pk).update(message="1,204.50 USD of 2026-01-05 may be here twice.")
    assert '<span class="discreet">1,204.50</span>' in inbox.client().get(address).content.decode()
    for page in (f"statements/{statement.pk}/", f"statements/document/{run.document_id}/"):
        shown = inbox.client().get(f"/books/{inbox.book.slug}/{page}").content.decode()
        assert f"/inbox/?file={run.document_id}" in shown


def test_a_file_that_asks_is_set_aside_and_taken_in_again(inbox):
    inbox.drop((inbox.file.name, inbox.file.content))
    run = ImportRun.objects.get(book=inbox.book)
    run_import(run_id=run.pk, now=timezone.now())
    client = inbox.client(Role.BOOKKEEPER)

    client.post(inbox.address(f"{run.pk}/discard/"))
    again = client.post(inbox.address(f"{run.pk}/discard/"), follow=True)
    aside = client.get(inbox.address("rows/")).content.decode()
    client.post(inbox.address(f"{run.pk}/again/"))
    twice = client.post(inbox.address(f"{run.pk}/again/"), follow=True)

    assert "neither failed nor asks" in _said(again)
    assert "Import again" in aside
    assert "is in the inbox already" in _said(twice)
    run.refresh_from_db()
    live = ImportRun.objects.exclude(pk=run.pk).get(book=inbox.book)
    assert (run.state, live.state) == (ImportRun.State.UNDONE, ImportRun.State.WAITING)
    assert "Import again" not in client.get(inbox.address("rows/")).content.decode()
    run_import(run_id=live.pk, now=timezone.now())
    client.post(inbox.address(f"{live.pk}/discard/"))
    # Only from the last one, which knows what was said since.
    rows = client.get(inbox.address("rows/")).content.decode()
    older = client.post(inbox.address(f"{run.pk}/again/"), follow=True)
    assert (rows.count(f"/{run.pk}/again/"), rows.count(f"/{live.pk}/again/")) == (0, 1)
    assert "Take it in from there" in _said(older)
    assert not ImportRun.objects.filter(book=inbox.book, state=ImportRun.State.WAITING).exists()


def test_every_format_that_is_read_is_named_where_files_are_asked_for(inbox):
    page = inbox.client().get(inbox.address()).content.decode()

    for reader in enabled_readers():
        name = reader.partition("_")[0].upper()
        assert {"XLSX": "Excel"}.get(name, name) in page, reader


def test_too_many_files_at_once_are_refused_with_a_sentence(inbox, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2

    page = inbox.drop(*((f"{number}.csv", b"x") for number in range(3)))

    assert page.status_code == 400
    assert "send 2 at most" in page.content.decode()
    assert not ImportRun.objects.filter(book=inbox.book).exists()
