"""The page that a client opens by a link: one line, one answer, and nothing to learn for anybody else."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ledgerflow.asking import jobs, limits
from ledgerflow.asking.models import LineQuestion, LinkUse
from ledgerflow.asking.services import ask, withdraw
from ledgerflow.books.models import Book
from ledgerflow.documents.models import Document, Receipt
from ledgerflow.documents.services import StorageError
from tests.booked import BookedFile
from tests.made import made_once

NEVER_GIVEN = "A" * 43


@made_once
def file() -> BookedFile:
    return BookedFile(3, is_posted=False)


def _link(file, line=1):
    made = ask(
        book=file.book,
        line_id=file.line_ids[line],
        text="What was this for?",
        of=None,
        user=file.owner,
        now=timezone.now(),
    )
    return f"/answer/{made.token}/"


def _receipt(content=b"Bill 2.00", name="bill.txt"):
    return SimpleUploadedFile(name, content)


def test_it_shows_the_line_and_nothing_else_of_the_book(file):
    Book.objects.filter(pk=file.book.pk).update(name="Müller & Sons", slug="mueller")

    page = Client().get(_link(file)).content.decode()

    assert all(
        said in page for said in ("What was this for?", "Shop 2", "-2.00", "Checking", file.owner.name)
    )
    assert not any(kept in page for kept in ("Shop 1", "Shop 3", "Sons", "mueller", "123456789", "1,000"))
    assert file.owner.email not in page
    assert "/books/" not in page


def test_it_is_kept_by_nobody_and_found_by_no_search(file):
    for answer in (Client().get(_link(file)), Client().get(f"/answer/{NEVER_GIVEN}/")):
        assert "noindex" in answer["X-Robots-Tag"]
        assert "no-store" in answer["Cache-Control"]


def test_an_answer_arrives_with_its_receipt_and_only_once(file):
    client, link = Client(), _link(file)

    first = client.post(link, {"answer": "Paper", "receipt": _receipt()})
    again = client.post(link, {"answer": "Ink"})

    question = LineQuestion.objects.get()
    assert first.status_code == 200
    assert b"has arrived" in first.content
    assert again.status_code == 410
    assert (question.answer, question.receipt.document.name) == ("Paper", "bill.txt")
    assert question.receipt.document.uploaded_by is None


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"answer": ""}, "Write an answer, or choose a receipt."),
        ({"answer": "x" * 1001}, "1000"),
        ({"receipt": (b"", "bill.txt")}, "bill.txt is empty"),
        ({"receipt": (b"\x7fELF\x00", "bill.pdf")}, "no receipt that can be shown"),
    ],
)
def test_what_is_no_answer_is_told_and_the_link_still_works(file, sent, why):
    link = _link(file)
    if "receipt" in sent:
        sent = {"receipt": _receipt(*sent["receipt"])}

    answer = Client().post(link, sent)

    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert LineQuestion.objects.get().is_open
    assert not Receipt.objects.exists()


def test_a_stranger_learns_nothing_of_a_full_disk(file, monkeypatch):
    def refuse(**_):
        raise StorageError("bill.txt cannot be kept in /data/documents (No space left on device)")

    monkeypatch.setattr("ledgerflow.asking.services.keep_receipt", refuse)

    page = Client().post(_link(file), {"receipt": _receipt()}).content.decode()

    assert "cannot be kept just now" in page
    assert "/data" not in page
    assert LineQuestion.objects.get().is_open


@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_withdrawn_expired_and_used_links_are_answered_alike(file, method):
    withdrawn, used, expired = (_link(file, line) for line in range(3))
    withdraw(book=file.book, line_id=file.line_ids[0], user=file.owner, now=timezone.now())
    Client().post(used, {"answer": "Paper"})
    made = ask(
        book=file.book,
        line_id=file.line_ids[0],
        text="Why?",
        of=None,
        user=file.owner,
        now=timezone.now() - timedelta(days=20),
    )

    answers = {
        (answer.status_code, answer.content, tuple(sorted(answer.headers.items()))[:3])
        for link in (f"/answer/{NEVER_GIVEN}/", withdrawn, used, f"/answer/{made.token}/")
        if (answer := getattr(Client(), method)(link, headers={"X-Request-ID": "the-same-one"}))
    }

    assert len(answers) == 1
    assert {status for status, *_ in answers} == {410}
    assert Client().get(expired).status_code == 200  # its neighbor still works


def test_who_tries_links_is_told_to_wait_and_locks_nobody_out(file, monkeypatch):
    monkeypatch.setattr(limits, "PER_ADDRESS", 2)
    link, guessed = _link(file), f"/answer/{NEVER_GIVEN}/"

    answers = [Client().get(at) for at in (guessed, guessed, guessed, link)]

    assert [answer.status_code for answer in answers] == [410, 410, 429, 200]
    assert answers[2]["Retry-After"] == "3600"
    assert Client(REMOTE_ADDR="203.0.113.7").get(guessed).status_code == 410


def test_all_addresses_of_a_household_count_as_one(monkeypatch, db):
    monkeypatch.setattr(limits, "PER_ADDRESS", 1)

    def status(address):
        return Client(REMOTE_ADDR=address).get(f"/answer/{NEVER_GIVEN}/").status_code

    assert [status(at) for at in ("2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1")] == [410, 429, 410]


def test_behind_the_proxy_of_https_each_client_counts_by_itself(file, monkeypatch, settings):
    monkeypatch.setattr(limits, "PER_ADDRESS", 1)
    settings.HTTPS = True
    link = f"/answer/{NEVER_GIVEN}/"

    def ask_from(addresses):
        return Client().get(link, secure=True, headers={"X-Forwarded-For": addresses}).status_code

    assert ask_from("203.0.113.7") == 410
    assert (
        ask_from("198.51.100.9, 203.0.113.7") == 429
    )  # what stands before the last is made up by whoever asks
    assert ask_from("203.0.113.8") == 410


def test_a_link_that_is_opened_too_often_rests(file, monkeypatch):
    monkeypatch.setattr(limits, "PER_LINK", 2)
    link, other = _link(file), _link(file, 2)

    assert [Client().get(link).status_code for _ in range(3)] == [200, 200, 429]
    assert Client().get(other).status_code == 200


def test_an_hour_later_it_counts_anew_and_old_counts_are_forgotten(file):
    now = timezone.now()
    for _ in range(limits.PER_ADDRESS):
        limits.is_address_too_busy(address="203.0.113.7", now=now)

    assert limits.is_address_too_busy(address="203.0.113.7", now=now)
    assert not limits.is_address_too_busy(address="203.0.113.7", now=now + timedelta(hours=1))
    assert "203.0.113.7" not in str(list(LinkUse.objects.values()))
    LinkUse.objects.update(began_at=now - timedelta(hours=2))
    jobs.forget()
    assert not LinkUse.objects.exists()


def test_bytes_that_the_book_has_are_not_told_apart(file):
    link = _link(file)
    kept = b"Bill 2.00"
    file.attach(file.line_ids[0], ("mail.txt", kept))

    answer = Client().post(link, {"receipt": _receipt(kept)})

    assert b"has arrived" in answer.content
    assert b"mail.txt" not in answer.content
    assert Document.objects.filter(book=file.book).count() == 2  # the statement and the mail
