"""A book opens with its owner, an empty ledger and the accounts of a chart."""

import pytest
from django.utils import timezone

from ledgerflow.books.models import Membership, Role
from ledgerflow.ledger.charts import CHARTS, UnknownChartError
from ledgerflow.ledger.models import Account, AccountRole, LedgerState
from ledgerflow.ledger.services.opening import open_book
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("chart", CHARTS)
def test_it_opens_with_every_role_and_an_empty_ledger(chart):
    owner = UserFactory()

    book = open_book(name="Acme", base_currency="USD", chart=chart, owner=owner, now=timezone.now())

    roles = Account.objects.filter(book=book, role__isnull=False).values_list("role", flat=True)
    assert set(roles) == set(AccountRole)
    assert LedgerState.objects.get(book=book).next_number == 1
    assert Membership.objects.get(book=book, user=owner).role == Role.OWNER


def test_it_refuses_an_unknown_chart():
    with pytest.raises(UnknownChartError, match="generic"):
        open_book(name="Acme", base_currency="USD", chart="none", owner=UserFactory(), now=timezone.now())


def test_schedule_c_lines_are_each_there():
    lines = {account.tax_line for account in CHARTS["sole_proprietor_us"].accounts}

    lettered = ("16a", "16b", "20a", "20b", "24a", "24b", "27a", "27b")
    whole = (1, 2, 4, 6, *range(8, 16), 17, 18, 19, 21, 22, 23, 25, 26)
    assert {f"schedule-c:{number}" for number in (*whole, *lettered)} <= lines


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_codes_are_unique_and_sorted(chart):
    codes = [account.code for account in chart.accounts]

    assert codes == sorted(set(codes))
