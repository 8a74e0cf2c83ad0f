"""Which lines a receipt is proposed for, what people say to that, and the page that asks them."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledgerflow.books.models import Role
from ledgerflow.documents.models import Receipt, ReceiptReading
from ledgerflow.posting.receipt_proposals import LOOKED_AT, MOST, proposals_for
from ledgerflow.statements.models import DeclinedReceipt, LineReceipt, StatementLine
from ledgerflow.statements.services import (
    ReceiptError,
    attach_receipts,
    create_bank_account,
    decline_receipt,
    detach_receipt,
    undo_import,
)
from tests.booked import NOW, BookedFile
from tests.factories import BookFactory
from tests.made import made_once
from tests.posting.read_receipts import read_receipt
from tests.statements.shapes import line, take_in
from tools.receipt_reader.tests.drawing import RECEIPTS, as_pdf

pytestmark = pytest.mark.django_db


@made_once
def file() -> BookedFile:
    return BookedFile(1)


def proposed(receipt: Receipt) -> list[str]:
    return [each.line.description for each in proposals_for(reading=receipt.reading)]


def lines(file: BookedFile) -> dict[str, int]:
    return dict(StatementLine.objects.filter(book=file.book).values_list("description", "pk"))


def test_exact_amounts_come_before_tolerated_ones_and_near_days_before_far_ones(file):
    take_in(
        file.bank,
        line(13, "-12.29", "BLUE FINCH COFFEE OAKLAND"),
        line(30, "-12.29", "Shell Oil"),
        line(14, "-14.00", "BLUE FINCH COFFEE OAKLAND"),
        line(14, "-14.01", "Shell Oil with a tip"),
        line(13, "-13.33", "Blue Finch, tax on top"),
        line(13, "-12.30", "Nearly"),
        line(5, "-12.29", "Too early"),
    )

    assert proposed(read_receipt(file.book)) == [
        "BLUE FINCH COFFEE OAKLAND",
        "Blue Finch, tax on top",
        "Shell Oil",
        "BLUE FINCH COFFEE OAKLAND",
    ]


def test_money_in_and_foreign_amounts_are_compared_too_and_other_currencies_are_not(file):
    take_in(
        file.bank,
        line(12, "12.29", "Refund"),
        line(12, "-11.05", "Paris", original_amount=Decimal("-12.29"), original_currency="EUR"),
    )
    euros = create_bank_account(book=file.book, name="Euros", kind="bank", currency="EUR")
    take_in(euros, line(12, "-12.29", "Berlin", currency="EUR"), currency="EUR")

    assert proposed(read_receipt(file.book)) == ["Refund"]
    assert proposed(read_receipt(file.book, "b.pdf", currency="")) == ["Refund"]
    assert sorted(proposed(read_receipt(file.book, "c.pdf", currency="EUR"))) == ["Berlin", "Paris"]


def test_a_receipt_without_a_day_or_a_total_is_proposed_less(file):
    take_in(
        file.bank, line(13, "-12.29", "BLUE FINCH COFFEE"), line(date(2020, 1, 1), "-12.29", "BLUE FINCH")
    )

    assert proposed(read_receipt(file.book, date=None)) == ["BLUE FINCH COFFEE"]
    assert proposed(read_receipt(file.book, "b.pdf", total=None)) == []
    assert proposed(read_receipt(file.book, "c.pdf", total=Decimal(0))) == []
    assert proposed(read_receipt(file.book, "d.pdf", total=Decimal("-12.29"))) == ["BLUE FINCH COFFEE"]


def test_lines_of_another_book_are_never_proposed(file):
    other = BookedFile(1)
    take_in(other.bank, line(12, "-12.29", "Theirs"))

    assert proposed(read_receipt(file.book)) == []


def test_a_line_that_comes_later_is_proposed_then(file):
    receipt = read_receipt(file.book)
    before = proposed(receipt)
    take_in(file.bank, line(12, "-12.29", "Coffee"))

    assert (before, proposed(receipt)) == ([], ["Coffee"])


def test_a_declined_or_detached_pair_is_never_proposed_again_and_others_are(file):
    take_in(file.bank, line(12, "-12.29", "First"), line(13, "-12.29", "Second"), line(14, "-12.29", "Third"))
    receipt, other = read_receipt(file.book), read_receipt(file.book, "other.pdf")
    found = lines(file)
    for name in ("First", "First"):
        decline_receipt(book=file.book, line_id=found[name], receipt_id=receipt.pk, user=file.owner, now=NOW)
    at = {"book": file.book, "line_id": found["Second"], "user": file.owner, "now": NOW}
    attach_receipts(receipt_ids=[receipt.pk], **at)
    detach_receipt(receipt_id=receipt.pk, reason="Wrong", **at)

    assert proposed(receipt) == ["Third"]
    assert proposed(other) == ["First", "Second", "Third"]
    assert DeclinedReceipt.objects.count() == 1


def test_what_was_said_about_a_pair_is_guarded_and_goes_with_its_line(file):
    outcome = take_in(file.bank, line(12, "-12.29", "First"), line(13, "-12.29", "Second"))
    receipt, found, elsewhere = read_receipt(file.book), lines(file), BookedFile(1)
    of = {"book": file.book, "user": file.owner, "now": NOW}
    declined = decline_receipt(line_id=found["First"], receipt_id=receipt.pk, **of)
    attach_receipts(line_id=found["Second"], receipt_ids=[receipt.pk], **of)

    for line_id, receipt_id, says in (
        (found["Second"], receipt.pk, "is attached to the line"),
        (elsewhere.line_ids[0], receipt.pk, "no such line"),
        (found["First"], read_receipt(elsewhere.book).pk, "no such receipt"),
    ):
        with pytest.raises(ReceiptError, match=says):
            decline_receipt(line_id=line_id, receipt_id=receipt_id, **of)
    by = {"declined_by": file.owner, "declined_at": NOW}
    for wrong, says in (
        (
            lambda: DeclinedReceipt.objects.filter(pk=declined.pk).update(declined_at=NOW),
            "kept as it was said|denied",
        ),
        (lambda: DeclinedReceipt.objects.filter(pk=declined.pk).delete(), "as long as the line"),
        (
            lambda: DeclinedReceipt.objects.create(
                book=file.book, receipt=receipt, line_id=elsewhere.line_ids[0], **by
            ),
            "has no line",
        ),
        (
            lambda: DeclinedReceipt.objects.create(
                book=elsewhere.book, receipt=receipt, line_id=elsewhere.line_ids[0], **by
            ),
            "statements_declined_of_book",
        ),
    ):
        with pytest.raises(Error, match=says), transaction.atomic():
            wrong()
    undo_import(document=outcome.statement.document)
    assert not DeclinedReceipt.objects.exists()


def test_however_many_lines_there_are_few_are_compared_in_one_query(file):
    take_in(file.bank, *(line(10 + at % 20, "-12.29", f"Shop {at}") for at in range(LOOKED_AT + 60)))
    receipt = read_receipt(file.book)

    with CaptureQueriesContext(connection) as queries:
        found = proposals_for(reading=receipt.reading)

    assert len(queries) == 1
    assert f"LIMIT {LOOKED_AT}" in queries[0]["sql"]
    assert len(found) == MOST
    assert {each.points for each in found} == {80}


def test_the_page_shows_boxes_values_parts_and_buttons_by_role(file):
    take_in(file.bank, line(13, "-12.29", "BLUE FINCH <COFFEE>"))
    receipt = read_receipt(file.book)
    address = file.address(f"journal/receipts/{receipt.pk}/")

    page = file.client(Role.BOOKKEEPER).get(address).content.decode()
    seen = file.client(Role.VIEWER).get(address).content.decode()

    assert f'src="{file.address(f"documents/receipts/{receipt.pk}/pages/1/")}"' in page
    assert '<rect class="is-total" x="100" y="300" width="400" height="50">' in page
    assert "is-date" in page
    assert "is-seller" in page
    assert "“total &lt;line&gt;”" in page
    assert "BLUE FINCH &lt;COFFEE&gt;" in page
    assert (
        "<strong>100 of 100</strong>: Amount: the same (50); Days: 1 day later (30); Name: the same (20)"
        in page
    )
    assert "Not this one" in page
    assert "Not this one" not in seen
    assert "Read again" not in seen
    assert "100 of 100" in seen


@pytest.mark.parametrize("do", ["accept", "decline"])
def test_a_proposal_is_accepted_or_declined_by_a_button_and_by_nobody_else(file, do):
    take_in(file.bank, line(13, "-12.29", "Coffee"))
    receipt, line_id = read_receipt(file.book), lines(file)["Coffee"]
    address = file.address(f"journal/receipts/{receipt.pk}/lines/{line_id}/{do}/")
    assert not LineReceipt.objects.exists()

    refused = file.client(Role.VIEWER).post(address)
    answer = file.client(Role.BOOKKEEPER).post(address, follow=True).content.decode()

    assert refused.status_code == 403
    if do == "accept":
        (attached,) = LineReceipt.objects.all()
        assert (attached.line_id, attached.receipt_id) == (line_id, receipt.pk)
        assert "The receipt is attached." in answer
        assert "Attached to" in answer
        assert "Lines that it may be for" not in answer
    else:
        assert not LineReceipt.objects.exists()
        assert "not proposed to each other again" in answer
        assert "No line fits." in answer


def test_the_page_takes_the_same_few_queries_for_one_line_and_for_many(file, django_assert_max_num_queries):
    receipt, client = read_receipt(file.book), file.client()
    address = file.address(f"journal/receipts/{receipt.pk}/")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    take_in(file.bank, *(line(12, "-12.29", f"Shop {at}") for at in range(20)))

    with django_assert_max_num_queries(len(few)):
        client.get(address)


def test_the_list_shows_what_was_read_in_the_same_queries_for_one_and_for_many(
    file, django_assert_max_num_queries
):
    client, address = file.client(), file.address("journal/receipts/")
    read_receipt(file.book)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for at in range(5):
        read_receipt(file.book, f"{at}.pdf", seller=f"Seller {at}", currency="")
    failed = read_receipt(file.book, "failed.pdf")
    ReceiptReading.objects.filter(pk=failed.pk).update(
        state="failed", problem="Damaged", seller="", total=None, tax=None, currency="", date=None
    )

    with django_assert_max_num_queries(len(few)):
        page = client.get(address).content.decode()

    assert "Seller 4" in page
    assert "Could not be read" in page


def test_receipts_are_kept_without_a_line_each_by_itself(file):
    client, address = file.client(Role.BOOKKEEPER), file.address("journal/receipts/new/")

    one = client.post(address, {"files": [SimpleUploadedFile("a.pdf", as_pdf(RECEIPTS["yen"]))]}, follow=True)
    many = client.post(
        address,
        {
            "files": [
                SimpleUploadedFile("b.txt", b"Coffee 1"),
                SimpleUploadedFile("c.exe", b"MZ\x90\0"),
                SimpleUploadedFile("d.txt", b"Coffee 2"),
            ]
        },
        follow=True,
    ).content.decode()
    none = client.post(address, {}, follow=True).content.decode()

    assert "It is being read." in one.content.decode()
    assert "2 receipts are kept." in many
    assert "c.exe is no receipt that can be shown" in many
    assert "Choose a file." in none
    assert Receipt.objects.filter(book=file.book).count() == 3
    assert file.client(Role.VIEWER).post(address).status_code == 403


def test_it_is_read_again_where_that_can_be_and_says_why_where_not(file):
    client = file.client()
    text = client.post(
        file.address("journal/receipts/new/"),
        {"files": [SimpleUploadedFile("b.txt", b"Coffee")]},
        follow=True,
    )
    address = text.redirect_chain[-1][0]

    refused = client.post(f"{address}read/", follow=True).content.decode()
    receipt = read_receipt(file.book)
    again = client.post(file.address(f"journal/receipts/{receipt.pk}/read/"), follow=True).content.decode()

    assert "which is not read: give a PDF" in refused
    assert "The receipt is being read." in again
    assert ReceiptReading.objects.get(receipt=receipt).state == "waiting"


def test_pages_of_a_pdf_are_drawn_as_pictures_and_nothing_else_is(file):
    receipt = read_receipt(file.book)
    client = file.client(Role.VIEWER)

    def get(pk: int, page: int, **headers: str):
        kwargs = {"book": file.book.slug, "receipt": pk, "page_number": page}
        return client.get(reverse("documents:receipt-page", kwargs=kwargs), headers=headers)

    first = get(receipt.pk, 1)
    (mail,) = file.attach(file.line_ids[0], ("mail.txt", b"Mail"))
    (bad,) = file.attach(file.line_ids[0], ("bad.pdf", b"%PDF-1.7 bad"))

    assert first.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert "private" in first["Cache-Control"]
    assert get(receipt.pk, 1, if_none_match=first["ETag"]).status_code == 304
    for pk, page in ((receipt.pk, 2), (receipt.pk, 0), (mail.receipt_id, 1), (bad.receipt_id, 1)):
        assert get(pk, page).status_code == 404
    assert get(read_receipt(BookFactory()).pk, 1).status_code == 404
