"""A receipt that lands in the inbox is not lost among statements: a picture is one, of a PDF a person says so."""

import pytest
from django.utils import timezone

from ledgerflow.books.models import Role
from ledgerflow.documents.models import Receipt
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import RunNotWaitingError, run_import, take_as_receipt, undo_import
from ledgerflow.statements.models import Statement
from tests.made import made_once
from tests.pipeline.test_pages import Inbox
from tools.pdf_statement.tests.layouts import LAYOUTS
from tools.pdf_statement.tests.test_scans import photographed
from tools.receipt_reader.tests.drawing import RECEIPTS, as_pdf, as_picture

pytestmark = pytest.mark.django_db

PDF = as_pdf(RECEIPTS["cafe_dollar"])


@made_once
def inbox() -> Inbox:
    return Inbox()


def taken(inbox: Inbox, name: str, content: bytes) -> ImportRun:
    inbox.drop((name, content))
    run = ImportRun.objects.get(book=inbox.book, document__name=name)
    run_import(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    return run


def rows(inbox: Inbox, role: Role = Role.BOOKKEEPER) -> str:
    return inbox.client(role).get(inbox.address("rows/")).content.decode()


def test_a_picture_becomes_a_receipt_by_itself_whatever_its_name_is(inbox):
    run = taken(inbox, "photo.csv", as_picture(RECEIPTS["yen"]))

    receipt = Receipt.objects.get(book=inbox.book)
    assert run.state == "ready"
    assert run.message.startswith(
        "It is kept as a receipt. It was not read as a statement: The PDF holds no table"
    )
    assert (receipt.document, receipt.kept_by.email, receipt.reading.state) == (
        run.document, run.started_by.email, "waiting",
    )  # fmt: skip
    assert f"/journal/receipts/{receipt.pk}/" in rows(inbox)


def test_a_photo_of_a_statement_is_imported_with_its_page(inbox):
    content = LAYOUTS["american"]()[0]

    run = taken(inbox, "photo.jpg", photographed(content, askew=1.5))
    assert run.state == "needs_you", run.message
    answer = {"name": "Checking", "kind": "bank", "currency": "usd", "asked": run.asked}
    inbox.client().post(inbox.address(f"{run.pk}/account/"), answer)
    run_import(run_id=run.pk, now=timezone.now())

    run.refresh_from_db()
    statement = Statement.objects.get(book=inbox.book)
    assert (run.state, run.lines_new, statement.proof) == ("ready", 6, "PROVEN")
    assert "photographed" in run.message
    assert not Receipt.objects.exists()
    picture = inbox.client().get(f"/books/{inbox.book.slug}/statements/document/{run.document_id}/pages/1/")
    assert (picture.status_code, picture["content-type"]) == (200, "image/png")


def test_of_a_pdf_that_no_reader_reads_a_person_says_that_it_is_a_receipt(inbox):
    run = taken(inbox, "coffee.pdf", PDF)
    assert run.state == "failed"
    assert not Receipt.objects.exists()
    assert "This is a receipt" in rows(inbox)
    assert "This is a receipt" not in rows(inbox, Role.VIEWER)

    refused = inbox.client(Role.VIEWER).post(inbox.address(f"{run.pk}/receipt/"))
    page = inbox.client(Role.BOOKKEEPER).post(inbox.address(f"{run.pk}/receipt/"), follow=True)

    run.refresh_from_db()
    assert refused.status_code == 403
    assert "It is being read." in page.content.decode()
    assert (run.state, run.stage) == ("ready", "done")
    assert Receipt.objects.get(book=inbox.book).document == run.document
    assert "This is a receipt" not in rows(inbox)


def test_what_has_not_failed_or_is_no_receipt_is_refused_with_a_sentence(inbox):
    run = taken(inbox, "coffee.pdf", PDF)
    take_as_receipt(run=run, user=inbox.owner, now=timezone.now())
    with pytest.raises(RunNotWaitingError, match="has not failed"):
        take_as_receipt(run=run, user=inbox.owner, now=timezone.now())

    odd = taken(inbox, "odd.pdf", b"MZ\x90\0\x03")
    page = inbox.client().post(inbox.address(f"{odd.pk}/receipt/"), follow=True)

    odd.refresh_from_db()
    assert odd.state == "failed"
    assert "odd.pdf is no receipt that can be shown" in page.content.decode()


def test_undoing_lets_the_file_be_tried_as_a_statement_again_and_leaves_the_receipt(inbox):
    run = taken(inbox, "coffee.pdf", PDF)
    take_as_receipt(run=run, user=inbox.owner, now=timezone.now())

    undo_import(run=run, user=inbox.owner, now=timezone.now())
    inbox.drop(("coffee.pdf", PDF))

    assert sorted(ImportRun.objects.values_list("state", flat=True)) == ["undone", "waiting"]
    assert Receipt.objects.count() == 1


def test_a_statement_that_fails_is_offered_as_no_receipt(inbox):
    run = taken(inbox, "odd.csv", b"nothing,of\na,statement\n")

    assert run.state == "failed"
    assert "This is a receipt" not in rows(inbox)
