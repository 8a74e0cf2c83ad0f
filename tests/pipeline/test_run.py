"""One file's way: read, recognized, classified; or a question, or a sentence."""

import pytest
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.pipeline.demo_statements import CARD_HABITS, DemoFile, card_csv_files, with_a_missing_row
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import RunNotWaitingError, answer_account, receive_file, retry, run_import
from ledgerflow.pipeline.services import _layouts as layouts_module
from ledgerflow.pipeline.services import run as run_module
from ledgerflow.statements.models import Hold, Statement, StatementLine
from ledgerflow.statements.reading import read_file
from ledgerflow.statements.services import create_bank_account
from ledgerflow.toolbox.models import Tool, ToolRun
from ledgerflow.toolbox.services.registry import disable_tool
from tests.factories import BookFactory, UserFactory
from tests.pipeline.statements import FEBRUARY, JANUARY, NUMBER, ofx

pytestmark = pytest.mark.django_db


def _run(book: Book, file: DemoFile) -> ImportRun:
    now = timezone.now()
    run = receive_file(book=book, name=file.name, content=file.content, user=None, now=now).run
    run_import(run_id=run.pk, now=now)
    run.refresh_from_db()
    return run


def _book_with_account() -> Book:
    book = BookFactory()
    create_bank_account(book=book, name="Checking", kind="bank", currency="USD", number=NUMBER)
    return book


def test_a_file_of_a_known_account_becomes_ready():
    book, file = _book_with_account(), ofx(JANUARY)[0]

    run = _run(book, file)

    assert (run.state, run.stage) == (ImportRun.State.READY, ImportRun.Stage.DONE)
    assert (run.lines_new, run.lines_known, run.lines_held) == (len(file.movements), 0, 0)
    assert run.bank_account.name == "Checking"


def test_the_row_says_what_the_import_does(monkeypatch):
    seen = []

    def noting(name):
        function = getattr(run_module, name)

        def note(*arguments, **named):
            seen.append(ImportRun.objects.get().stage)
            return function(*arguments, **named)

        monkeypatch.setattr(run_module, name, note)

    noting("read_by_layouts")
    noting("bring_in")
    _run(_book_with_account(), ofx(JANUARY)[0])

    assert seen == ["reading", "recognizing"]


def test_each_file_that_a_reader_took_is_a_run_of_it():
    book = _book_with_account()
    file = ofx(JANUARY)[0]
    ready = _run(book, file)
    cut = DemoFile("cut.ofx", file.content[: len(file.content) // 2], file.movements)
    failed = _run(book, cut)
    _run(book, DemoFile("note.txt", b"Milk, eggs and bread.", ()))

    good, bad = ToolRun.objects.filter(book=book).order_by("pk")
    assert {good.module_path, bad.module_path} == {"tools.ofx_statement.read_statement"}
    assert (good.subject, good.outcome) == (f"document {ready.document_id}", "done")
    assert good.arguments["content"] == {"sha256": ready.document.sha256, "bytes": len(file.content)}
    assert good.result == {
        "format": "ofx",
        "statements": 1,
        "lines": len(file.movements),
        "warnings": 0,
    }
    assert good.duration_ms > 0
    assert (bad.subject, bad.outcome, bad.error_message) == (
        f"document {failed.document_id}",
        "error",
        failed.message,
    )


def test_every_new_line_has_a_classification():
    book = _book_with_account()

    run = _run(book, ofx(JANUARY)[0])

    assert Classification.objects.filter(book=book).count() == run.lines_new


def test_running_a_finished_run_again_changes_nothing():
    book = _book_with_account()
    run = _run(book, ofx(JANUARY)[0])
    lines = StatementLine.objects.filter(book=book).count()

    run_import(run_id=run.pk, now=timezone.now())

    run.refresh_from_db()
    assert run.attempts == 1
    assert StatementLine.objects.filter(book=book).count() == lines


def test_a_run_whose_book_was_purged_meanwhile_is_left_alone():
    run_import(run_id=987_654_321, now=timezone.now())

    assert not ImportRun.objects.exists()


def test_a_file_of_an_unknown_account_asks():
    run = _run(BookFactory(), ofx(JANUARY)[0])

    assert run.state == ImportRun.State.NEEDS_YOU
    assert NUMBER in run.message
    assert not Statement.objects.exists()


def test_the_answer_is_remembered_for_the_next_file():
    book, (january, february) = BookFactory(), ofx(JANUARY, FEBRUARY)
    asked = _run(book, january)

    answer_account(
        run=asked, bank_account=None, name="Checking", kind="bank", currency="USD", now=timezone.now()
    )
    run_import(run_id=asked.pk, now=timezone.now())
    asked.refresh_from_db()
    following = _run(book, february)

    assert asked.state == ImportRun.State.READY
    assert following.state == ImportRun.State.READY


def test_only_a_file_that_asks_can_be_answered():
    book = _book_with_account()
    run = _run(book, ofx(JANUARY)[0])

    with pytest.raises(RunNotWaitingError, match="does not ask"):
        answer_account(run=run, bank_account=run.bank_account, now=timezone.now())


def test_a_file_that_cannot_be_read_fails_with_a_sentence_and_can_be_tried_again():
    book = _book_with_account()

    run = _run(book, DemoFile("notes.txt", b"Dear bank, please send the statement.\n", ()))

    assert run.state == ImportRun.State.FAILED
    assert run.message.endswith(".")
    retry(run=run, now=timezone.now())
    run.refresh_from_db()
    assert (run.state, run.attempts) == (ImportRun.State.WAITING, 0)


def test_only_a_failed_file_can_be_tried_again():
    run = _run(_book_with_account(), ofx(JANUARY)[0])

    with pytest.raises(RunNotWaitingError, match="not failed"):
        retry(run=run, now=timezone.now())


def test_lines_of_a_statement_that_does_not_prove_are_held_back():
    book = BookFactory()
    create_bank_account(book=book, name="Card", kind="card", currency="USD", number="5100447100882211")
    whole = next(
        card_csv_files(
            habits=CARD_HABITS, months=[JANUARY], card="5100447100882211", opening_cents=0, name="card"
        )
    )

    run = _run(book, with_a_missing_row(whole))

    assert run.state == ImportRun.State.READY
    assert run.lines_held == run.lines_new == len(whole.movements) - 1
    assert set(StatementLine.objects.filter(book=book).values_list("hold", flat=True)) == {Hold.PROOF}


def test_a_file_that_names_no_account_is_asked_about_once():
    book = BookFactory()
    january = DemoFile(
        "shop 2026-01.csv", b"Date,Description,Amount\n2026-01-05,Coffee,-3.50\n2026-01-20,Tea,-2.50\n", ()
    )
    february = DemoFile(
        "shop 2026-02.csv", b"Date,Description,Amount\n2026-02-05,Coffee,-3.50\n2026-02-21,Tea,-2.50\n", ()
    )
    asked = _run(book, january)
    assert asked.state == ImportRun.State.NEEDS_YOU

    answer_account(run=asked, bank_account=None, name="Till", kind="cash", currency="USD", now=timezone.now())
    run_import(run_id=asked.pk, now=timezone.now())
    following = _run(book, february)

    assert following.state == ImportRun.State.READY
    assert following.bank_account.name == "Till"


def test_a_run_that_two_workers_take_up_is_imported_once(monkeypatch):
    book, file = _book_with_account(), ofx(JANUARY)[0]
    run = receive_file(book=book, name=file.name, content=file.content, user=None, now=timezone.now()).run

    def read_while_another_is_quicker(**arguments):
        monkeypatch.undo()
        run_import(run_id=run.pk, now=timezone.now())
        return read_file(**arguments)

    monkeypatch.setattr(layouts_module, "read_file", read_while_another_is_quicker)
    run_import(run_id=run.pk, now=timezone.now())

    run.refresh_from_db()
    assert (run.state, run.message) == (ImportRun.State.READY, "")
    assert run.lines_new == StatementLine.objects.filter(book=book).count() == len(file.movements)


def test_a_worker_that_wakes_too_late_does_not_call_the_run_failed(monkeypatch):
    book, file = _book_with_account(), ofx(JANUARY)[0]
    run = receive_file(book=book, name=file.name, content=file.content, user=None, now=timezone.now()).run

    def fail_while_another_is_quicker(**_arguments):
        monkeypatch.undo()
        run_import(run_id=run.pk, now=timezone.now())
        raise LedgerFlowError("The disk went away.")

    monkeypatch.setattr(layouts_module, "read_file", fail_while_another_is_quicker)
    run_import(run_id=run.pk, now=timezone.now())

    run.refresh_from_db()
    assert run.state == ImportRun.State.READY


def test_a_reader_that_is_disabled_is_not_asked():
    book, reader = _book_with_account(), Tool.objects.get(module_path="tools.ofx_statement.read_statement")
    disable_tool(tool=reader, user=UserFactory(is_firm_admin=True), now=timezone.now())

    run = _run(book, ofx(JANUARY)[0])

    assert run.state == ImportRun.State.FAILED
    assert "No reader takes this file" in run.message
    assert "CAMT" in run.message
    assert " OFX," not in run.message
