import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledgerflow.books.models import Role
from ledgerflow.ledger.selectors import trial_balance
from tests.booked import FIRST_DAY, BookedFile
from tests.ledger.years import Years

pytestmark = pytest.mark.django_db

LAST_DAY = date(2026, 2, 13)


def queries_of_the_page(file, as_of):
    client = file.client(Role.VIEWER)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(file.address(f"reports/trial-balance/?as_of={as_of.isoformat()}"))
    assert page.status_code == 200
    return len(captured)


def test_the_page_asks_as_many_questions_of_a_large_book_as_of_a_small_one():
    small, large = BookedFile(1), BookedFile(40)

    asked = queries_of_the_page(small, LAST_DAY)

    assert queries_of_the_page(large, LAST_DAY) == asked
    assert asked <= 15


def test_the_page_asks_as_many_questions_for_every_day():
    file = BookedFile(40)

    asked = {queries_of_the_page(file, FIRST_DAY + timedelta(days=days)) for days in (0, 13, 26, 39)}

    assert len(asked) == 1


def test_the_figures_take_one_question():
    file = BookedFile(40)

    with CaptureQueriesContext(connection) as captured:
        report = trial_balance(book=file.book, as_of=LAST_DAY)

    assert len(captured) == 1
    assert report.total_debit == report.total_credit == sum(range(1, 41))


def test_an_earlier_day_stands_beside_it_with_links_of_its_own():
    file = BookedFile(40)

    page = file.client().get(file.address("reports/trial-balance/?as_of=2026-02-28&compare=previous"))

    text = page.content.decode()
    register = file.address(f"reports/register/{file.expense.pk}/")
    later = f'<td class="money"><a href="{register}?to=2026-02-28">820.00</a></td><td class="money"></td>'
    earlier = f'<td class="money"><a href="{register}?to=2026-01-31">378.00</a></td><td class="money"></td>'
    assert later + earlier in text
    assert "Debit 2026-01-31" in text


def test_the_page_leaves_the_closing_entry_out_when_asked():
    company = Years()
    company.a_year(2025)
    company.close(2025)
    client = Client()
    client.force_login(company.owner)
    address = f"/books/{company.book.slug}/reports/trial-balance/?as_of=2025-12-31"

    after = client.get(f"{address}&format=json")
    before = client.get(f"{address}&before_closing=on&format=json")
    page = client.get(f"{address}&before_closing=on").content.decode()

    assert [row["code"] for row in json.loads(after.getvalue())["rows"]] == ["1000", "3000", "3200"]
    assert [row["code"] for row in json.loads(before.getvalue())["rows"]] == ["1000", "3200", "4000", "6100"]
    assert "before_closing=on&amp;format=csv" in page
    assert "checked" in page
