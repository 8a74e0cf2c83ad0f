"""Income statement, balance sheet, cash flow and payees as pages: every figure leads to lines that add up to it."""

import html
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import decide
from ledgerflow.payees.models import Payee
from ledgerflow.posting.services import post_lines, reverse_entry
from ledgerflow.statements.models import BankAccount
from tests.booked import NOW, BookedFile
from tests.factories import MembershipFactory
from tests.ledger.small_book import SmallBook
from tests.ledger.years import Years
from tests.made import made_once
from tests.posting.euros import EuroShop

pytestmark = pytest.mark.django_db

_FIGURE = re.compile(r'<td class="money"><a href="([^"]+)">(?:<span[^>]*>)?([-\d,.]+)')


class SmallSite(SmallBook):
    """The small book with its bank account, seen by a member."""

    def __init__(self, **given) -> None:
        super().__init__(**given)
        BankAccount.objects.create(
            book=self.book, name="Checking", kind="bank", currency="USD", ledger_account=self.bank
        )
        self.client = Client()
        self.client.force_login(MembershipFactory(book=self.book, role=Role.VIEWER).user)

    def page(self, path):
        answer = self.client.get(f"/books/{self.book.slug}/reports/{path}")
        assert answer.status_code == 200
        return answer

    def json(self, path):
        separator = "&" if "?" in path else "?"
        return json.loads(self.page(f"{path}{separator}format=json").getvalue())


@made_once
def small():
    return SmallSite()


def figures_of(answer):
    """Return address and amount of every figure of the page that is a link to lines, those of charts as well."""
    found = _FIGURE.findall(answer.content.decode())
    return [(html.unescape(link), Decimal(text.replace(",", ""))) for link, text in found]


def lines_at(client, link):
    return json.loads(client.get(f"{link}&format=json").getvalue())


def every_figure_is_the_sum_of_its_lines(client, answer):
    figures = figures_of(answer)
    for link, amount in figures:
        lines = lines_at(client, link)
        assert Decimal(lines["total"]) == amount, link
        added = sum(Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0) for row in lines["rows"])
        assert added == (-amount if "sign=credit" in link else amount), link
    return len(figures)


@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("income-statement/?period=2025", 6),
        ("income-statement/?from=2024-12-31&to=2025-02-15&columns=month", 20),
        ("income-statement/?period=2025&columns=quarter&compare=year", 30),
        ("balance-sheet/?as_of=2025-03-31", 8),
        ("balance-sheet/?as_of=2025-02-15&columns=month&compare=year", 20),
        ("cash-flow/?period=2025-Q1&columns=month&compare=previous", 40),
    ],
)
def test_every_figure_is_the_sum_of_the_lines_that_it_leads_to(small, path, least):
    savings = small.account("1010", "Savings", "asset")
    BankAccount.objects.create(
        book=small.book, name="Savings", kind="bank", currency="USD", ledger_account=savings
    )
    small.post(date(2025, 2, 20), (savings, 300), (small.bank, -300))
    small.post(date(2025, 3, 3), (small.bank, 970), (small.meals, 30), (small.sales, -1000))

    assert every_figure_is_the_sum_of_its_lines(small.client, small.page(path)) >= least


@pytest.mark.parametrize(
    ("path", "last"),
    [
        ("income-statement/?period=2025&columns=quarter", ("Net income", 600)),
        ("balance-sheet/?as_of=2026-01-31&compare=previous", ("Retained earnings", 600)),
        ("cash-flow/?period=2025", ("Change in cash", 550)),
    ],
)
def test_figures_are_the_sum_of_their_lines_when_a_year_is_closed(path, last):
    company = Years()
    company.a_year(2025)
    company.close(2025)
    BankAccount.objects.create(
        book=company.book, name="Checking", kind="bank", currency="USD", ledger_account=company.bank
    )
    client = Client()
    client.force_login(company.owner)

    page = client.get(f"/books/{company.book.slug}/reports/{path}")

    label, amount = last
    assert every_figure_is_the_sum_of_its_lines(client, page) >= 5
    rows = {row.cells[3]: row.cells[-1] for row in page.context["table"].rows}
    assert rows[label] == amount
    assert not any("not closed yet" in str(name) for name in rows)


def rows_of(answer):
    return {row["account"]: list(row.values())[4:] for row in answer["rows"]}


def test_the_income_statement_worked_out_by_hand(small):
    answer = small.json("income-statement/?period=2025&compare=year")

    assert rows_of(answer) == {
        "Sales": ["600.00", "900.00"],
        "Total income": ["600.00", "900.00"],
        "Meals": ["50.00", "0.00"],
        "Rent": ["150.00", "400.00"],
        "Total expenses": ["200.00", "400.00"],
        "Net income": ["400.00", "500.00"],
    }
    assert list(answer["rows"][0]) == ["kind", "section", "code", "account", "2025", "2024"]


def test_the_balance_sheet_worked_out_by_hand(small):
    answer = small.json("balance-sheet/?as_of=2025-02-28&compare=year")

    assert rows_of(answer) == {
        "Bank": ["8000.00", "5000.00"],
        "Total assets": ["8000.00", "5000.00"],
        "Loan": ["2000.00", "0.00"],
        "Total liabilities": ["2000.00", "0.00"],
        "Contributions": ["5000.00", "5000.00"],
        "Net income of earlier years, not closed yet": ["500.00", "0.00"],
        "Net income of the fiscal year, not closed yet": ["500.00", "0.00"],
        "Total equity": ["6000.00", "5000.00"],
        "Liabilities and equity": ["8000.00", "5000.00"],
    }


def test_the_cash_flow_worked_out_by_hand(small):
    answer = small.json("cash-flow/?period=2025")

    assert rows_of(answer) == {
        "Cash at the beginning": ["5500.00"],
        "Sales": ["600.00"],
        "Total income": ["600.00"],
        "Meals": ["-50.00"],
        "Rent": ["-150.00"],
        "Total expenses": ["-200.00"],
        "Loan": ["2000.00"],
        "Total liabilities": ["2000.00"],
        "Change in cash": ["2400.00"],
        "Cash at the end": ["7900.00"],
    }


def test_months_stand_side_by_side_with_their_total(small):
    columns = small.page("income-statement/?period=2025-Q1&columns=month").context["table"].columns

    assert [column.label for column in columns[4:]] == ["2025-01", "2025-02", "2025-03", "Total"]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("period=2025-q1", "2025-Q1"),
        ("period=2025&was=2025&from=2025-01-05&to=2025-02-01", "2025-01-05 to 2025-02-01"),
        ("period=2024&was=2025&from=2025-01-05", "2024"),
        ("from=2025-01-05&to=2025-02-01", "2025-01-05 to 2025-02-01"),
        ("to=2025-02-01", "2025-01-01 to 2025-02-01"),
    ],
)
def test_a_period_is_typed_or_given_by_days(small, query, title):
    page = small.page(f"income-statement/?{query}")

    assert f"Income statement, {title}" in page.content.decode()


@pytest.mark.parametrize("preset", ["this month", "last quarter", "this fiscal year", "year to date"])
def test_a_preset_is_shown_again_as_it_was_chosen(small, preset):
    page = small.page(f"income-statement/?period={preset}")

    assert page.context["form"]["period"].value() == preset
    assert not page.context["errors"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("period=soon", "2026-Q1"),
        ("from=2025-02-01&to=2025-01-01", "before the first"),
        ("from=1950-01-01&to=2025-01-01&columns=month", "At most 10 years"),
        ("from=1900-01-01&to=1900-02-05&compare=year", "1900"),
    ],
)
def test_what_cannot_be_asked_is_told(small, query, said):
    page = small.page(f"income-statement/?{query}")

    assert said in html.unescape(page.content.decode())


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("income-statement/?period=2025&columns=month", 19),
        ("balance-sheet/?as_of=2025-12-31&columns=month", 16),
    ],
)
def test_it_asks_the_database_as_often_for_more_columns(small, path, count, django_assert_num_queries):
    with django_assert_num_queries(count):
        small.page(path)
    with django_assert_num_queries(count):
        small.page(path.replace("month", "quarter"))


def test_a_report_says_whether_it_is_closed_and_what_is_not_reviewed_yet():
    file = BookedFile(3, is_posted=False)
    page = file.client().get(file.address("reports/income-statement/?period=2026-01"))

    text = page.content.decode()
    assert "Draft" in text
    assert "In these days 3 bank lines are not reviewed yet, " in text
    assert '<span class="discreet">-6.00</span> USD in all.' in text


def test_payees_lead_to_their_lines_and_reversed_entries_are_left_out():
    file = BookedFile(4, is_posted=False)
    shop = Payee.objects.create(book=file.book, name="Corner shop")
    for line in file.line_ids[:3]:
        decide(book=file.book, line_id=line, user=file.owner, now=NOW, account=file.expense, payee=shop)
    file.decide_all()
    Classification.objects.filter(line=file.line_ids[3]).update(payee=None)
    post_lines(book=file.book, line_ids=None, posted_by=file.owner, posted_at=NOW)
    reverse_entry(book=file.book, number=2, date=date(2026, 2, 1), reason="Wrong", user=file.owner, now=NOW)
    client, address = file.client(Role.VIEWER), file.address("reports/payees/?period=2026")

    answer = json.loads(client.get(f"{address}&format=json").getvalue())

    assert [(row["payee"], row["lines"], row["money_in"], row["money_out"]) for row in answer["rows"]] == [
        ("Corner shop", 2, "0.00", "4.00"),
        ("No payee", 1, "0.00", "4.00"),
        ("Total", 3, "0.00", "8.00"),
    ]
    page = client.get(address)
    money = [(link, amount) for link, amount in figures_of(page) if "side=" in link]
    assert len(money) == 8
    for link, amount in money:
        assert Decimal(lines_at(client, link)["total"]) == amount


def test_a_transfer_counts_for_its_payee_on_the_side_of_the_bank_that_said_it():
    file = BookedFile(1, is_posted=False)
    savings = file.book.accounts.get(code="1300")
    BankAccount.objects.create(
        book=file.book, name="Savings", kind="bank", currency="USD", ledger_account=savings
    )
    decide(book=file.book, line_id=file.line_ids[0], user=file.owner, now=NOW, account=savings)
    post_lines(book=file.book, line_ids=None, posted_by=file.owner, posted_at=NOW)
    client = file.client()

    page = client.get(file.address("reports/payees/?period=2026"))

    (row,) = page.context["table"].rows[:-1]
    assert row.cells == ("Shop 1", 1, 0, 1)
    for link, amount in figures_of(page)[1:]:
        if "side=" in link:
            assert Decimal(lines_at(client, link)["total"]) == amount


def test_an_account_of_another_book_is_told():
    file, other = BookedFile(1), BookedFile(1)

    page = file.client().get(file.address(f"reports/lines/?account={other.expense.pk}"))

    assert f"The book has no account {other.expense.pk}." in page.content.decode()
    assert page.context["lines"] == []


@pytest.mark.parametrize(
    "days", [("1900-01-01", "1900-01-01"), ("1900-01-02", "9998-12-31"), ("9998-12-31", "9998-12-31")]
)
@pytest.mark.parametrize(
    "name",
    [
        "income-statement",
        "balance-sheet",
        "cash-flow",
        "payees",
        "general-ledger",
        "journal",
        "lines",
        "trial-balance",
    ],
)
def test_the_first_and_the_last_day_can_be_asked_for(small, name, days):
    first, last = days

    for compare in ("", "previous", "year"):
        small.page(f"{name}/?from={first}&to={last}&as_of={last}&compare={compare}")


def test_a_chart_draws_its_largest_bars_and_has_a_table_of_all(small):
    for at in range(10):
        account = small.account(f"65{at:02}", f"Cost <{at}>", "expense")
        small.post(date(2025, 5, 1), (account, 10 + at), (small.bank, -10 - at))

    page = small.page("income-statement/?period=2025")

    over_time, by_account = page.context["charts"]
    assert [point.label for point in over_time.points][:2] == ["2025-01", "2025-02"]
    assert by_account.drawing.count("<rect") == 8
    assert by_account.rows.count("<tr>") == 12
    assert 'aria-label="6509 Cost &lt;9&gt;: 19.00 USD"' in by_account.drawing
    assert by_account.drawing.index("6100 Rent") < by_account.drawing.index("6509 Cost")


def test_a_loss_is_drawn_below_the_line(small):
    chart = small.page("income-statement/?period=2025-03").context["charts"][0]

    assert chart.baseline == 18
    assert 'y="18"' in chart.drawing
    assert "2025-03, income: -100.00 USD" in chart.drawing
    labels = dict(re.findall(r'<text class="([\w -]+)"[^>]*>([^<]*)</text>', str(chart.drawing)))
    assert labels["chart-label chart-amount"] == "-100.00"  # hidden with the other amounts
    assert "." not in labels["chart-label"]


def test_what_money_goes_through_on_the_way_to_another_currency_is_no_cash_flow():
    shop = EuroShop()
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.accepted("-50.00")
    shop.post()
    client = Client()
    client.force_login(MembershipFactory(book=shop.book, role=Role.VIEWER).user)

    page = client.get(f"/books/{shop.book.slug}/reports/cash-flow/?period=2026-03")
    lines = client.get(f"/books/{shop.book.slug}/reports/lines/?account={shop.euros.pk}")

    assert every_figure_is_the_sum_of_its_lines(client, page) >= 4
    assert {row.cells[3]: row.cells[4] for row in page.context["table"].rows} == {
        "Cash at the beginning": 0,
        "Income": None,
        shop.sales.name: 55,
        "Total income": 55,
        "Change in cash": 55,
        "Cash at the end": 55,
    }
    over_time = page.context["charts"][0].points
    assert [point.amounts for point in over_time if any(point.amounts)] == [(110, 55)]
    assert [line.other_side for line in lines.context["lines"]] == [shop.sales, shop.sales]
