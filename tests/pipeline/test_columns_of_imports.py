"""Columns of a file that is imported: by which it was read, whose they are, and that nothing goes before an answer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.pipeline.models import ImportRun
from ledgerflow.statements import reading
from ledgerflow.statements.models import StatementLine, TableLayout
from ledgerflow.statements.services import create_bank_account
from tests.pipeline.test_columns import _SETTLED, Columns, _said

_OTHER_MONTH = _SETTLED.replace("2026-04-03,Rent", "2026-07-03,Rent").replace(
    "2026-06-05,Sal", "2026-08-05,Sal"
)
_TWO_NUMBERS = "".join(
    f"{line},{own}\n" for line, own in zip(_SETTLED.split(), ["Own", "7700112233", "7700112233"], strict=True)
)


@pytest.fixture
def columns(db) -> Columns:
    return Columns()


def _texts(columns, column):
    return list(
        StatementLine.objects.filter(book=columns.book).order_by("date").values_list(column, flat=True)
    )


def test_what_was_imported_by_its_rows_is_read_anew_by_columns_that_were_saved_since(columns):
    first = columns.take_in(_SETTLED)
    columns.post(columns.take_in(_OTHER_MONTH, "b.csv"), "save", role_2="counterparty")

    said = _said(columns.post(first, "save"))  # as the page shows it now: by the saved columns

    assert "read anew" in said
    assert _texts(columns, "counterparty") == ["Rent", "Salary", "Rent", "Salary"]


def test_what_was_imported_by_remembered_columns_is_only_remembered_again(columns):
    columns.post(columns.take_in(_SETTLED), "save", role_2="counterparty")
    following = columns.take_in(_OTHER_MONTH, "b.csv")

    said = _said(columns.post(following, "save"))

    following.refresh_from_db()
    assert "remembered" in said
    assert following.state == ImportRun.State.READY


def test_an_import_of_before_its_columns_were_kept_counts_as_read_by_the_saved_ones(columns):
    columns.post(columns.take_in(_SETTLED), "save", role_2="counterparty")
    following = columns.take_in(_OTHER_MONTH, "b.csv")
    ImportRun.objects.filter(pk=following.pk).update(read_by=None)

    unchanged = _said(columns.post(following, "save"))
    following.refresh_from_db()
    before = following.state
    corrected = _said(columns.post(following, "save", role_2="description"))

    assert "remembered" in unchanged
    assert before == ImportRun.State.READY
    assert "read anew" in corrected
    assert _texts(columns, "description")[2:] == ["Rent", "Salary"]


def test_nobody_is_told_about_the_columns_of_another_bank_account(columns):
    create_bank_account(book=columns.book, name="Savings", kind="bank", currency="USD", number="9900112233")
    columns.post(columns.take_in(_SETTLED, "first.csv"), "save", role_2="counterparty")
    savings = _SETTLED.replace("4416190233", "9900112233").replace("Text", "Details")

    run = columns.take_in(savings, "savings.csv", bank_account=columns.account)

    assert run.state == ImportRun.State.READY
    assert "saved for" not in run.message


def test_an_import_stays_where_its_new_columns_would_have_to_be_asked_about(columns):
    run = columns.take_in(_TWO_NUMBERS)
    before = columns.lines()

    page = columns.post(run, "save", role_0="ignored", role_5="account").content.decode()

    run.refresh_from_db()
    assert "names the account 7700112233" in page
    assert "Nothing has changed" in page
    assert run.state == ImportRun.State.READY
    assert columns.lines() == before != []
    assert not TableLayout.objects.filter(book=columns.book).exists()


def test_a_file_that_waits_for_its_account_is_told_to_wait_for_it(columns):
    run = columns.take_in(_SETTLED.replace("4416190233", "9900112233"))
    assert run.state == ImportRun.State.NEEDS_YOU

    said = _said(columns.post(run, "save"))

    assert "Say which account it is" in said
    assert not TableLayout.objects.filter(book=columns.book).exists()


def test_what_goes_with_the_import_is_looked_up_for_the_page_and_not_for_each_choice(columns):
    run = columns.take_in(_SETTLED)
    data = {**columns.fields(run), "act": "preview"}

    page = columns.client().get(columns.address(run))
    part = columns.client().post(columns.address(run), data, headers={"HX-Request": "true"})

    assert "is undone and the file is read again" in page.content.decode()
    assert page.context["preview"].removed == 2
    assert "preview" not in part.context


@pytest.mark.parametrize("act", ["save", "forget"])
def test_the_file_is_read_before_anything_is_locked(columns, monkeypatch, act):
    columns.post(columns.take_in(_SETTLED), "save", role_2="counterparty")
    run, readings = columns.live(), []
    through = reading.SANDBOX.run

    with CaptureQueriesContext(connection) as queries:

        def look(*words, **more):
            readings.append([query for query in queries.captured_queries if "FOR UPDATE" in query["sql"]])
            return through(*words, **more)

        monkeypatch.setattr(reading.SANDBOX, "run", look)
        columns.post(run, act, role_2="reference")
        locks = [query for query in queries.captured_queries if "FOR UPDATE" in query["sql"]]

    run.refresh_from_db()
    assert run.state == ImportRun.State.UNDONE
    assert locks
    assert readings
    assert not any(readings)
