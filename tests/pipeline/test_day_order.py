"""A file whose dates leave open which number is the day asks a person, once for each bank account and layout."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ledgerflow.books.models import Role
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.selectors import needs_attention
from ledgerflow.pipeline.services import (
    RunNotWaitingError,
    _layouts,
    answer_account,
    answer_order,
    move_to_account,
    receive_file,
    retry,
    run_import,
    take_in_again,
    undo_import,
)
from ledgerflow.statements.models import StatementLine, TableLayout
from ledgerflow.statements.reading import FileReading, read_file
from ledgerflow.statements.services import create_bank_account
from tests.made import made_once
from tests.pipeline.test_columns import _AMBIGUOUS, _NEXT, Columns
from tools.pdf_statement.tests.printing import Printer, table
from tools.xlsx_statement.tests.books import sheet_xml, xlsx

pytestmark = pytest.mark.django_db

_QIF = "!Type:Bank\nD03/04/2026\nT-900.00\nPRent\n^\nD05/06/2026\nT2000.00\nPSalary\n^\n"


@made_once
def inbox() -> Columns:
    return Columns()


def _rows(inbox) -> str:
    return inbox.client().get(f"/books/{inbox.book.slug}/inbox/rows/").content.decode()


def _answer(inbox, run, order, role=Role.BOOKKEEPER, **more):
    address = f"/books/{inbox.book.slug}/inbox/{run.pk}/dates/"
    said = {"order": order, "asked": run.asked, **more}
    response = inbox.client(role).post(address, said, follow=True)
    live = ImportRun.objects.filter(document=run.document).exclude(state=ImportRun.State.UNDONE).latest("pk")
    run_import(run_id=live.pk, now=timezone.now())
    live.refresh_from_db()
    return live, response


def _said(response) -> str:
    return " ".join(map(str, response.context["messages"]))


def test_it_asks_in_plain_words_and_one_click_imports_it_and_the_next_is_not_asked_about(inbox):
    run = inbox.take_in(_AMBIGUOUS)

    assert run.asks_order
    assert run.message.startswith(
        "Is 03/04/2026 the 3rd of April or the 4th of March? No date of the file is after"
    )
    assert needs_attention(book=inbox.book) == 1
    rows = " ".join(_rows(inbox).split())
    assert '2026-04-03</span> to <span class="text-nowrap">2026-06-05' in rows
    assert '2026-03-04</span> to <span class="text-nowrap">2026-05-06' in rows
    assert "Which account?" not in rows

    live, _ = _answer(inbox, run, "DMY")
    following = inbox.take_in(_NEXT, "b.csv")

    assert (live.pk, live.state, live.asked_order) == (run.pk, ImportRun.State.READY, None)
    assert following.state == ImportRun.State.READY
    told = "Its dates were read with the day first, as somebody said of such files of"
    assert (told in following.message, told in live.message) == (True, False)
    assert [line[0] for line in inbox.lines()] == ["2026-04-03", "2026-06-05", "2026-08-07", "2026-09-08"]
    assert TableLayout.objects.get(book=inbox.book).layout["day_order"] == "DMY"
    # Nobody saved columns, so nothing is said of any where a file does not prove or cannot be read.
    unproven = inbox.take_in(_NEXT.replace("2000.00", "1999.00").replace("-80", "-81"), "c.csv")
    refused = inbox.take_in(_NEXT.replace("-80.00", "eighty"), "d.csv", inbox.account)
    assert (unproven.state, refused.state) == (ImportRun.State.READY, ImportRun.State.FAILED)
    assert "columns saved" not in unproven.message + refused.message
    undo_import(run=unproven, user=inbox.owner, now=timezone.now())
    # The page of columns shows the answer, changes it, and forgets it.
    assert inbox.fields(live)["day_order"] == "DMY"
    page = inbox.client().get(f"/books/{inbox.book.slug}/inbox/{live.pk}/dates/")
    assert "does not ask how its dates are written" in page.content.decode()
    inbox.post(live, "save", day_order="MDY")
    assert [line[0] for line in inbox.lines()] == ["2026-03-04", "2026-05-06", "2026-08-07", "2026-09-08"]


def test_other_files_that_ask_the_same_go_on_by_the_answer(inbox):
    first, second = inbox.take_in(_AMBIGUOUS), inbox.take_in(_NEXT, "b.csv")
    assert second.asks_order

    _answer(inbox, first, "MDY")

    second.refresh_from_db()
    assert second.state == ImportRun.State.WAITING
    run_import(run_id=second.pk, now=timezone.now())
    assert [line[0] for line in inbox.lines()] == ["2026-03-04", "2026-05-06", "2026-07-08", "2026-08-09"]


def test_the_order_is_asked_before_the_account_and_both_answers_stay(inbox):
    plain = _AMBIGUOUS.replace("Account,", "").replace("4416190233,", "")
    run = inbox.take_in(plain, "till.csv")
    with pytest.raises(RunNotWaitingError, match="does not ask for its account"):
        answer_account(run=run, bank_account=inbox.account, now=timezone.now())

    asking, _ = _answer(inbox, run, "MDY")
    assert asking.asks_account
    with pytest.raises(RunNotWaitingError, match="does not ask how its dates"):
        answer_order(run=asking, order="DMY", now=timezone.now())
    answer_account(run=asking, bank_account=inbox.account, now=timezone.now())
    run_import(run_id=run.pk, now=timezone.now())

    assert [line[0] for line in inbox.lines()] == ["2026-03-04", "2026-05-06"]


def test_a_file_without_columns_is_asked_remembered_changed_and_forgotten_alike(inbox):
    run = inbox.take_in(_QIF, "a.qif", bank_account=inbox.account)
    assert run.asks_order
    assert "Columns…" not in _rows(inbox)

    live, _ = _answer(inbox, run, "DMY")
    following = inbox.take_in(
        _QIF.replace("03/04", "07/08").replace("05/06", "08/09"), "b.qif", inbox.account
    )
    assert following.state == ImportRun.State.READY
    assert [line[0] for line in inbox.lines()] == ["2026-04-03", "2026-06-05", "2026-08-07", "2026-09-08"]
    assert "Its dates were read with the day first, as somebody said" in following.message
    address = f"/books/{inbox.book.slug}/inbox/{live.pk}/dates/"
    assert address in _rows(inbox)
    assert "day first" in inbox.client().get(address).content.decode()

    changed, _ = _answer(inbox, live, "MDY", act="change")
    assert (changed.state, changed.lines_new) == (ImportRun.State.READY, 2)
    assert [line[0] for line in inbox.lines()] == ["2026-03-04", "2026-05-06", "2026-08-07", "2026-09-08"]

    _answer(inbox, changed, "forget", act="change")
    assert not TableLayout.objects.filter(book=inbox.book).exists()
    assert len(inbox.lines()) == 4
    assert inbox.take_in(_QIF.replace("900", "901"), "c.qif", inbox.account).asks_order
    # What its own dates settle nobody said.
    sure = inbox.take_in(_QIF.replace("05/06", "25/06").replace("900", "902"), "d.qif", inbox.account)
    assert (sure.state, sure.has_order_said) == (ImportRun.State.READY, False)
    # Nor is it read by the answer where it goes to another account, or is imported again.
    other = create_bank_account(book=inbox.book, name="Savings", kind="bank", currency="USD")
    now = timezone.now()
    with pytest.raises(RunNotWaitingError, match="asks again how its dates are written"):
        move_to_account(run=changed, position=0, bank_account=other, user=inbox.owner, now=now)
    undo_import(run=changed, user=inbox.owner, now=now)
    changed.refresh_from_db()
    anew = take_in_again(run=changed, user=inbox.owner, now=now)
    run_import(run_id=anew.pk, now=now)
    anew.refresh_from_db()
    assert anew.asks_order
    _, again = _answer(inbox, changed, "forget", act="change")
    assert "No order of dates is remembered" in _said(again)


def test_an_answer_by_which_a_file_cannot_be_read_is_asked_again_and_binds_no_other_account(
    inbox, monkeypatch
):
    def refusing(*, layouts=(), **more):
        if not any(each.day_order == "MDY" for each in layouts):
            return read_file(layouts=layouts, **more)
        return FileReading(name="a.qif", status="refused", error="They stand in no order of time.")

    run = inbox.take_in(_QIF, "a.qif", bank_account=inbox.account)
    monkeypatch.setattr(_layouts, "read_file", refusing)
    failed, _ = _answer(inbox, run, "MDY")
    assert (failed.state, failed.message) == (ImportRun.State.FAILED, "They stand in no order of time.")
    retry(run=failed, now=timezone.now())
    run_import(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    assert run.asks_order

    # As it is where an answer that reads the files of one account does not read those of another.
    _answer(inbox, run, "DMY")
    TableLayout.objects.update(layout={**TableLayout.objects.get().layout, "day_order": "MDY"})
    other = create_bank_account(book=inbox.book, name="Savings", kind="bank", currency="USD")
    assert inbox.take_in(_QIF.replace("900", "901"), "b.qif", bank_account=other).asks_order
    assert inbox.take_in(_QIF.replace("03/04", "13/04"), "c.qif", other).state == ImportRun.State.READY


def test_a_click_on_a_question_that_is_no_longer_asked_changes_nothing(inbox):
    asking = inbox.take_in(_QIF, "a.qif", bank_account=inbox.account)
    live, _ = _answer(inbox, asking, "DMY")

    again, stale = _answer(inbox, asking, "MDY")
    unchanged, same = _answer(inbox, live, "DMY", act="change")

    assert (again.pk, unchanged.pk) == (live.pk, live.pk)
    assert [line[0] for line in inbox.lines()] == ["2026-04-03", "2026-06-05"]
    assert "does not ask how its dates are written; nothing was changed" in _said(stale)
    assert "was read so already; nothing was changed" in _said(same)


def test_of_a_workbook_an_answer_is_for_the_sheet_that_was_asked_about(inbox):
    sheets = [
        (name, "visible", sheet_xml([["Date", text, "Amount"], [day, "Tea", "-4.00"]]))
        for name, text, day in (("May", "Text", "03/04/2026"), ("Card", "Memo", "03/04/2026"))
    ]
    first = inbox.take_in(xlsx(*sheets), "a.xlsx", bank_account=inbox.account)
    assert first.message.startswith("Is 03/04/2026 in the sheet “May” the 3rd of April or")
    assert f'name="asked" value="{first.asked}"' in _rows(inbox)

    second, _ = _answer(inbox, first, "DMY")
    assert second.message.startswith("Is 03/04/2026 in the sheet “Card” the 3rd of April or")
    still, stale = _answer(inbox, first, "DMY")

    assert "asks about other dates by now" in _said(stale)
    assert (still.asks_order, still.asked, len(still.layouts)) == (True, second.asked, 1)


def test_a_protected_file_is_answered_and_changed_with_its_password_at_once(inbox):
    header, places = ("Date", "Description", "Money out", "Money in", "Balance"), (40, 110, -400, -470, -550)
    rows = [("03/04/2026", "Tea", "15.00", "", "85.00"), ("03/04/2026", "Pay", "", "10.00", "95.00")]
    content = table(Printer(password="open sesame"), header, rows, places).content()
    run = receive_file(
        book=inbox.book, name="a.pdf", content=content, user=inbox.owner, now=timezone.now(),
        bank_account=inbox.account, password="open sesame",
    ).run  # fmt: skip
    assert run.asks_order

    asking, page = _answer(inbox, run, "DMY")
    assert asking.asks_order
    assert "give its password" in _said(page)
    # The first button is what Enter in the field presses.
    shown = page.content.decode()
    assert (
        shown.index('name="password"') < shown.index("<button disabled hidden>") < shown.index('value="DMY"')
    )
    live, _ = _answer(inbox, run, "DMY", password="open sesame")
    assert [line[0] for line in inbox.lines()] == ["2026-04-03"] * 2
    address = f"/books/{inbox.book.slug}/inbox/{live.pk}/dates/"
    assert 'name="password"' in inbox.client().get(address).content.decode()

    changed, _ = _answer(inbox, live, "MDY", act="change", password="open sesame")
    assert changed.state == ImportRun.State.READY
    assert [line[0] for line in inbox.lines()] == ["2026-03-04"] * 2


def test_what_it_cannot_be_read_in_is_no_answer_and_who_may_not_import_gives_none(inbox):
    run = inbox.take_in(_AMBIGUOUS)

    _, response = _answer(inbox, run, "YMD")
    assert "cannot be read so" in _said(response)
    _, response = _answer(inbox, run, "DMY", role=Role.VIEWER)
    assert response.status_code == 403
    run.refresh_from_db()
    assert run.asks_order
    assert not StatementLine.objects.filter(book=inbox.book).exists()


def test_a_file_that_asks_can_be_set_aside_and_only_one_that_asks_has_a_question(inbox):
    run = inbox.take_in(_AMBIGUOUS)
    question = run.asked_order
    inbox.client().post(f"/books/{inbox.book.slug}/inbox/{run.pk}/discard/")

    run.refresh_from_db()
    assert (run.state, run.asked_order) == (ImportRun.State.UNDONE, None)
    with pytest.raises(IntegrityError, match="pipeline_only_who_asks_has_a_question"), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(asked_order=question)
