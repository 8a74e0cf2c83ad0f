"""A month by booking day in one format and by value day in another: that lines may be there twice is said."""

import pytest
from django.utils import timezone

from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.selectors import inbox_page
from ledgerflow.pipeline.services import receive_file, run_import
from ledgerflow.statements.services import create_bank_account
from tests.factories import BookFactory
from tests.statements import months

pytestmark = pytest.mark.django_db

_BOOKED = (
    ("2026-01-05", "-4.20", "Tea", "Corner"),
    ("2026-01-12", "-9.00", "Cake", "Corner"),
    ("2026-01-30", "90.00", "Pay", "Corner"),
)
#: The first two are valued a day and three days later, the third on its day.
_VALUED = (("2026-01-06", *_BOOKED[0][1:]), ("2026-01-15", *_BOOKED[1][1:]), _BOOKED[2])


def _camt():
    content = months.camt(_BOOKED)
    for booked, valued in zip(_BOOKED, _VALUED, strict=True):
        day = f"<Dt>{booked[0]}</Dt></BookgDt>"
        content = content.replace(day.encode(), f"{day}<ValDt><Dt>{valued[0]}</Dt></ValDt>".encode(), 1)
    return content


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


@pytest.mark.parametrize("is_turned", [False, True])
def test_lines_under_the_other_of_booking_and_value_day_are_warned_of(book, is_turned):
    files = [("a.xml", _camt()), ("b.sta", months.mt940(_VALUED))]
    first, second = (_run(book, *file) for file in (reversed(files) if is_turned else files))

    assert "twice" not in first.message
    assert (second.lines_new, second.lines_known) == (2, 1)
    assert "2 lines of it may be in Checking twice" in second.message
    assert "-4.20 EUR of 2026-01-0" in second.message
    styles = {row.run.pk: row.style for row in inbox_page(book=book, number=None)[1]}
    assert styles == {first.pk: "status-green", second.pk: "status-yellow"}


def test_files_of_one_format_date_alike_so_equal_amounts_are_movements_of_their_own(book):
    _run(book, "a.xml", _camt())

    following = _run(book, "b.xml", months.camt((("2026-01-06", "-4.20", "Tea", "Corner"),)))

    assert (following.lines_new, following.message) == (1, "")
