"""A receipt is evidence for bank lines of its book, until somebody says why it is not."""

import threading

import pytest
from django.db import Error, connection, connections, transaction

from ledgerflow.documents.models import Receipt
from ledgerflow.documents.services import DocumentRefusedError
from ledgerflow.ops.verify import problems
from ledgerflow.posting.services import release_lines
from ledgerflow.statements.models import LineReceipt
from ledgerflow.statements.receipt_selectors import offered_receipts, receipts_of, unattached_receipts
from ledgerflow.statements.services import ReceiptError, attach_receipts, detach_receipt, undo_import
from ledgerflow.statements.verify import problems as statements_problems
from tests.booked import NOW, BookedFile
from tests.ledger.sessions import session
from tests.made import made_once

MAIL = ("mail.txt", b"Shop 1.00")
LINK = (
    "INSERT INTO statements_linereceipt"
    " (book_id, line_id, receipt_id, attached_by_id, attached_at, detach_reason) VALUES"
)


@made_once
def file() -> BookedFile:
    return BookedFile(2)


def _detach(file, link, reason="Another shop's"):
    return detach_receipt(
        book=file.book,
        line_id=link.line_id,
        receipt_id=link.receipt_id,
        reason=reason,
        user=file.owner,
        now=NOW,
    )


def test_one_receipt_serves_many_lines_and_a_line_has_many(file):
    first, second = file.line_ids
    (link,) = file.attach(first, MAIL)

    (other,) = attach_receipts(
        book=file.book, line_id=second, receipt_ids=[link.receipt_id], user=file.owner, now=NOW
    )
    more = file.attach(second, ("photo.jpg", b"\xff\xd8\xff\xe0"), MAIL)

    assert other.receipt == link.receipt
    assert len(more) == 1  # the mail was attached already
    assert len(receipts_of(book=file.book, line_id=second)) == 2
    assert Receipt.objects.filter(book=file.book).count() == 2
    assert problems(book=file.book) == []


def test_a_detached_receipt_stays_on_record_and_can_be_attached_again(file):
    (link,) = file.attach(file.line_ids[0], MAIL)

    _detach(file, link)

    (kept,) = receipts_of(book=file.book, line_id=file.line_ids[0])
    assert (kept.detach_reason, kept.detached_by, kept.detached_at) == ("Another shop's", file.owner, NOW)
    assert [receipt.pk for receipt in unattached_receipts(book=file.book)] == [link.receipt_id]
    assert len(file.attach(file.line_ids[0], MAIL)) == 1
    assert list(offered_receipts(book=file.book, line_id=file.line_ids[0])) == []


def test_what_cannot_be_attached_or_detached_is_refused_with_a_sentence(file):
    (link,) = file.attach(file.line_ids[0], MAIL)
    other = BookedFile(1)
    given = {"user": file.owner, "now": NOW}

    with pytest.raises(ReceiptError, match="no such line"):
        attach_receipts(book=file.book, line_id=other.line_ids[0], files=[MAIL], **given)
    with pytest.raises(ReceiptError, match="no such receipt"):
        attach_receipts(book=other.book, line_id=other.line_ids[0], receipt_ids=[link.receipt_id], **given)
    with pytest.raises(DocumentRefusedError, match="no receipt that can be shown"):
        file.attach(file.line_ids[1], ("new.txt", b"new"), ("tool.exe", b"MZ\x90\0"))
    with pytest.raises(ReceiptError, match="Say why"):
        _detach(file, link, reason="  ")
    _detach(file, link)
    with pytest.raises(ReceiptError, match="somebody detached it already"):
        _detach(file, link)

    # All of them or none.
    assert Receipt.objects.filter(book=file.book).count() == 1


def run(sql, rows=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, rows)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE statements_linereceipt SET line_id = %(second)s",
        "UPDATE statements_linereceipt SET line_id = NULL, detached_at = now(), detach_reason = 'x'",
        "UPDATE statements_linereceipt SET attached_at = now()",
        "UPDATE statements_linereceipt SET book_id = %(their_book)s",
        "UPDATE statements_linereceipt SET detached_at = now()",
        "UPDATE statements_linereceipt SET detach_reason = 'x'",
        "UPDATE statements_linereceipt SET detached_at = now(), detach_reason = 'nobody said so'",
        "UPDATE statements_linereceipt SET detached_at = now(), detached_by_id = %(user)s, detach_reason = '  '",
        "DELETE FROM statements_linereceipt",
        "TRUNCATE statements_linereceipt",
        f"{LINK} (%(book)s, %(first)s, %(receipt)s, %(user)s, now(), '')",
        f"{LINK} (%(book)s, %(their_line)s, %(receipt)s, %(user)s, now(), '')",
        f"{LINK} (%(their_book)s, %(their_line)s, %(receipt)s, %(user)s, now(), '')",
        f"{LINK} (%(book)s, NULL, %(receipt)s, %(user)s, now(), '')",
        f"{LINK} (%(book)s, %(second)s, %(document)s, %(user)s, now(), '')",
    ],
)
def test_the_database_keeps_what_is_attached_inside_its_book(attack, file):
    (link,) = file.attach(file.line_ids[0], MAIL)
    other = BookedFile(1)
    rows = {
        "book": file.book.pk, "first": file.line_ids[0], "second": file.line_ids[1], "receipt": link.receipt_id,
        "document": file.document.pk, "user": file.owner.pk, "their_book": other.book.pk,
        "their_line": other.line_ids[0],
    }  # fmt: skip

    with pytest.raises(Error), transaction.atomic():
        run(attack, rows)


def test_what_was_detached_stays_as_it_was_said(file):
    (link,) = file.attach(file.line_ids[0], MAIL)
    _detach(file, link)

    for change in ("detached_at = NULL, detached_by_id = NULL, detach_reason = ''", "detach_reason = 'x'"):
        with pytest.raises(Error, match="detached from its line once"), transaction.atomic():
            run(f"UPDATE statements_linereceipt SET {change}")


def test_links_whose_receipt_or_line_is_gone_are_named_by_verify(committed_db):
    file = BookedFile(2)
    (gone,) = file.attach(file.line_ids[0], MAIL)
    (lost,) = file.attach(file.line_ids[1], ("photo.jpg", b"\xff\xd8\xff\xe0"))
    with session("owner") as owner:
        owner.execute("ALTER TABLE statements_linereceipt DROP CONSTRAINT statements_receipt_of_book")
        for table in ("statements_linereceipt", "documents_receipt"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute("DELETE FROM documents_receipt WHERE document_id = %s", [gone.receipt_id])
        owner.execute("UPDATE statements_linereceipt SET line_id = 0 WHERE id = %s", [lost.pk])
        owner.commit()

    found = {problem.sentence for problem in statements_problems(book=file.book)}

    assert found == {
        f"Receipt {gone.receipt_id} of line {gone.line_id} is not in the book any more.",
        f"Receipt {lost.receipt_id} is attached to line 0, which is not in the book.",
    }


def test_attaching_waits_for_a_line_that_is_going(committed_db):
    file = BookedFile(1, is_posted=False)
    (line_id,) = file.line_ids
    refused = []

    def attach() -> None:
        try:
            file.attach(line_id, MAIL)
        except ReceiptError as error:
            refused.append(str(error))
        finally:
            connections.close_all()

    with transaction.atomic():
        release_lines(book=file.book, line_ids=[line_id])
        undo_import(document=file.document)
        thread = threading.Thread(target=attach)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)

    assert refused == ["This book has no such line any more."]
    assert not LineReceipt.objects.exists()
