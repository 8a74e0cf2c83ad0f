"""The upload door: stored once, enqueued with the row, one refused file never stops the next."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ledgerflow.documents.models import Document
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive, receive_file, receive_files
from ledgerflow.statements.services import create_bank_account
from tests.classification.test_two_at_once import wait_until_one_waits_for_another
from tests.factories import BookFactory, UserFactory
from tests.pipeline.statements import JANUARY, ofx


def _jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'pipeline.import_file'")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_it_stores_the_file_and_enqueues_one_job():
    book, file = BookFactory(), ofx(JANUARY)[0]

    received = receive_file(
        book=book, name=file.name, content=file.content, user=UserFactory(), now=timezone.now()
    )

    assert received.is_new
    assert received.run.state == ImportRun.State.WAITING
    assert _jobs() == 1


@pytest.mark.django_db
def test_the_same_bytes_lead_to_the_import_that_is_there():
    book, file, now = BookFactory(), ofx(JANUARY)[0], timezone.now()
    first = receive_file(book=book, name=file.name, content=file.content, user=None, now=now)

    again = receive_file(book=book, name="renamed.ofx", content=file.content, user=None, now=now)

    assert not again.is_new
    assert again.run == first.run
    assert _jobs() == 1


@pytest.mark.django_db
def test_the_same_bytes_in_another_book_are_its_own():
    file, now = ofx(JANUARY)[0], timezone.now()
    first = receive_file(book=BookFactory(), name=file.name, content=file.content, user=None, now=now)

    other = receive_file(book=BookFactory(), name=file.name, content=file.content, user=None, now=now)

    assert other.is_new
    assert other.run.document != first.run.document


@pytest.mark.django_db
def test_a_failed_file_given_again_is_tried_for_whom_and_as_what_it_is_given_now():
    book, now = BookFactory(), timezone.now()
    first = receive_file(book=book, name="a.ofx", content=b"no statement", user=UserFactory(), now=now).run
    ImportRun.objects.filter(pk=first.pk).update(state=ImportRun.State.FAILED, finished_at=now)
    user = UserFactory()
    account = create_bank_account(book=book, name="Checking", kind="bank", currency=book.base_currency)

    again = receive_file(
        book=book, name="a.ofx", content=b"no statement", user=user, now=now, bank_account=account
    )

    again.run.refresh_from_db()
    assert again.is_new
    assert again.run == first
    assert (again.run.state, again.run.started_by, again.run.bank_account) == ("waiting", user, account)


def test_two_uploads_of_a_file_at_once_are_one_import(committed_db, monkeypatch):
    book, file, now = BookFactory(), ofx(JANUARY)[0], timezone.now()
    first = receive_file(book=book, name=file.name, content=file.content, user=None, now=now).run
    ImportRun.objects.filter(pk=first.pk).update(state=ImportRun.State.UNDONE, undone_at=now)
    both, store = threading.Barrier(2), receive.store_document
    monkeypatch.setattr(receive, "store_document", lambda **facts: (store(**facts), both.wait(60))[0])

    def upload(_number):
        try:
            return receive_file(book=book, name=file.name, content=file.content, user=None, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        received = list(pool.map(upload, range(2)))

    assert received[0].run == received[1].run != first
    assert sorted(each.is_new for each in received) == [False, True]


def test_whoever_gives_a_file_again_does_not_wait_for_its_import(committed_db):
    book, file, now = BookFactory(), ofx(JANUARY)[0], timezone.now()
    first = receive_file(book=book, name=file.name, content=file.content, user=None, now=now).run

    def again():
        try:
            return receive_file(book=book, name=file.name, content=file.content, user=None, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread, transaction.atomic():
        ImportRun.objects.select_for_update().get(pk=first.pk)  # as the worker holds it
        received = thread.submit(again).result(timeout=60)

    assert (received.run, received.is_new) == (first, False)


def test_a_failed_file_given_twice_at_once_is_tried_again_once(committed_db):
    book, now = BookFactory(), timezone.now()
    first = receive_file(book=book, name="a.ofx", content=b"no statement", user=None, now=now).run
    ImportRun.objects.filter(pk=first.pk).update(state=ImportRun.State.FAILED, finished_at=now)

    def again():
        try:
            return receive_file(book=book, name="a.ofx", content=b"no statement", user=None, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            one = receive_file(book=book, name="a.ofx", content=b"no statement", user=None, now=now)
            other = thread.submit(again)
            wait_until_one_waits_for_another()
        two = other.result(timeout=60)

    assert (one.is_new, two.is_new) == (True, False)


def test_nothing_is_enqueued_when_the_transaction_fails(committed_db):
    book, file = BookFactory(), ofx(JANUARY)[0]

    with transaction.atomic():
        receive_file(book=book, name=file.name, content=file.content, user=None, now=timezone.now())
        transaction.set_rollback(True)

    assert _jobs() == 0
    assert not ImportRun.objects.exists()
    assert not Document.objects.exists()


@pytest.mark.django_db
def test_a_refused_file_does_not_stop_the_next():
    file = ofx(JANUARY)[0]

    answers = receive_files(
        book=BookFactory(),
        files=[("empty.ofx", b""), (file.name, file.content)],
        user=None,
        now=timezone.now(),
    )

    assert answers[0].received is None
    assert "empty" in answers[0].refusal
    assert answers[1].received is not None
