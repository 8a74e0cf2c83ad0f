"""A program that sends the same request several times at once."""

import threading

from django.db import connection

from tests.api.asking import Program, secret_of
from tests.booked import BookedFile


def test_of_two_with_one_key_at_once_one_makes_it(committed_db):
    file = BookedFile(1, is_posted=False)
    program = Program(secret_of(file.owner))
    asked = {"kind": "classify", "lines": file.line_ids, "account": file.expense.code}
    answers = []

    def ask() -> None:
        try:
            answers.append(program.post(f"books/{file.book.slug}/proposals", asked, Idempotency_Key="abc"))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 3
