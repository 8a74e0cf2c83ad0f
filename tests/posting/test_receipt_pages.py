"""Receipts on the pages of a line, an entry, the queue, and the page that says what lacks one."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ledgerflow.books.models import Role
from ledgerflow.classification.services import SplitPart, decide
from ledgerflow.posting import receipt_forms
from ledgerflow.posting.services import post_lines, reverse_entry
from ledgerflow.statements.models import LineReceipt
from ledgerflow.taxes.receipt_limits import receipt_limit
from tests.booked import NOW, BookedFile
from tests.made import made_once
from tests.proprietor import Proprietor

pytestmark = pytest.mark.django_db

MAIL = ("mail.txt", b"Shop 1.00")


@made_once
def file():
    return BookedFile(2)


def _upload(name="receipt.png", content=b"\x89PNG\r\n\x1a\n"):
    return SimpleUploadedFile(name, content)


def test_files_are_attached_on_the_page_of_the_line_and_shown_there_and_on_its_entry(file):
    client, line = file.client(Role.BOOKKEEPER), file.line_ids[0]

    answer = client.post(
        file.address(f"journal/line/{line}/receipts/"),
        {"files": [_upload(), _upload("m.txt", b"Mail")]},
        follow=True,
    )
    entry = client.get(file.address("journal/1/")).content.decode()
    queue = client.get(file.address(f"review/line/{line}/evidence/")).content.decode()

    page = answer.content.decode()
    assert "2 receipts are attached." in page
    receipt = LineReceipt.objects.earliest("pk").receipt_id
    assert page.count(f'<img loading="lazy" src="{file.address(f"documents/receipts/{receipt}/")}"') == 1
    for shown in (page, entry, queue):
        assert "receipt.png" in shown
        assert "m.txt" in shown
    assert "Detach" not in entry


def test_receipts_that_are_here_are_chosen_and_detached_with_a_reason(file):
    (link,) = file.attach(file.line_ids[0], MAIL)
    client, second = file.client(), file.line_ids[1]
    address = file.address(f"journal/line/{second}/")

    offered = client.get(address).content.decode()
    client.post(f"{address}receipts/", {"receipts": [link.receipt_id]})
    without_reason = client.post(f"{address}receipts/{link.receipt_id}/detach/", {"reason": ""}, follow=True)
    detached = client.post(
        f"{address}receipts/{link.receipt_id}/detach/", {"reason": "Not <this> shop"}, follow=True
    )

    assert "mail.txt, of 1 line" in offered
    assert "Say why the receipt does not belong" in without_reason.content.decode()
    assert "Not &lt;this&gt; shop" in detached.content.decode()
    assert LineReceipt.objects.filter(line=second, detached_at=None).count() == 0


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose a file, or a receipt that is here."),
        ({"files": [_upload("tool.exe", b"MZ\x90\0")]}, "tool.exe is no receipt that can be shown"),
        ({"files": [_upload("empty.pdf", b"")]}, "empty.pdf is empty"),
        ({"receipts": ["999"]}, "999 is not one of the available choices"),
    ],
)
def test_what_is_no_receipt_of_the_book_is_refused_on_the_page(sent, says, file):
    file.attach(file.line_ids[1], MAIL)

    answer = file.client().post(file.address(f"journal/line/{file.line_ids[0]}/receipts/"), sent)

    assert says in answer.content.decode()
    assert LineReceipt.objects.count() == 1


def test_a_file_that_is_too_large_is_refused_before_it_is_read(file, monkeypatch):
    monkeypatch.setattr(receipt_forms, "LARGEST_RECEIPT", 4)

    answer = file.client().post(
        file.address(f"journal/line/{file.line_ids[0]}/receipts/"), {"files": [_upload("big.txt", b"12345")]}
    )

    assert "big.txt is larger than 20 MB." in answer.content.decode()
    assert not LineReceipt.objects.exists()


def test_a_viewer_sees_receipts_and_changes_nothing(file):
    (link,) = file.attach(file.line_ids[0], MAIL)
    client, address = file.client(Role.VIEWER), file.address(f"journal/line/{link.line_id}/")

    page = client.get(address).content.decode()
    attached = client.post(f"{address}receipts/", {"files": [_upload()]})
    detached = client.post(f"{address}receipts/{link.receipt_id}/detach/", {"reason": "x"})
    limited = client.post(file.address("journal/receipts/limit/"), {"amount": "1"})

    assert "mail.txt" in page
    assert "Attach</button>" not in page
    assert {attached.status_code, detached.status_code, limited.status_code} == {403}
    assert LineReceipt.objects.get().detached_at is None


def test_a_line_with_a_receipt_has_a_clip_in_the_queue(django_assert_num_queries):
    file = BookedFile(3, is_posted=False)
    file.attach(file.line_ids[1], MAIL)
    client = file.client()

    rows = client.get(file.address("review/")).content.decode().split("<tr data-line=")[1:]

    assert ["With a receipt" in row for row in rows] == [False, True, False]


def test_what_costs_the_limit_or_more_and_has_no_receipt_is_listed(django_assert_num_queries):
    books = Proprietor()
    books.from_statement("6170", "-74.99", "-75", "-75.01")
    books.from_statement("4000", "500", name="april.csv")
    books.from_statement("3200", "-900", name="may.csv")
    _, _, (split, back, kept) = books.take_in(
        [Decimal(-80), Decimal(-81), Decimal(-82)], name="june.csv", first=date(2025, 6, 1)
    )
    parts = [
        SplitPart(books.account("6120"), Decimal(-40), ""),
        SplitPart(books.account("6170"), Decimal(-40), ""),
    ]
    given = {"book": books.book, "user": books.owner, "now": NOW}
    decide(line_id=split, splits=parts, **given)
    for line_id in (back, kept):
        decide(line_id=line_id, account=books.account("6170"), **given)
    post_lines(book=books.book, line_ids=None, posted_by=books.owner, posted_at=NOW)
    reverse_entry(number=7, date=date(2025, 6, 2), reason="Twice", **given)
    books.attach(kept, MAIL)
    client, address = books.client(Role.BOOKKEEPER), books.address("journal/receipts/")

    page = client.get(address).content.decode()
    in_june = client.get(f"{address}?from=2025-06-01&to=2025-06-30").content.decode()

    # 75.00 and 75.01 in March, and the split in June: neither income nor drawings nor what was reversed.
    assert page.count("#receipts") == 3
    assert in_june.count("#receipts") == 1
    assert "6120 Office expense, 6170 Supplies" in in_june
    assert "1.274-5(c)(2)(iii)" in page


def test_the_limit_of_a_book_goes_before_that_of_its_chart():
    shop, books = BookedFile(2), Proprietor()
    assert receipt_limit(book=shop.book).amount is None
    assert receipt_limit(book=books.book).amount == 75
    client, address = shop.client(), shop.address("journal/receipts/")

    before = client.get(address).content.decode()
    client.post(f"{address}limit/", {"amount": "2"})
    after = client.get(address).content.decode()
    refused = client.post(f"{address}limit/", {"amount": "-1"})
    client.post(f"{address}limit/", {"amount": ""})

    assert "This book asks for no receipts." in before
    assert after.count("#receipts") == 1
    assert "greater than or equal to 0" in refused.content.decode()
    assert receipt_limit(book=shop.book).amount is None
