"""Archives become as many files; a protected PDF is read with its password, which is kept nowhere."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from ledgerflow.documents.models import Document
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import run_import
from tests.made import made_once
from tests.pipeline.test_pages import Inbox
from tools.pdf_statement.tests.printing import Printer, table

pytestmark = pytest.mark.django_db

_SECRET = "open sesame 7"


def _protected(password=_SECRET):
    rows = [("2026-05-01", "Cafe", "15.00", "", "85.00"), ("2026-05-02", "Pay", "", "10.00", "95.00")]
    header = ("Date", "Description", "Money out", "Money in", "Balance")
    return table(Printer(password=password), header, rows, (40, 110, -400, -470, -550)).content()


def _archive(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@made_once
def inbox():
    return Inbox()


def _drop(inbox, content, **fields):
    files = {"files": [SimpleUploadedFile("may.pdf", content)], **fields}
    return inbox.client().post(inbox.address("upload/"), files, follow=True)


def _run(inbox):
    return ImportRun.objects.select_related("document").get(book=inbox.book)


def _jobs_and_rows():
    """Return everything that the database keeps about jobs, runs and sessions, as one text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs")
        jobs = cursor.fetchall()
        cursor.execute("SELECT r::text FROM pipeline_importrun r")
        return str([*jobs, *cursor.fetchall()])


def test_an_archive_becomes_as_many_files_and_is_not_kept_itself(inbox):
    csv = b"Date,Description,Amount\n2026-01-05,Tea,-4.20\n"
    content = _archive({"2026/a.csv": csv, "b.ofx": inbox.file.content})

    inbox.drop(("year.zip", content))
    inbox.drop(("again.zip", content))

    assert sorted(Document.objects.filter(book=inbox.book).values_list("name", flat=True)) == [
        "a.csv",
        "b.ofx",
    ]
    assert ImportRun.objects.filter(book=inbox.book).count() == 2


def test_an_archive_that_leads_out_of_itself_is_refused_and_the_next_file_taken(inbox):
    page = inbox.drop(("bad.zip", _archive({"../a.csv": b"x"})), (inbox.file.name, inbox.file.content))

    assert "leads out of it" in page.content.decode()
    assert _run(inbox).document.name == inbox.file.name


def test_a_protected_file_is_read_with_the_password_given_with_it(inbox):
    page = _drop(inbox, _protected(), password=_SECRET)

    run = _run(inbox)
    assert run.state == ImportRun.State.NEEDS_YOU  # read; only the account is asked
    assert _SECRET not in page.content.decode()
    assert _SECRET not in _jobs_and_rows()

    inbox.drop(("may 2.pdf", _protected(password="")))
    other = ImportRun.objects.get(document__name="may 2.pdf")
    run_import(run_id=other.pk, now=timezone.now())
    other.refresh_from_db()
    of_other = {
        "name": "Other",
        "kind": "bank",
        "currency": run.asked_currency or "USD",
        "asked": other.asked,
    }
    inbox.client().post(inbox.address(f"{other.pk}/account/"), of_other)
    run_import(run_id=other.pk, now=timezone.now())
    other.refresh_from_db()
    run.refresh_from_db()
    # Without its password it would only fail, so it goes on asking.
    assert (other.state, run.state) == (ImportRun.State.READY, ImportRun.State.NEEDS_YOU)
    ImportRun.objects.filter(pk=other.pk).delete()

    said = {"name": "Checking", "kind": "bank", "currency": run.asked_currency or "USD", "password": _SECRET}
    said["asked"] = run.asked
    answered = inbox.client().post(inbox.address(f"{run.pk}/account/"), said)

    assert answered.status_code == 302
    assert _run(inbox).state == ImportRun.State.READY
    assert _SECRET not in _jobs_and_rows()


def test_a_protected_file_asks_for_its_password_and_takes_it_later(inbox):
    _drop(inbox, _protected())
    run = _run(inbox)
    run_import(run_id=run.pk, now=timezone.now())
    page = inbox.client().get(inbox.address())
    assert 'type="password"' in page.content.decode().split("id_password_")[1]

    inbox.client().post(inbox.address(f"{run.pk}/retry/"), {"password": "wrong"})
    assert "does not open" in _run(inbox).message
    inbox.client().post(inbox.address(f"{run.pk}/retry/"), {"password": _SECRET})

    assert _run(inbox).state == ImportRun.State.NEEDS_YOU
    assert _SECRET not in _jobs_and_rows()
