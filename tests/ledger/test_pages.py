"""The pages of the chart of accounts and of periods."""

from datetime import date

import pytest

from ledgerflow.books.models import Role
from ledgerflow.ledger.models import Account, PeriodAction
from ledgerflow.ledger.selectors.periods import closed_through, held
from tests.booked import BookedFile
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def file():
    return BookedFile(3)


def _account(**changed):
    return {"code": "6999", "name": "Parking", "type": "expense", "tax_line": "", **changed}


def test_the_chart_shows_every_account_with_its_balance(file):
    text = file.client(Role.VIEWER).get(file.address("ledger/accounts/")).content.decode()

    assert file.expense.name in text
    assert "6.00" in text


def test_a_bookkeeper_adds_changes_and_archives_an_account(file):
    client = file.client(Role.BOOKKEEPER)

    client.post(file.address("ledger/accounts/new/"), _account())
    made = Account.objects.get(book=file.book, code="6999")
    page = client.get(file.address(f"ledger/accounts/{made.pk}/")).content.decode()
    client.post(file.address(f"ledger/accounts/{made.pk}/"), _account(code="6998", name="Garage"))
    client.post(file.address(f"ledger/accounts/{made.pk}/archive/"))
    archived = Account.objects.get(pk=made.pk)
    client.post(file.address(f"ledger/accounts/{made.pk}/archive/"))

    assert 'value="Parking"' in page
    assert (archived.code, archived.name, archived.is_archived) == ("6998", "Garage", True)
    assert not Account.objects.get(pk=made.pk).is_archived


def test_the_tax_line_is_chosen_from_those_of_the_form(file):
    client = file.client(Role.BOOKKEEPER)

    client.post(file.address("ledger/accounts/new/"), _account(tax_line="schedule-c:9-tolls"))
    made = Account.objects.get(book=file.book, code="6999")
    page = client.get(file.address(f"ledger/accounts/{made.pk}/")).content.decode()
    unknown = client.post(file.address("ledger/accounts/new/"), _account(code="6998", tax_line="line 9"))
    misfit = client.post(file.address("ledger/accounts/new/"), _account(code="6998", tax_line="schedule-c:1"))

    assert made.tax_line == "schedule-c:9-tolls"
    assert '<option value="schedule-c:9-tolls" selected>' in page
    assert unknown.context["form"].errors["tax_line"]
    assert "income accounts" in " ".join(misfit.context["form"].non_field_errors())
    assert not Account.objects.filter(book=file.book, code="6998").exists()


def test_a_code_that_is_taken_is_refused_in_the_form(file):
    answer = file.client().post(file.address("ledger/accounts/new/"), _account(code=file.expense.code))

    assert answer.status_code == 200
    assert "has that code" in " ".join(answer.context["form"].non_field_errors())
    assert Account.objects.filter(book=file.book, code=file.expense.code).count() == 1


def test_an_account_for_the_results_of_years_is_equity(file):
    client = file.client(Role.BOOKKEEPER)
    Account.objects.filter(book=file.book, role="retained").update(role=None)

    refused = client.post(file.address("ledger/accounts/new/"), _account(role="retained"))
    client.post(file.address("ledger/accounts/new/"), _account(code="3999", type="equity", role="retained"))

    assert "is equity" in " ".join(refused.context["form"].non_field_errors())
    assert Account.objects.get(book=file.book, role="retained").code == "3999"


def test_an_account_with_a_role_is_not_archived_and_says_why(file):
    suspense = Account.objects.get(book=file.book, role="suspense")

    page = file.client().post(file.address(f"ledger/accounts/{suspense.pk}/archive/"), follow=True)

    suspense.refresh_from_db()
    assert not suspense.is_archived
    assert list(page.context["messages"])


def test_a_viewer_changes_no_account(file):
    client = file.client(Role.VIEWER)

    assert client.post(file.address("ledger/accounts/new/"), _account()).status_code == 403
    assert client.post(file.address(f"ledger/accounts/{file.expense.pk}/archive/")).status_code == 403


def test_an_account_of_another_book_is_not_found(file):
    other = BookedFile(1)

    assert file.client().get(file.address(f"ledger/accounts/{other.expense.pk}/")).status_code == 404
    assert file.client().post(file.address(f"ledger/accounts/{other.expense.pk}/archive/")).status_code == 404


def test_a_reviewer_closes_and_an_owner_reopens(file):
    closing = {"through": "2026-01-31", "reason": "Filed"}

    file.client(Role.REVIEWER).post(file.address("ledger/periods/close/"), closing)
    closed = closed_through(book=file.book)
    refused = file.client(Role.REVIEWER).post(file.address("ledger/periods/reopen/"), {"reason": "Late bill"})
    still = closed_through(book=file.book)
    file.client().post(file.address("ledger/periods/reopen/"), {"through": "", "reason": "Late bill"})

    assert closed == still == date(2026, 1, 31)
    assert refused.status_code == 403
    assert closed_through(book=file.book) is None
    history = file.client(Role.VIEWER).get(file.address("ledger/periods/")).content.decode()
    assert "Filed" in history
    assert "Late bill" in history


@pytest.mark.parametrize(
    "sent", [{"through": "2026-01-31", "reason": ""}, {"through": "soon", "reason": "x"}]
)
def test_a_period_is_closed_through_a_day_with_a_reason(file, sent):
    page = file.client().post(file.address("ledger/periods/close/"), sent)

    assert page.status_code == 200
    assert page.context["close_form"].errors
    assert not PeriodAction.objects.filter(book=file.book).exists()


def test_what_the_ledger_refuses_stands_in_the_form(file):
    client, closing = file.client(), {"through": "2026-01-31", "reason": "Filed"}
    client.post(file.address("ledger/periods/close/"), closing)

    again = client.post(file.address("ledger/periods/close/"), closing)
    later = client.post(file.address("ledger/periods/reopen/"), {"through": "2026-02-28", "reason": "x"})

    assert "already" in " ".join(again.context["close_form"].non_field_errors())
    assert "nothing to reopen" in " ".join(later.context["reopen_form"].non_field_errors())


def test_a_bookkeeper_closes_no_period(file):
    client = file.client(Role.BOOKKEEPER)

    answer = client.post(file.address("ledger/periods/close/"), {"through": "2026-01-31", "reason": "x"})

    assert answer.status_code == 403


def test_a_reviewer_locks_and_unlocks_and_the_history_says_so(file):
    client = file.client(Role.REVIEWER)

    client.post(file.address("ledger/periods/lock/"), {"through": "2026-01-31", "reason": "To be checked"})
    locked = held(book=file.book)
    page = client.get(file.address("ledger/periods/")).content.decode()
    again = client.post(file.address("ledger/periods/lock/"), {"through": "2026-01-31", "reason": "x"})
    client.post(file.address("ledger/periods/unlock/"), {"through": "", "reason": "Checked"})

    assert locked == (None, date(2026, 1, 31))
    assert "only owners and reviewers post" in page
    assert "To be checked" in page
    assert "already" in " ".join(again.context["lock_form"].non_field_errors())
    assert held(book=file.book) == (None, None)


@pytest.mark.parametrize("path", ["lock", "unlock"])
def test_a_bookkeeper_locks_no_period(file, path):
    answer = file.client(Role.BOOKKEEPER).post(
        file.address(f"ledger/periods/{path}/"), {"through": "2026-01-31", "reason": "x"}
    )

    assert answer.status_code == 403
