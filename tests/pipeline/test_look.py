"""A file is looked at before it touches the books: what its import would do, done and taken back, and letting it in."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledgerflow.books.models import Role
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.selectors import needs_attention
from ledgerflow.pipeline.services import (
    RunNotWaitingError,
    answer_account,
    discard,
    let_in,
    look_at,
    receive_file,
    run_import,
    take_in_again,
    undo_import,
)
from ledgerflow.statements import fate_selectors
from ledgerflow.statements.likeness import text_key
from ledgerflow.statements.models import (
    BankAccountNumber,
    DayQuestion,
    Sighting,
    Statement,
    StatementLine,
    TableLayout,
)
from ledgerflow.statements.services import create_bank_account
from tests.made import made_once
from tests.pipeline.several_accounts import bank, card, ofx
from tests.pipeline.test_columns import _HEAD, Columns, _said
from tests.pipeline.test_packed_and_protected import _SECRET, _jobs_and_rows, _protected

pytestmark = pytest.mark.django_db

_State, _Look = ImportRun.State, ImportRun.Look
_OWN = "4416190233"


def _csv(*rows, own=_OWN) -> str:
    """Return a file of the rows, each of date, text, amount and balance."""
    return _HEAD + "".join(f"{own},{row}\n" for row in rows)


_APRIL = _csv("2026-04-13,Rent,-900.00,100.00", "2026-04-14,Coffee,-4.20,95.80")
#: It overlaps with April on whole days, has a coffee more, twice, and a line of the same day and amount in other words.
_MORE = _csv(
    "2026-04-13,Rent,-900.00,100.00",
    "2026-04-14,Coffee,-4.20,95.80",
    "2026-04-15,Tea,-3.00,92.80",
    "2026-04-15,Tea,-3.00,89.80",
    "2026-04-16,Salary,2000.00,2089.80",
)


class Looks(Columns):
    """A book, its inbox, and the preview of a file."""

    def receive(self, text, name="b.csv", **given) -> ImportRun:
        content = text.encode() if isinstance(text, str) else text
        given = {"user": self.owner, "looks_first": True, **given}
        run = receive_file(book=self.book, name=name, content=content, now=timezone.now(), **given).run
        return self.ran(run)

    def ran(self, run) -> ImportRun:
        run_import(run_id=run.pk, now=timezone.now())
        return self.now(run)

    def now(self, run) -> ImportRun:
        return ImportRun.objects.select_related("document", "book").get(pk=run.pk)

    def preview(self, run) -> str:
        return f"/books/{self.book.slug}/inbox/{run.pk}/preview/"

    def look(self, run, query=""):
        return self.client(Role.BOOKKEEPER).get(self.preview(run) + query)

    def press_import(self, run, role=Role.BOOKKEEPER, **more):
        data = {"act": "import", "asked": run.asked, **more}
        return self.client(role).post(self.preview(run), data, follow=True)

    def kept(self) -> tuple[int, ...]:
        models = (StatementLine, Sighting, Statement, TableLayout, BankAccountNumber)
        return tuple(model.objects.filter(book=self.book).count() for model in models)


@made_once
def looks() -> Looks:
    return Looks()


def _text(page) -> str:
    return " ".join(page.content.decode().split())


def test_a_file_dropped_with_the_tick_is_shown_and_imported_when_somebody_says_so(looks):
    page = looks.client(Role.BOOKKEEPER).post(
        f"/books/{looks.book.slug}/inbox/upload/",
        {"files": [SimpleUploadedFile("a.csv", _APRIL.encode())], "looks_first": "on"},
        follow=True,
    )
    assert page.status_code == 200
    kept = looks.kept()
    run = looks.ran(ImportRun.objects.get(book=looks.book))

    assert (run.state, run.look, run.asks_account) == (_State.NEEDS_YOU, _Look.WAITS, False)
    assert run.message == (
        "When it was read for Checking, 2 lines were new, 0 were here already. "
        "Look at the file, then import it."
    )
    assert needs_attention(book=looks.book) == 1
    rows = _text(looks.client().get(f"/books/{looks.book.slug}/inbox/rows/"))
    assert looks.preview(run) in rows
    assert "Which account?" not in rows
    assert rows.count('<td class="text-end">\N{EN DASH}</td>') == 3

    shown = _text(looks.look(run))
    assert "Import 2 new lines, 0 are here already" in shown
    assert "The file names the account 4416190233, USD. 2 new, 0 here already." in shown
    assert re.search("Checking, .*2026-04-13.* to .*2026-04-14", shown)
    assert "proven" in shown
    assert looks.kept() == kept == (0, 0, 0, 0, 1)

    done = looks.press_import(run)
    assert done.redirect_chain[-1][0].endswith("/inbox/")
    run = looks.ran(run)
    assert (run.state, run.lines_new, run.look) == (_State.READY, 2, _Look.DONE)
    assert run.looked_by.memberships.get(book=looks.book).role == Role.BOOKKEEPER
    assert [line[2] for line in looks.lines()] == ["Rent", "Coffee"]
    # From then on the statement's page tells.
    (statement,) = Statement.objects.filter(book=looks.book)
    assert looks.look(run).url == f"/books/{looks.book.slug}/statements/{statement.pk}/"


def test_without_the_tick_a_file_is_imported_at_once(looks):
    run = looks.receive(_APRIL, looks_first=False)

    assert (run.state, run.look) == (_State.READY, _Look.NONE)


def test_each_line_says_what_becomes_of_it_and_why_as_the_import_then_does_it(looks):
    looks.take_in(_APRIL)
    kept = looks.kept()
    run = looks.receive(_MORE)
    assert run.message.startswith("When it was read for Checking, 3 lines were new, 2 were here already.")

    page = looks.look(run)

    look, text = page.context["look"], _text(page)
    assert [(each.line.description, each.fate.fate.name) for each in look.lines] == [
        ("Rent", "KNOWN"),
        ("Coffee", "KNOWN"),
        ("Tea", "SEPARATE"),
        ("Tea", "SEPARATE"),
        ("Salary", "NEW"),
    ]
    assert "Import 3 new lines, 2 are here already" in text
    assert "Day, amount and text agree." in text
    assert "The file has it more than once, so it happened more than once." in text
    april = Statement.objects.get(book=looks.book).document_id
    assert f"/statements/document/{april}/?line=2#mark" in text
    assert f"/statements/document/{run.document_id}/source/?line=3&amp;last=3" in text
    assert looks.kept() == kept
    beside = looks.client().get(
        f"/books/{looks.book.slug}/statements/document/{run.document_id}/source/?line=3&last=3"
    )
    assert beside.content.decode().count("is-marked") == 1

    looks.press_import(run)
    run = looks.ran(run)
    after = Statement.objects.get(document=run.document)
    told = _text(looks.client().get(f"/books/{looks.book.slug}/statements/{after.pk}/"))
    assert "The file has it more than once, so it happened more than once." in told
    assert (run.lines_new, run.lines_known) == (look.brought.lines_new, look.brought.lines_known) == (3, 2)


def test_what_came_in_the_meantime_is_counted(looks):
    run = looks.receive(_MORE)
    assert "5 lines were new" in run.message
    looks.take_in(_APRIL)

    assert "Import 3 new lines, 2 are here already" in _text(looks.look(run))


def test_a_line_of_the_same_day_and_amount_elsewhere_is_told_apart_or_asked_about(looks):
    looks.take_in(_csv("2026-04-15,Bus,-3.00,97.00", "2026-04-16,Train,-5.00,92.00"))
    apart = looks.receive(_csv("2026-04-15,Bakery,-3.00,97.00", "2026-04-16,Kiosk,-5.00,92.00"))
    # Each ends or begins within the same day, and no balances tell.
    head, coffee = _HEAD.replace(",Balance", ""), f"{_OWN},2026-05-02,Coffee,-3.50\n"
    looks.take_in(f"{head}{_OWN},2026-05-01,Pay,1.00\n{coffee}", "c.csv")
    asks = looks.receive(f"{head}{coffee}{_OWN},2026-05-03,Pay,3.00\n", "d.csv")

    fates = [
        [(each.fate.fate.name, len(each.fate.others)) for each in look_at(run=run, now=timezone.now()).lines]
        for run in (apart, asks)
    ]

    assert fates == [[("SEPARATE", 1), ("SEPARATE", 1)], [("ASKED", 1), ("NEW", 0)]]
    assert "those of another line, which the file does not show here." in _text(looks.look(apart))
    assert "You are asked once the file is imported." in _text(looks.look(asks))
    assert not DayQuestion.objects.filter(book=looks.book).exists()
    looks.press_import(asks)
    looks.ran(asks)
    assert DayQuestion.objects.filter(book=looks.book).count() == 1


def test_a_line_that_the_file_shows_twice_and_another_file_once_happened_twice(looks):
    tea = "2026-04-15,Tea,-3.00,"
    rent = "2026-04-14,Rent,-9.00,100.00"
    looks.take_in(_csv(rent, f"{tea}97.00", "2026-04-16,Pay,1.00,98.00"))
    run = looks.receive(_csv(rent, f"{tea}97.00", f"{tea}94.00", "2026-04-15,Bus,-3.00,91.00"))

    _, known, second, bus = (each.fate for each in look_at(run=run, now=timezone.now()).lines)

    assert (known.fate.name, second.fate.name, len(second.others)) == ("KNOWN", "SEPARATE", 1)
    assert second.why == "The file has it more than once, so it happened more than once."
    # The file shows the tea, so in other words this is another movement.
    assert (bus.fate.name, bus.others) == ("NEW", ())


def test_many_lines_of_one_day_and_amount_are_told_apart_by_a_few_of_them(looks, monkeypatch):
    keys = []
    monkeypatch.setattr(fate_selectors, "text_key", lambda *words: keys.append(words) or text_key(*words))
    run = looks.receive(_csv(*(f"2026-04-15,Stamp,-1.00,{1000 - no}.00" for no in range(250))))

    lines = look_at(run=run, now=timezone.now(), number=2).lines

    assert {(each.fate.fate.name, len(each.fate.others)) for each in lines} == {("SEPARATE", 3)}
    # One for each line of the page, and for each of the few that look like it.
    assert len(keys) <= 100 + 4


def test_what_does_not_prove_says_where_and_how_much_is_held_back(looks):
    run = looks.receive(_APRIL.replace("95.80", "108.10"))

    text = _text(looks.look(run))

    assert "does not prove" in text
    assert "off by 12.30" in text.replace('<span class="discreet">', "").replace("</span>", "")
    assert "2 would be held back" in text
    assert "held back: its statement does not prove" in text
    assert "2 would have been held back. Look at the file" in run.message


def test_a_book_whose_settings_say_so_shows_every_file_until_they_say_otherwise(looks):
    address = f"/books/{looks.book.slug}/settings/"
    said = {"name": "Acme", "fiscal_year_start_month": 1}
    looks.client().post(address, {**said, "looks_first": "on"})
    looks.book.refresh_from_db()
    assert "checked" in looks.client().get(address).content.decode()

    run = looks.receive(_APRIL, looks_first=False)

    assert run.asks_look
    inbox = looks.client().get(f"/books/{looks.book.slug}/inbox/").content.decode()
    assert 'name="looks_first"' not in inbox
    looks.client().post(address, said)
    looks.book.refresh_from_db()
    assert looks.receive(_MORE, "c.csv", looks_first=False).state == _State.READY


def test_set_aside_nothing_is_imported_and_taken_in_again_it_is_shown_again(looks):
    run, now = looks.receive(_APRIL), timezone.now()

    aside = discard(run=run, user=looks.owner, now=now)

    assert (aside.state, aside.look, aside.message) == (_State.UNDONE, _Look.FIRST, "Set aside.")
    assert looks.lines() == []
    again = looks.ran(take_in_again(run=aside, user=looks.owner, now=now))
    assert again.asks_look
    looks.press_import(again)
    again = looks.ran(again)
    undo_import(run=again, user=looks.owner, now=now)
    assert looks.ran(take_in_again(run=looks.now(again), user=looks.owner, now=now)).asks_look


def test_the_columns_are_corrected_on_the_way_and_only_the_reading_that_was_seen_is_imported(looks):
    run = looks.receive(_APRIL)
    assert looks.preview(run) in looks.client().get(looks.address(run)).content.decode()

    after = looks.post(run, "save", role_2="counterparty")

    anew = looks.now(run)
    assert after.redirect_chain[-1][0] == looks.preview(run)
    assert "Import it, and they are remembered" in _said(after)
    assert (anew.pk, anew.asks_look, looks.lines()) == (run.pk, True, [])
    assert [each.line.counterparty for each in after.context["look"].lines] == ["Rent", "Coffee"]
    assert not TableLayout.objects.filter(book=looks.book).exists()
    stale = looks.press_import(run)
    assert "is read otherwise than what you looked at" in _said(stale)
    assert looks.now(run).asks_look
    looks.press_import(anew)
    looks.ran(run)
    assert TableLayout.objects.get(book=looks.book).layout["roles"][2] == "counterparty"


def test_it_is_let_in_once_and_a_viewer_lets_nothing_in(looks):
    run = looks.receive(_APRIL)
    assert looks.press_import(run, Role.VIEWER).status_code == 403
    assert looks.client(Role.VIEWER).get(looks.preview(run)).status_code == 403
    assert looks.now(run).asks_look

    let_in(run=run, user=looks.owner, now=timezone.now(), asked=run.asked)
    second = looks.press_import(run)

    assert "does not wait to be looked at; nothing was changed" in _said(second)
    with pytest.raises(RunNotWaitingError, match="does not ask for its account"):
        answer_account(run=looks.receive(_MORE), bank_account=looks.account, now=timezone.now())
    assert looks.ran(run).lines_new == 2
    assert looks.now(run).looked_by == looks.owner


def test_a_file_that_asks_for_its_account_is_shown_without_and_then_with_what_is_here(looks):
    looks.take_in(_APRIL)
    unknown = _APRIL.replace(_OWN, "7700112233").replace("Coffee", "Cake")
    run = looks.receive(unknown)
    other = looks.receive(unknown.replace("Cake", "Pie"), "c.csv")
    assert run.asks_account

    text = _text(looks.look(run))

    assert "Account not known yet" in text
    assert "Cake" in text
    assert "look-fate" not in text
    assert ">Import" not in text.replace("Import and export", "")
    answer_account(run=run, bank_account=looks.account, now=timezone.now())
    run = looks.ran(run)
    assert run.asks_look
    assert looks.look(run).context["look"].brought.lines_known == 1
    # What was said of it is remembered once it is imported, and goes for the files that ask the same.
    assert looks.now(other).asks_account
    looks.press_import(run)
    looks.ran(run)
    assert looks.ran(other).asks_look


def test_a_file_of_several_accounts_shows_each_of_them(looks):
    bank_and_card = ofx(bank(_OWN), cards=card("4000123412341234"))
    create_bank_account(book=looks.book, name="Card", kind="card", currency="USD", number="4000123412341234")
    looks.take_in(ofx(bank(_OWN)), "bank.ofx")
    run = looks.receive(bank_and_card, "two.ofx")

    first, second = (looks.look(run, f"?statement={number}") for number in (1, 2))

    assert [page.context["look"].shown.bank_account.name for page in (first, second)] == ["Checking", "Card"]
    assert "Day, amount and the bank&#x27;s id agree." in _text(first)
    assert "Import 1 new line, 1 is here already" in _text(first)
    assert second.context["look"].lines[0].fate.fate.name == "NEW"
    looks.press_import(run)
    assert looks.ran(run).lines_new == 1
    # Each of them has a page of its own then, and the inbox names both.
    assert looks.look(run).url.endswith(f"/inbox/?file={run.document_id}")


def test_lines_that_are_not_booked_yet_are_in_no_sum_before_and_after_the_import(looks):
    # A report within a day: 100.00, a card payment of 10.00, 7.77 reserved, 90.00.
    report = Path(settings.BASE_DIR, "tools/camt_statement/tests/samples/intraday_052.xml").read_bytes()
    number = "DE89370400440532013000"
    create_bank_account(book=looks.book, name="Giro", kind="bank", currency="EUR", number=number)
    run = looks.receive(report, "day.xml")

    before = looks.look(run)
    looks.press_import(run)
    looks.ran(run)
    (statement,) = Statement.objects.filter(book=looks.book)
    after = looks.client().get(f"/books/{looks.book.slug}/statements/{statement.pk}/")

    for page, sums in ((before, before.context["look"].shown.sums), (after, after.context["sums"])):
        assert (sums.booked, sums.computed, sums.closing) == (-10, 90, 90)
        assert "+ 2 lines, 1 not booked yet" in _text(page)


def test_a_protected_file_is_shown_by_its_password_which_is_kept_nowhere(looks):
    run = looks.receive(_protected(), "may.pdf", password=_SECRET, bank_account=looks.account)
    assert run.asks_look

    closed, wrong = looks.look(run), looks.client().post(looks.preview(run), {"password": "wrong"})
    opened = looks.client().post(looks.preview(run), {"act": "show", "password": _SECRET})
    without = looks.press_import(run)

    assert "look" not in closed.context
    assert 'type="password"' in _text(closed)
    assert "password" in wrong.context["problem"]
    assert "Import 2 new lines" in _text(opened)
    assert _SECRET not in _text(opened)
    assert "give its password to import it" in _said(without)
    looks.press_import(run, password=_SECRET)
    assert looks.now(run).state == _State.READY
    assert _SECRET not in _jobs_and_rows()


def test_a_file_that_cannot_be_shown_says_why_and_cannot_be_imported_there(looks):
    run = looks.receive(_APRIL)
    (Path(settings.MEDIA_ROOT) / run.document.storage_name).write_bytes(b"something else")

    page = looks.look(run)

    assert "no longer what was uploaded" in page.context["problem"]
    assert "Ctrl-Enter" not in page.content.decode()


def test_its_lines_are_shown_a_hundred_at_a_time_by_as_many_queries(looks):
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 6) for day in range(1, 29)]
    rows = [f"{day},Shop {no},-1.00,{1000 - no}.00" for no, day in enumerate(days)]
    large, small = looks.receive(_csv(*rows)), looks.receive(_csv(*rows[:3]), "small.csv")
    counts = []
    for run in (small, large):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = looks.look(run)
        counts.append(len(asked))
    second = looks.look(large, "?page=2")
    beyond = looks.look(large, "?page=77&statement=5")

    assert counts[0] == counts[1]
    assert len(page.context["look"].lines) == 100
    assert second.context["look"].lines[0].line.description == "Shop 100"
    assert len(second.context["look"].lines) == len(rows) - 100
    assert "?statement=1&amp;page=1" in second.content.decode()
    assert beyond.context["look"].number == 2


def test_the_database_keeps_who_looked_and_lets_nothing_else_be_asked_meanwhile(looks):
    run = looks.receive(_APRIL)
    for wrong in (
        {"look": _Look.DONE},
        {"look": _Look.FIRST},
        {"looked_at": timezone.now()},
        {"state": _State.READY},
        {"asked_order": {}},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ImportRun.objects.filter(pk=run.pk).update(**wrong)
