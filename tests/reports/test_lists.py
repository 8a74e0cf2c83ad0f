"""General ledger, journal and the lines behind a figure: pages without gap or repetition, and whole files."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from ledgerflow.core.periods import Period, typed
from ledgerflow.ledger.models import AccountType
from ledgerflow.ledger.selectors import stood
from ledgerflow.posting.services import reverse_entry
from ledgerflow.reports.selectors import general_ledger, general_ledger_page, general_ledger_parts
from tests.booked import NOW, BookedFile
from tests.ledger.small_book import SmallBook
from tests.reports.test_statement_pages import SmallSite

pytestmark = pytest.mark.django_db


def pages_of(book, period, limit):
    after, pages = None, []
    while True:
        page = general_ledger_page(book=book, period=period, after=after, limit=limit)
        pages.append(page)
        after = page.following
        if after is None:
            return pages


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 7, 100])
@pytest.mark.parametrize("period", ["2024", "2025", "2025-02", "2025-06"])
def test_pages_of_any_size_show_every_line_once_and_every_balance(limit, period):
    small, period = SmallBook(), typed(period)

    parts = [part for page in pages_of(small.book, period, limit) for part in page.parts]

    streamed = {
        account.pk: (opening, list(lines))
        for account, opening, lines in general_ledger_parts(book=small.book, period=period)
    }
    begun = [part for part in parts if not part.is_continued]
    assert [part.account.pk for part in begun] == list(streamed)
    assert [part.opening for part in begun] == [opening for opening, _ in streamed.values()]
    shown = [(line.place, line.account.pk, line.balance) for part in parts for line in part.lines]
    assert shown == [
        (each.line.place, account, each.balance) for account, (_, lines) in streamed.items() for each in lines
    ]
    closings = {part.account.pk: part.closing for part in parts if part.closing is not None}
    standing = stood(book=small.book, days=[period.last])
    assert closings == {account: standing[account][0] for account in streamed}
    assert all(
        part.is_continued == (part.account.pk == before.account.pk) for before, part in pairwise(parts)
    )


def test_a_stream_goes_on_from_block_to_block(monkeypatch):
    monkeypatch.setattr(general_ledger, "_BLOCK", 2)
    small = SmallBook()

    found = {
        account.code: [each.balance for each in lines]
        for account, _, lines in general_ledger_parts(book=small.book, period=typed("2025"))
    }

    assert found["1000"] == [7500, 8200, 8000, 7900]


@pytest.mark.parametrize("count", [10, 60])
def test_the_ledger_page_asks_as_often_for_many_lines(count, django_assert_num_queries):
    file = BookedFile(count)
    client, address = file.client(), file.address("reports/general-ledger/?period=2026")
    client.get(address)

    with django_assert_num_queries(23):
        page = client.get(address)

    assert sum(len(part.lines) for part, _ in page.context["parts"]) == min(2 * count, 100)


@pytest.mark.parametrize(("path", "count"), [("journal/?period=2026", 21), ("lines/?type=expense", 23)])
def test_lists_ask_as_often_for_many_lines(path, count, django_assert_num_queries):
    for lines in (10, 60):
        file = BookedFile(lines)
        client, address = file.client(), file.address(f"reports/{path}")
        client.get(address)

        with django_assert_num_queries(count):
            page = client.get(address)

        assert len(page.context.get("entries") or page.context["lines"]) in {lines, 50}


def test_what_people_wrote_is_text_on_every_page():
    small, text = SmallSite(), '<i>"&'
    named = small.account("6<u>", text, AccountType.EXPENSE)
    small.post(date(2025, 3, 1), (named, 7), (small.bank, -7))

    for path in ("general-ledger/?period=2025", "journal/?period=2025", f"register/{small.bank.pk}/",
                 "lines/?type=expense", "trial-balance/", "income-statement/?period=2025"):  # fmt: skip
        page = small.client.get(f"/books/{small.book.slug}/reports/{path}").content.decode()

        assert "&lt;i&gt;&quot;&amp;" in page, path
        assert "<i>" not in page, path
        assert "<u>" not in page, path


def test_ledger_and_journal_lead_to_entry_line_and_file():
    file = BookedFile(2)
    client = file.client()

    for name in ("general-ledger", "journal"):
        text = client.get(file.address(f"reports/{name}/?period=2026")).content.decode()

        assert file.address("journal/2/") in text
        assert f"/journal/line/{file.line_ids[1]}/" in text
    ledger = client.get(file.address("reports/general-ledger/?period=2026")).content.decode()
    assert f"/statements/document/{file.document.pk}/?line=3#mark" in ledger


def test_pages_of_the_journal_follow_by_date_and_number():
    file = BookedFile(120)
    reverse_entry(book=file.book, number=3, date=date(2026, 1, 9), reason="Wrong", user=file.owner, now=NOW)
    client, seen, query = file.client(), [], "?period=2026"
    while True:
        context = client.get(file.address(f"reports/journal/{query}")).context
        seen += [(each.entry.date, each.entry.number) for each in context["entries"]]
        if not context["following"]:
            break
        query = f"?period=2026&after={context['following']}"

    assert seen == sorted(seen)
    assert sorted(number for _, number in seen) == list(range(1, 122))
    assert seen[5] == (date(2026, 1, 9), 121) or seen[5][1] == 121


@pytest.mark.parametrize("name", ["general-ledger", "journal"])
@pytest.mark.parametrize("after", ["x", "1_2026-13-01_1_1", "2026-13-01_1"])
def test_a_wrong_key_of_a_page_is_told(name, after):

    file = BookedFile(1)

    page = file.client().get(file.address(f"reports/{name}/?period=2026&after={after}"))

    assert page.context["errors"]


def test_the_csv_of_the_general_ledger_holds_every_line_with_its_account():
    site = SmallSite()

    rows = list(
        csv.DictReader(io.StringIO(site.page("general-ledger/?period=2025&format=csv").getvalue().decode()))
    )

    assert [(row["account"], row["entry"], row["debit"], row["credit"], row["balance"]) for row in rows][
        :2
    ] == [
        ("1000", "4", "2000.00", "", "7500.00"),
        ("1000", "5", "700.00", "", "8200.00"),
    ]
    assert len(rows) == 9


def test_the_journal_as_json_balances():
    answer = SmallSite().json("journal/?period=2025")

    debits = [Decimal(row["debit"]) for row in answer["rows"] if row["debit"]]
    credited = [Decimal(row["credit"]) for row in answer["rows"] if row["credit"]]
    assert sum(debits) == sum(credited) == 3000


def test_lines_behind_a_figure_come_in_pages_with_their_total():
    file = BookedFile(150)
    client, seen, query = file.client(), [], f"?account={file.expense.pk}&to=2026-12-31"
    following = ""
    while True:
        page = client.get(file.address(f"reports/lines/{query}{following}")).context
        assert page["total"] == sum(range(1, 151))
        seen += [line.place.entry_number for line in page["lines"]]
        if not page["following"]:
            break
        following = f"&before={page['following']}"

    assert seen == list(range(150, 0, -1))
    answer = json.loads(client.get(file.address(f"reports/lines/{query}&format=json")).getvalue())
    assert len(answer["rows"]) == 150


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
@pytest.mark.parametrize(
    "name",
    [
        "trial-balance",
        "income-statement",
        "balance-sheet",
        "cash-flow",
        "general-ledger",
        "journal",
        "payees",
        "lines",
    ],
)
def test_every_report_is_a_file_too(name, form):
    site = SmallSite()

    answer = site.page(f"{name}/?period=2025&as_of=2025-12-31&format={form}")

    assert answer.getvalue()[:4] == {"pdf": b"%PDF", "xlsx": b"PK\x03\x04"}[form]
    assert f'filename="{name}.{form}"' in answer["Content-Disposition"]


def test_nothing_posted_is_said_with_what_to_do():
    site = SmallSite()

    for name in ("general-ledger", "journal"):
        assert "review queue" in site.page(f"{name}/?period=2019").content.decode()
    assert general_ledger_page(book=site.book, period=Period(date(2019, 1, 1), date(2019, 1, 1))).parts == []


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("period=2025-02", {5, 6}),
        ("from=2025-02-01&to=2025-02-28", {5, 6}),
        ("period=2024", {1, 2, 3}),
        ("to=2024-12-31", {1, 2, 3}),
    ],
)
def test_the_lines_of_a_period_are_named_by_it_or_by_its_days(asked, numbers):
    site = SmallSite()

    answer = site.json(f"lines/?account={site.bank.pk}&{asked}")

    assert {row["entry"] for row in answer["rows"]} == numbers


def test_what_is_no_period_is_refused_with_a_sentence():
    page = SmallSite().page("lines/?period=2025-13")

    assert "is no period" in page.content.decode()
