"""A month by one day in one format and by another in the next: each movement is there once, with what shows it."""

from itertools import pairwise

import pytest
from django.utils import timezone

from ledgerflow.books.models import Role
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.selectors import inbox_page
from ledgerflow.pipeline.services import receive_file, run_import, undo_import
from ledgerflow.statements.models import DayQuestion, Hold, Statement, StatementLine
from ledgerflow.statements.services import create_bank_account
from ledgerflow.statements.verify import problems
from tests.booked import BookedFile
from tests.factories import BookFactory, UserFactory
from tests.statements import months
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db

_BOOKED = (
    ("2026-01-02", "-1.50", "Bun", "Corner"),
    ("2026-01-05", "-4.20", "Tea", "Corner"),
    ("2026-01-12", "-9.00", "Cake", "Corner"),
    ("2026-01-30", "90.00", "Pay", "Corner"),
)
#: The second and third are valued a day and three days later, the first and last on their day.
_VALUED = (_BOOKED[0], ("2026-01-06", *_BOOKED[1][1:]), ("2026-01-15", *_BOOKED[2][1:]), _BOOKED[3])


def _camt():
    content = months.camt(_BOOKED)
    for booked, valued in zip(_BOOKED, _VALUED, strict=True):
        day = f"<Dt>{booked[0]}</Dt></BookgDt>"
        content = content.replace(day.encode(), f"{day}<ValDt><Dt>{valued[0]}</Dt></ValDt>".encode(), 1)
    return content


def _mt940():
    """By value day, with the day of booking where field 61 has a place for it."""
    content = months.mt940(_VALUED)
    for booked, valued in zip(_BOOKED, _VALUED, strict=True):
        day = valued[0][2:].replace("-", "")
        entry = booked[0][5:].replace("-", "")
        content = content.replace(f":61:{day}".encode(), f":61:{day}{entry}".encode(), 1)
    return content


def _card_csv():
    rows = zip(_BOOKED, _VALUED, strict=True)
    return (
        "Transaction Date,Posting Date,Amount,Payee,Memo\n"
        + "".join(
            f"{done},{posted[0]},{amount},{name},{memo}\n" for (done, amount, name, memo), posted in rows
        )
    ).encode()


_SOURCES = {
    "camt and csv by value day": (("a.xml", _camt()), ("b.csv", months.csv(_VALUED))),
    "mt940 and pdf by booking day": (("a.sta", _mt940()), ("b.pdf", months.pdf(_BOOKED))),
    "camt and mt940": (("a.xml", _camt()), ("b.sta", months.mt940(_VALUED))),
    "card csv by purchase and ofx by posting": (("a.csv", _card_csv()), ("b.ofx", months.ofx(_VALUED))),
}


@pytest.fixture
def book():
    made = BookFactory(base_currency="EUR")
    create_bank_account(book=made, name="Checking", kind="bank", currency="EUR")
    return made


def _run(book, name, content):
    (account,) = book.bank_accounts.all()
    run = receive_file(
        book=book, name=name, content=content, user=None, now=timezone.now(), bank_account=account
    ).run
    run_import(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    assert run.state == ImportRun.State.READY, run.message
    return run


def _standing(book):
    lines = StatementLine.objects.filter(book=book).exclude(hold=Hold.TWIN)
    return sorted((str(line.date), str(line.amount.normalize()), line.hold) for line in lines)


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("sources", _SOURCES)
def test_a_month_by_two_days_is_one_set_of_lines(book, sources, is_turned):
    files = _SOURCES[sources][:: -1 if is_turned else 1]
    first = _run(book, *files[0])
    alone = _standing(book)

    second = _run(book, *files[1])

    assert (second.lines_new, second.lines_known, second.lines_held, second.message) == (0, 4, 0, "")
    assert _standing(book) == alone
    found = DayQuestion.objects.filter(book=book)
    assert {(one.answer, one.evidence, one.answered_by) for one in found} == {("same", "words", None)}
    assert found.count() == 2
    assert {row.style for row in inbox_page(book=book, number=None)[1]} == {"status-green"}
    assert problems(book=book) == []

    undo_import(run=first, user=UserFactory(), now=timezone.now())

    assert [line.hold for line in StatementLine.objects.filter(book=book)] == [Hold.NONE] * 4
    assert not found.all().exists()
    assert _run(book, *files[0]).lines_new == 0


def test_the_second_day_is_kept_and_the_first_dates_the_line(book):
    _run(book, "a.sta", _mt940())
    _run(book, "a.csv", _card_csv())

    lines = StatementLine.objects.filter(book=book, amount="-9")

    assert {
        (
            str(one.date),
            *(day and str(day) for day in (one.value_date, one.booking_date, one.transaction_date)),
        )
        for one in lines
    } == {("2026-01-15", "2026-01-15", "2026-01-12", None), ("2026-01-12", None, "2026-01-15", None)}


def test_files_of_one_format_date_alike_so_equal_amounts_are_movements_of_their_own(book):
    _run(book, "a.xml", _camt())

    following = _run(book, "b.xml", months.camt((("2026-01-06", "-4.20", "Tea", "Corner"),)))

    assert (following.lines_new, following.lines_held, following.message) == (1, 0, "")


def test_a_movement_between_two_months_in_two_formats_is_asked_about(book):
    """Both files show it, or each a movement of its own: none of them shows both days."""
    over = (("2026-01-31", "-8.00", "Rent", "Corner"),)
    camt = months.camt(over).replace(b"</BookgDt>", b"</BookgDt><ValDt><Dt>2026-02-02</Dt></ValDt>")
    _run(book, "january.xml", camt)

    february = _run(
        book, "february.csv", months.csv((("2026-02-02", *over[0][1:]), ("2026-02-03", "-1.00", "Tea", "x")))
    )

    assert (february.lines_new, february.lines_known, february.lines_held) == (2, 0, 1)
    assert DayQuestion.objects.get(book=book).answer == ""


def test_a_daily_equal_movement_is_not_taken_for_the_one_of_the_day_before(book):
    """Interest that is booked a day after it counts: what MT940 and CAMT state of their edges are 4, not 3."""
    days = [f"2026-01-{day:02}" for day in (4, 5, 6, 7, 8)]
    interest = ("0.10", "Interest", "daily")
    camt = months.camt(tuple((day, *interest) for day in days[1:4]))
    mt940 = months.mt940(tuple((day, *interest) for day in days[1:4]))
    for valued, booked in pairwise(days):
        day = f"<Dt>{booked}</Dt></BookgDt>"
        camt = camt.replace(day.encode(), f"{day}<ValDt><Dt>{valued}</Dt></ValDt>".encode())
        day, entry = valued[2:].replace("-", ""), booked[5:].replace("-", "")
        mt940 = mt940.replace(f":61:{day}C".encode(), f":61:{day}{entry}C".encode())

    _run(book, "a.xml", camt)
    second = _run(book, "b.sta", mt940)

    assert (second.lines_new, second.lines_known, second.lines_held) == (1, 2, 0)


@pytest.mark.parametrize("answer", ["same", "different"])
def test_what_words_do_not_tell_is_asked_on_the_page_and_taken_back(answer):
    file = BookedFile(1, is_posted=False)
    create_bank_account(book=file.book, name="Other", kind="bank", currency="EUR")
    account = file.book.bank_accounts.get(name="Other")
    for name, content in (
        ("a.xml", _camt()),
        ("b.csv", months.csv((("2026-01-06", "-4.20", "Bookshop", "x"),))),
    ):
        run = receive_file(
            book=file.book, name=name, content=content, user=None, now=timezone.now(), bank_account=account
        ).run
        run_import(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    assert (run.state, run.lines_held) == (ImportRun.State.READY, 1)
    question = DayQuestion.objects.get(book=file.book)
    questions = file.client(Role.VIEWER).get(file.address("inbox/questions/")).content.decode()
    assert "Tea" in questions
    assert "Bookshop" in questions
    assert "Cake" not in questions
    young = StatementLine.objects.get(book=file.book, description__contains="Bookshop")
    assert young.hold == Hold.DAYS

    address = file.address(f"inbox/questions/{question.pk}/answer/")
    file.client(Role.BOOKKEEPER).post(address, {"answer": answer})

    young.refresh_from_db()
    assert young.hold == (Hold.TWIN if answer == "same" else Hold.NONE)
    statement = Statement.objects.get(document__name="b.csv")
    client = file.client(Role.BOOKKEEPER)
    for page in (f"statements/{statement.pk}/", f"journal/line/{young.pk}/"):
        shown = client.get(file.address(page)).content.decode()
        assert ("the same as" if answer == "same" else "another than") in shown
        assert "in a.xml" in shown
    other = "different" if answer == "same" else "same"
    client.post(address, {"answer": other})
    young.refresh_from_db()
    assert young.hold == (Hold.TWIN if other == "same" else Hold.NONE)
    assert problems(book=file.book) == []


def test_all_that_is_asked_of_two_files_is_answered_at_once():
    file = BookedFile(1, is_posted=False)
    amounts = (2, 3, 4)
    ends = (line(1, 1, "a"), line(20, 1, "b"))
    take_in(file.bank, *ends, *(line(day, day, "Shop") for day in amounts), kind="qif")
    take_in(file.bank, *ends, *(line(day + 5, day, "Shop") for day in amounts), kind="ofx")
    client, questions = file.client(Role.BOOKKEEPER), DayQuestion.objects.filter(book=file.book)
    page = client.get(file.address("inbox/questions/")).content.decode()
    assert page.count("All 3 of these two files are the same") == 3

    address = file.address(f"inbox/questions/{questions.first().pk}/answer/")
    client.post(address, {"all": "same"})

    assert {one.answer for one in questions} == {"same"}
    twins = StatementLine.objects.filter(book=file.book, hold=Hold.TWIN)
    assert sorted(int(one.amount) for one in twins) == [2, 3, 4]
