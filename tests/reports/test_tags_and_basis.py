"""Income statement by tag and on the accrual basis: columns add up, every figure leads to its lines, sheets balance."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification, EntryTag, LineTag, Tag
from ledgerflow.classification.services import change_tags
from ledgerflow.core.periods import EARLIEST, Period
from ledgerflow.ledger.selectors import balance_sheet, income_statement
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.posting.errors import DocumentDateError, PostedLinesError
from ledgerflow.posting.models import DocumentDate
from ledgerflow.posting.services import (
    EntryLine,
    _selected,
    date_document,
    post_manual_entry,
    reverse_entry,
    tag_entry,
)
from ledgerflow.posting.services.withdraw import release_lines
from ledgerflow.posting.tag_selectors import TagFilter, tagged_entries
from ledgerflow.reports.basis import Basis, Scope
from ledgerflow.reports.selectors import balance_sheet_on, income_statement_by_tag, income_statement_on
from tests.classification.rows import NOW
from tests.factories import AccountFactory, MembershipFactory
from tests.made import made_once
from tests.posting.euros import EuroShop
from tests.reports.test_statement_pages import every_figure_is_the_sum_of_its_lines

pytestmark = pytest.mark.django_db

JANUARY, DECEMBER = date(2026, 1, 15), date(2025, 12, 20)
YEAR_END = date(2025, 12, 31)
LATER = NOW + timedelta(days=1)


class BasisShop(EuroShop):
    """Lines in dollars and one in euros, on two days around the turn of the year."""

    def __init__(self) -> None:
        super().__init__()
        self.car = AccountFactory(book=self.book, code="1500", name="Car", type="asset")
        self.rate("1.10", day=JANUARY)

    def booked_on(self, amount, account, day=JANUARY, **fields):
        given = {"bank_account": self.bank, "currency": "USD"} if "currency" not in fields else {}
        line = self.accepted(amount, account, date=day, **given, **fields)
        outcome = self.post()
        assert outcome.refused == ()
        return line

    def tag(self, line, *names):
        change_tags(book=self.book, line_ids=[line.pk], add=names, user=self.user, now=NOW)

    def dated(self, line, day):
        return date_document(book=self.book, line_id=line.pk, date=day, user=self.user, now=NOW)

    def site(self):
        client = Client()
        client.force_login(MembershipFactory(book=self.book, role=Role.BOOKKEEPER).user)
        return client

    def page(self, path):
        return self.site().get(f"/books/{self.book.slug}/reports/{path}")

    def json(self, path):
        return json.loads(self.page(f"{path}&format=json").getvalue())

    def net(self, first, last, basis=Basis.CASH, tags=None):
        periods = [Period(first, last)]
        (net,) = income_statement_on(book=self.book, periods=periods, scope=Scope(basis, tags)).net_income
        return net


@made_once
def shop():
    """Paid in January: fuel of December (travel), meals (travel, berlin), sales of December, rent ahead, a car."""
    shop = BasisShop()
    shop.fuel_line = shop.booked_on("-40.00", shop.fuel)
    shop.meal_line = shop.booked_on("-25.50", shop.food)
    shop.sale_line = shop.booked_on("300.00", shop.sales)
    shop.ahead_line = shop.booked_on("-100.00", shop.fuel, day=DECEMBER)
    shop.car_line = shop.booked_on("-5000.00", shop.car)
    shop.euro_line = shop.booked_on("-10.00", shop.food, currency="EUR")
    shop.tag(shop.fuel_line, "travel")
    shop.tag(shop.meal_line, "travel", "berlin")
    shop.dated(shop.fuel_line, DECEMBER)
    shop.dated(shop.sale_line, DECEMBER)
    shop.dated(shop.ahead_line, JANUARY)
    shop.dated(shop.car_line, DECEMBER)
    shop.dated(shop.euro_line, DECEMBER)
    return shop


def test_columns_by_tag_add_up_to_the_total(shop):
    answer = shop.page("income-statement/?period=2026&columns=tag")
    rows = {row["account"]: row for row in shop.json("income-statement/?period=2026&columns=tag")["rows"]}

    assert {name for name in rows["Meals"] if name not in {"kind", "section", "code", "account"}} == {
        "#travel",
        "#berlin #travel",
        "No tag",
        "Total",
    }
    assert [rows["Meals"][name] for name in ("#travel", "#berlin #travel", "No tag", "Total")] == [
        "0.00",
        "25.50",
        "11.00",
        "36.50",
    ]
    for row in rows.values():
        parts = [Decimal(row[name]) for name in ("#travel", "#berlin #travel", "No tag")]
        assert sum(parts) == Decimal(row["Total"])
    assert every_figure_is_the_sum_of_its_lines(shop.site(), answer) >= 16


@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("income-statement/?period=2026&tag={travel}&columns=quarter", 6),
        ("income-statement/?period=2026&tag=none", 4),
        ("income-statement/?period=2025&basis=accrual&compare=previous", 6),
        ("income-statement/?from=2025-12-01&to=2026-01-31&basis=accrual&columns=month&tag={travel}", 6),
        ("income-statement/?from=2025-12-01&to=2026-01-31&basis=accrual&columns=tag", 12),
        ("balance-sheet/?as_of=2025-12-31&basis=accrual&columns=quarter", 10),
        ("balance-sheet/?as_of=2026-01-31&basis=accrual", 6),
        ("cash-flow/?period=2026&tag={travel}&columns=month", 6),
        ("cash-flow/?period=2026&tag=none", 3),
    ],
)
def test_every_figure_leads_to_its_lines(shop, path, least):
    path = path.format(travel=Tag.objects.get(name="travel").pk)

    assert every_figure_is_the_sum_of_its_lines(shop.site(), shop.page(path)) >= least


def test_lines_count_on_the_day_of_their_document(shop):
    december = (date(2025, 12, 1), YEAR_END)
    january = (date(2026, 1, 1), date(2026, 1, 31))

    assert shop.net(*december) == Decimal("-100.00")
    assert shop.net(*december, Basis.ACCRUAL) == Decimal("249.00")  # 300 - 40 - 11
    assert shop.net(*january) == Decimal("223.50")
    assert shop.net(*january, Basis.ACCRUAL) == Decimal("-125.50")  # -25.50 - 100
    assert shop.net(EARLIEST, january[1]) == shop.net(EARLIEST, january[1], Basis.ACCRUAL)
    travel = TagFilter(having=Tag.objects.get(name="travel").pk)
    assert shop.net(*december, Basis.ACCRUAL, travel) == Decimal("-40.00")
    assert shop.net(*january, Basis.ACCRUAL, travel) == Decimal("-25.50")


def test_what_is_owed_stands_on_the_balance_sheet(shop):
    said = shop.json("balance-sheet/?as_of=2025-12-31&basis=accrual")
    rows = {row["account"]: row["amount"] for row in said["rows"]}

    assert said["basis"] == "accrual"
    assert rows["Receivable, by the dates of documents"] == "300.00"
    assert rows["Paid before the dates of documents"] == "100.00"
    assert rows["Payable, by the dates of documents"] == "5051.00"
    assert rows["Car"] == "5000.00"
    assert rows["Total assets"] == rows["Liabilities and equity"] == "5300.00"
    assert "Car" not in {row["account"] for row in shop.json("balance-sheet/?as_of=2025-12-31")["rows"]}


def test_each_report_says_its_basis_and_how_many_documents_are_dated(shop):
    accrual = shop.page("income-statement/?period=2025&basis=accrual").content.decode()
    cash = shop.page("income-statement/?period=2025").content.decode()

    assert "2025, accrual basis" in accrual
    assert "5 posted bank lines carry the date of a document, 5 of them another day" in accrual
    assert "2025, cash basis" in cash
    assert "5 posted bank lines carry" in cash
    nothing = shop.page("income-statement/?period=2020").content.decode()
    assert "carry the date of a document" not in nothing


def test_a_reversal_counts_with_its_entry(shop):
    number = shop.fuel_line.classification.__class__.objects.get(pk=shop.fuel_line.pk).entry_number
    reverse_entry(
        book=shop.book, number=number, date=date(2026, 2, 3), reason="twice", user=shop.user, now=NOW
    )
    (sheet,) = (
        balance_sheet_on(book=shop.book, days=[day], basis=Basis.ACCRUAL) for day in [date(2026, 1, 20)]
    )

    assert shop.net(date(2025, 12, 1), YEAR_END, Basis.ACCRUAL) == Decimal("289.00")
    assert shop.net(date(2026, 2, 1), date(2026, 2, 28), Basis.ACCRUAL) == 0
    assert sheet.assets.totals == sheet.liabilities_and_equity
    every = tagged_entries(book=shop.book)
    assert len({tags for entry, tags in every.items() if entry in {number, max(every)}}) == 1


def test_entries_keep_the_tags_of_a_line_that_was_withdrawn(shop):
    number = tagged_entries(book=shop.book, numbers=None)
    entry = min(number)
    reverse_entry(book=shop.book, number=entry, date=JANUARY, reason="twice", user=shop.user, now=NOW)
    before = tagged_entries(book=shop.book)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM statements_sighting WHERE line_id = %s", [shop.fuel_line.pk])
        assert cursor.fetchone() == (0,)  # nothing shows it, so nothing of it is kept but its tags

    release_lines(book=shop.book, line_ids=[shop.fuel_line.pk], user=shop.user, now=NOW)
    LineTag.objects.filter(line_id=shop.fuel_line.pk).delete()

    assert tagged_entries(book=shop.book) == before


def test_an_entry_of_a_person_is_tagged_itself(shop):
    lines = [EntryLine(shop.food, Decimal(7)), EntryLine(shop.car, Decimal(-7))]
    given = {"book": shop.book, "user": shop.user, "now": NOW}
    number = post_manual_entry(date=JANUARY, lines=lines, text="", tags=["travel", "new"], **given)

    assert EntryTag.objects.filter(entry_number=number).count() == 2
    client, address = shop.site(), f"/books/{shop.book.slug}/journal/{number}/"
    assert "#new" in client.get(address).content.decode()
    assert client.post(f"{address}tags/", {"tags": "berlin"}).status_code == 302
    assert [tag.name for tag in Tag.objects.filter(pk__in=tagged_entries(book=shop.book)[number])] == [
        "berlin"
    ]
    of_line = min(tagged_entries(book=shop.book))
    with pytest.raises(Exception, match="tags of its bank line"):
        tag_entry(number=of_line, names=["x"], **given)
    with pytest.raises(Exception, match="no such entry"):
        tag_entry(number=99_999, names=["x"], **given)


def test_the_register_finds_what_carries_a_tag(shop):
    def found(search):
        return len(shop.json(f"register/{shop.bank.ledger_account_id}/?q={search}&to=2026-12-31")["rows"])

    assert found("%23travel") == 2
    assert found("%23TRAVEL+%23berlin") == 1
    assert found("%23travel+SHELL") == 2
    assert found("%23nowhere") == 0
    assert found("%23travel+nothing") == 0


def test_a_closed_period_keeps_what_it_shows(shop):
    close_period(book=shop.book, through=YEAR_END, reason="filed", user=shop.user, now=NOW)

    with pytest.raises(DocumentDateError, match="closed through 2025-12-31"):
        shop.dated(shop.fuel_line, None)
    with pytest.raises(DocumentDateError, match="closed"):
        shop.dated(shop.meal_line, DECEMBER)
    assert shop.dated(shop.meal_line, date(2026, 1, 3)).date == date(2026, 1, 3)
    assert shop.dated(shop.fuel_line, DECEMBER).date == DECEMBER  # as it is


def _entry_of(line):
    return Classification.objects.get(pk=line.pk).entry_number


def _reverse(shop, line, day=date(2026, 2, 3), now=LATER):
    reverse_entry(book=shop.book, number=_entry_of(line), date=day, reason="x", user=shop.user, now=now)


def test_a_closed_period_keeps_it_while_an_entry_is_reversed(shop):
    """The entry is reversed in the open year: neither that nor the date going away changes the closed one."""
    close_period(book=shop.book, through=YEAR_END, reason="filed", user=shop.user, now=NOW)
    filed = shop.net(date(2025, 12, 1), YEAR_END, Basis.ACCRUAL)

    _reverse(shop, shop.fuel_line)

    assert shop.net(date(2025, 12, 1), YEAR_END, Basis.ACCRUAL) == filed == Decimal("249.00")
    assert shop.net(date(2026, 2, 1), date(2026, 2, 28), Basis.ACCRUAL) == Decimal("40.00")
    for day in (None, date(2026, 1, 3), date(2025, 11, 1)):
        with pytest.raises(DocumentDateError, match="also where the entry was reversed"):
            shop.dated(shop.fuel_line, day)
    with pytest.raises(IntegrityError, match="closed period"), transaction.atomic():
        DocumentDate.objects.filter(pk=shop.fuel_line.pk).delete()
    with pytest.raises(IntegrityError, match="closed period"), transaction.atomic():
        DocumentDate.objects.filter(pk=shop.fuel_line.pk).update(date=date(2026, 1, 3))
    assert shop.net(date(2025, 12, 1), YEAR_END, Basis.ACCRUAL) == filed


def test_one_that_was_reversed_before_cannot_be_dated_into_a_closed_period(shop):
    _reverse(shop, shop.meal_line)
    close_period(book=shop.book, through=YEAR_END, reason="filed", user=shop.user, now=LATER)

    with pytest.raises(DocumentDateError, match="closed"):
        shop.dated(shop.meal_line, DECEMBER)
    with pytest.raises(IntegrityError, match="closed period"), transaction.atomic():
        DocumentDate.objects.create(
            book=shop.book, line_id=shop.meal_line.pk, date=DECEMBER, dated_by=shop.user, dated_at=NOW
        )


def test_an_entry_does_not_come_into_a_closed_period_by_its_document(shop):
    line = shop.accepted("-5", shop.food, date=JANUARY, bank_account=shop.bank, currency="USD")
    shop.dated(line, DECEMBER)
    close_period(book=shop.book, through=YEAR_END, reason="filed", user=shop.user, now=NOW)

    outcome = shop.post()

    assert outcome.posted == 0
    assert "Its document is of a day of the books that is closed, through 2025-12-31" in outcome.refused[0][1]
    shop.dated(line, None)
    assert shop.post().posted == 1


def test_postgresql_refuses_an_entry_of_a_closed_document(shop, monkeypatch):
    line = shop.accepted("-5", shop.food, date=JANUARY, bank_account=shop.bank, currency="USD")
    shop.dated(line, DECEMBER)
    close_period(book=shop.book, through=YEAR_END, reason="filed", user=shop.user, now=NOW)
    monkeypatch.setattr(
        _selected,
        "PICK",
        _selected.PICK.replace(
            "SELECT date FROM posting_documentdate", "SELECT NULL::date FROM posting_documentdate"
        ),
    )

    with pytest.raises(IntegrityError, match="whose document it is of"), transaction.atomic():
        shop.post()


def test_a_line_whose_document_counts_in_a_closed_period_is_not_let_go(shop):
    close_period(book=shop.book, through=YEAR_END, reason="filed", user=shop.user, now=NOW)
    _reverse(shop, shop.fuel_line)

    with pytest.raises(PostedLinesError, match="dates of the documents of 1 of the lines"):
        release_lines(book=shop.book, line_ids=[shop.fuel_line.pk], user=shop.user, now=LATER)


def test_a_reversal_that_began_before_the_closing_is_done_again(shop):
    close_period(book=shop.book, through=YEAR_END, reason="filed", user=shop.user, now=LATER)

    with pytest.raises(IntegrityError, match="do it again"), transaction.atomic():
        _reverse(shop, shop.fuel_line, now=NOW)


def test_the_page_of_a_line_takes_the_date_and_says_why_not(shop):
    client, address = shop.site(), f"/books/{shop.book.slug}/journal/line/{shop.meal_line.pk}/document/"

    assert client.post(address, {"date": "2026-01-02"}).status_code == 302
    assert DocumentDate.objects.get(pk=shop.meal_line.pk).date == date(2026, 1, 2)
    assert client.post(address, {"date": ""}).status_code == 302
    assert not DocumentDate.objects.filter(pk=shop.meal_line.pk).exists()
    assert "first day of the ledger" in client.post(address, {"date": "1800-01-01"}).content.decode()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO posting_documentdate FIELDS VALUES ({line}, {other}, '2026-01-01', {user}, now())",
        "INSERT INTO posting_documentdate FIELDS VALUES (0, {book}, '2026-01-01', {user}, now())",
        "INSERT INTO posting_documentdate FIELDS VALUES ({line}, {book}, '2025-12-01', {user}, now())",
        "UPDATE posting_documentdate SET date = '2026-01-16' WHERE line_id = {dated}",
        "DELETE FROM posting_documentdate WHERE line_id = {dated}",
        "UPDATE posting_documentdate SET line_id = {line} WHERE line_id = {dated}",
    ],
)
def test_postgresql_keeps_dates_of_documents(shop, statement):
    close_period(book=shop.book, through=YEAR_END, reason="filed", user=shop.user, now=NOW)
    facts = {
        "line": shop.meal_line.pk,
        "dated": shop.fuel_line.pk,
        "book": shop.book.pk,
        "other": BasisShop().book.pk,
        "user": shop.user.pk,
    }

    said = statement.format(**facts).replace("FIELDS", "(line_id, book_id, date, dated_by_id, dated_at)")

    with pytest.raises(Exception, match="document"), connection.cursor() as cursor:
        cursor.execute(said)


_DAYS = st.integers(0, 120).map(lambda days: date(2025, 11, 1) + timedelta(days=days))
_LINES = st.lists(
    st.tuples(
        st.integers(-100_000, 100_000).filter(bool),
        _DAYS,
        st.none() | _DAYS,
        st.integers(0, 3),
        st.sets(st.sampled_from(["a", "b", "c"])),
        st.none() | _DAYS,
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=_LINES, days=st.lists(_DAYS, min_size=2, max_size=3, unique=True).map(sorted))
def test_both_bases_balance_and_tags_add_up_whatever_is_booked(lines, days):
    shop = BasisShop()
    accounts = [shop.sales, shop.fuel, shop.car, shop.suspense]
    for cents, day, document, which, tags, reversed_on in lines:
        line = shop.booked_on(f"{Decimal(cents).scaleb(-2)}", accounts[which], day=day)
        if tags:
            shop.tag(line, *tags)
        if document:
            shop.dated(line, document)
        if reversed_on:
            number = line.classification.__class__.objects.get(pk=line.pk).entry_number
            reverse_entry(
                book=shop.book, number=number, date=max(day, reversed_on), reason="x", user=shop.user, now=NOW
            )
    period, last = Period(days[0], days[-1]), date(2026, 12, 31)

    for basis in Basis:
        sheet = balance_sheet_on(book=shop.book, days=days, basis=basis)
        assert sheet.assets.totals == sheet.liabilities_and_equity
        by_tag = income_statement_by_tag(book=shop.book, period=period, scope=Scope(basis)).report
        assert sum(by_tag.net_income[:-1]) == by_tag.net_income[-1]
        assert by_tag.net_income[-1] == shop.net(period.first, period.last, basis)
        # What a sheet gains in a period is its net income, on the same basis.
        before = balance_sheet_on(book=shop.book, days=[days[0] - timedelta(days=1), days[-1]], basis=basis)
        assert before.total_equity[1] - before.total_equity[0] == by_tag.net_income[-1]
    # Once everything has happened both say the same, and cash is what the journal holds.
    accrual = balance_sheet_on(book=shop.book, days=[last], basis=Basis.ACCRUAL)
    assert accrual.total_equity == balance_sheet(book=shop.book, days=[last]).total_equity
    assert accrual.assets.totals == balance_sheet(book=shop.book, days=[last]).assets.totals
    whole = [Period(EARLIEST, last)]
    assert (
        income_statement_on(book=shop.book, periods=whole, scope=Scope(Basis.ACCRUAL)).net_income
        == income_statement(book=shop.book, periods=whole).net_income
    )
