"""What goes on while processes are killed: files come in, lines are decided and posted, entries are made by hand.

Every promise is noted: what was answered as done must be there afterwards, once and whole. What got no answer may be
there or not, but never by half.
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg

from ledgerflow import embedded
from ledgerflow.pipeline.demo_statements import Habit
from tests.chaos.person import Answer, Person
from tests.pipeline.statements import ofx

BOOK = "chaos"
LINES_A_FILE = 12
_HABIT = (Habit("COFFEE SHOP {n}", "meals", LINES_A_FILE, -900, -100),)
_MOST_WAITING = 6


class Work:
    """The threads that work at an address, what they were promised, and what was left in doubt."""

    def __init__(self, person: Person, database: embedded.EmbeddedDatabase) -> None:
        self._database = database
        self._person = person
        self._stopping = threading.Event()
        self.files: set[str] = set()
        self.entries: set[str] = set()
        self.entries_in_doubt: set[str] = set()
        self.decided: set[int] = set()
        self.posted: set[int] = set()
        self.answers: dict[int, int] = {}
        self.odd: list[Answer] = []
        self._expense, self._bank = self._accounts()
        self._threads = [
            threading.Thread(target=self._repeat, args=(act,))
            for act in (self._upload, self._enter, self._review)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(120)

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._database.connect(role="lf_app") as session:
            return session.execute(sql, values).fetchall()

    def retry_failed(self) -> int:
        """Press "try again" on every failed file; return how many there were."""
        failed = self.query("SELECT id FROM pipeline_importrun WHERE state = 'failed'")
        for (run,) in failed:
            self._person.post(f"/books/{BOOK}/inbox/{run}/retry/")
        return len(failed)

    def _repeat(self, act: Callable[[int], None]) -> None:
        number = 0
        while not self._stopping.is_set():
            try:
                act(number)
            except psycopg.Error:  # the look at the database met a kill
                time.sleep(0.2)
            number += 1

    def _accounts(self) -> tuple[int, int]:
        query = "SELECT id FROM ledger_account WHERE type = %s ORDER BY code LIMIT 1"
        return self.query(query, "expense")[0][0], self.query(query, "income")[0][0]

    def _noted(self, answer: Answer) -> Answer:
        self.answers[answer.status] = self.answers.get(answer.status, 0) + 1
        if answer.status not in {0, 200, 302, 503} or (answer.status == 503 and not answer.retry_after):
            self.odd.append(answer)
        return answer

    def _upload(self, _number: int) -> None:
        waiting = "SELECT count(*) FROM pipeline_importrun WHERE state IN ('waiting', 'running')"
        if self.query(waiting)[0][0] >= _MOST_WAITING:
            time.sleep(0.2)
            return
        months = len(self.files) + 1
        file = ofx(date(1990 + months // 12, months % 12 + 1, 1), habits=_HABIT)[0]
        # The same file until it is taken: bytes that are there already are not taken twice.
        while not self._stopping.is_set():
            answer = self._noted(
                self._person.post(f"/books/{BOOK}/inbox/upload/", file=(file.name, file.content))
            )
            if answer.status == 302:
                self.files.add(hashlib.sha256(file.content).hexdigest())
                return
            time.sleep(0.2)

    def _enter(self, number: int) -> None:
        text = f"entry by hand {number}"
        fields = [
            ("date", "2026-01-05"), ("text", text), ("lines-TOTAL_FORMS", "2"), ("lines-INITIAL_FORMS", "0"),
            ("lines-0-account", str(self._expense)), ("lines-0-debit", "7.00"),
            ("lines-1-account", str(self._bank)), ("lines-1-credit", "7.00"),
        ]  # fmt: skip
        # Never sent again: it would be another entry.
        answer = self._noted(self._person.post(f"/books/{BOOK}/journal/new/", fields))
        (self.entries if answer.status == 302 else self.entries_in_doubt).add(text)
        time.sleep(0.05)

    def _review(self, _number: int) -> None:
        lines = self.query("SELECT line_id FROM classification_classification WHERE state = 'open' LIMIT 4")
        for (line,) in lines:
            answer = self._noted(
                self._person.post(
                    f"/books/{BOOK}/review/line/{line}/decide/",
                    [("account", str(self._expense))],
                    Accept="application/json",
                )
            )
            if answer.status == 200 and '"error"' not in answer.text:
                self.decided.add(line)
        promised = set(self.decided)
        answer = self._noted(self._person.post(f"/books/{BOOK}/review/post/", Accept="application/json"))
        if answer.status == 200 and re.search("entries posted|1 entry posted", answer.text):
            self.posted |= promised
        time.sleep(0.1)
