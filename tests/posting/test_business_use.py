"""Business use by account, payee or line: what is private goes to drawings, exactly, and stays as it was posted."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledgerflow.classification.errors import BusinessUseError, PayeeError
from ledgerflow.classification.models import BusinessUse, Classification
from ledgerflow.classification.services import (
    SplitPart,
    classify_lines,
    decide,
    remove_business_use,
    rename_payee,
    set_business_use,
    undo,
)
from ledgerflow.ledger.models import Account, JournalLine
from ledgerflow.ledger.selectors.verify import problems as ledger_problems
from ledgerflow.ops.verify import problems
from ledgerflow.payees.services import name_payee
from ledgerflow.posting.models import PrivatePart
from ledgerflow.posting.services import post_lines, reverse_entry
from ledgerflow.posting.verify import problems as posting_problems
from ledgerflow.reports.schedule_c import schedule_c
from ledgerflow.review.models import Proposal
from ledgerflow.review.services import Proposer, accept_proposal, propose_classification
from ledgerflow.taxforms.facts import Facts
from tests.booked import NOW
from tests.exchange.archives import round_trip
from tests.factories import AccountFactory
from tests.posting.euros import EuroShop
from tests.proprietor import Proprietor

pytestmark = pytest.mark.django_db

PHONE, SUPPLIES, DRAWINGS, SALES = "6320", "6170", "3200", "4000"
MAY, JUNE = date(2025, 5, 1), date(2025, 6, 1)


class Shared(Proprietor):
    """Two lines of -10.01 in May and two in June 2025, a day apart, accepted as telephone."""

    def __init__(self) -> None:
        super().__init__()
        amounts = [Decimal("-10.01"), Decimal("-10.01")]
        _, _, self.may = self.take_in(amounts, name="may.csv", first=MAY)
        _, _, self.june = self.take_in(amounts, name="june.csv", first=JUNE)
        self.payee = name_payee(book=self.book, name="Telecom")
        for line in (*self.may, *self.june):
            self.decide(line)

    @property
    def by(self) -> dict[str, object]:
        return {"book": self.book, "user": self.owner, "now": NOW}

    def decide(self, line: int, code: str = PHONE, **more: object) -> Classification:
        return decide(line_id=line, account=self.account(code), **self.by, **more)

    def use(self, share: str, since: date = date(2025, 1, 1), code: str = PHONE) -> BusinessUse:
        return set_business_use(account=self.account(code), share=Decimal(share), since=since, **self.by)

    def post(self) -> tuple[tuple[int, str], ...]:
        return post_lines(book=self.book, line_ids=None, posted_by=self.owner, posted_at=NOW).refused

    def entry(self, line: int) -> list[tuple[str, Decimal]]:
        number = Classification.objects.get(line_id=line).entry_number
        lines = JournalLine.objects.filter(book=self.book, entry_number=number, no__gt=1).order_by("no")
        return [(each.account.code, each.base_amount) for each in lines.select_related("account")]


def test_the_line_wins_over_the_payee_and_the_payee_over_the_account_by_their_days(tmp_path):
    books = Shared()
    books.use("60")
    books.use("100", since=JUNE)  # the account's ends
    set_business_use(payee=books.payee, share=Decimal(25), since=date(2025, 6, 2), **books.by)
    for line in (books.may[1], books.june[1]):
        books.decide(line, payee=books.payee)
    _, _, (own,) = books.take_in([Decimal(-9)], name="own.csv", first=JUNE)
    books.decide(own, payee=books.payee, business_share=Decimal(0), tax_line="schedule-c:22")
    books.post()

    assert books.entry(books.may[0]) == [(PHONE, Decimal("6.01")), (DRAWINGS, Decimal("4.00"))]
    assert books.entry(books.may[1]) == [(PHONE, Decimal("6.01")), (DRAWINGS, Decimal("4.00"))]
    assert books.entry(books.june[0]) == [(PHONE, Decimal("10.01"))]
    assert books.entry(books.june[1]) == [(PHONE, Decimal("2.50")), (DRAWINGS, Decimal("7.51"))]
    assert books.entry(own) == [(DRAWINGS, Decimal(9))]
    parts = PrivatePart.objects.order_by("entry_number").values_list("said", "share", "no", "part_no")
    assert list(parts) == [("account", 60, 3, 1)] * 2 + [("line", 0, 2, 1), ("payee", 25, 3, 1)]
    assert schedule_c(book=books.book, year=2025).sheet.row("27b").gross == Decimal("24.53")
    assert problems(book=books.book) == []

    posted = {line: books.entry(line) for line in (*books.may, *books.june, own)}
    books.use("10")
    for used in BusinessUse.objects.exclude(payee=None):
        remove_business_use(book=books.book, use_id=used.pk)
    assert {line: books.entry(line) for line in posted} == posted
    assert problems(book=books.book) == []
    number = Classification.objects.get(line_id=own).entry_number
    reverse_entry(number=number, date=date(2025, 7, 1), reason="x", **books.by)
    round_trip(books.book, tmp_path)


def test_each_part_of_a_split_that_is_a_cost_is_divided():
    books = Shared()
    books.use("50", code=SUPPLIES)
    parts = [
        SplitPart(books.account(SUPPLIES), Decimal("-4.01")),
        SplitPart(books.account("1500"), Decimal(-3)),
        SplitPart(books.account(PHONE), Decimal(-3), "", "schedule-c:18"),
    ]
    decide(line_id=books.may[0], splits=parts, **books.by)
    decide(line_id=books.may[1], splits=parts, business_share=Decimal("33.33"), **books.by)
    books.post()

    assert books.entry(books.may[0]) == [
        (SUPPLIES, Decimal("2.01")), ("1500", Decimal(3)), (PHONE, Decimal(3)), (DRAWINGS, Decimal(2)),
    ]  # fmt: skip
    assert books.entry(books.may[1]) == [
        (SUPPLIES, Decimal("1.34")), ("1500", Decimal(3)), (PHONE, Decimal(1)), (DRAWINGS, Decimal("2.67")),
        (DRAWINGS, Decimal(2)),
    ]  # fmt: skip
    sheet = schedule_c(book=books.book, year=2025).sheet
    assert (sheet.row("22").gross, sheet.row("18").gross) == (Decimal("3.35"), 4)
    assert problems(book=books.book) == []


def test_the_worksheet_says_where_a_share_is_taken_twice():
    books = Shared()
    books.use("60")
    books.post()
    books.enter(Facts(), shares={PHONE: "80"})

    def points() -> int:
        found = schedule_c(book=books.book, year=2025).open_points
        return sum("80 % of that is taken once more" in point.sentence for point in found)

    assert points() == 1
    for number in (1, 2, 3):
        reverse_entry(number=number, date=date(2025, 7, 1), reason="x", **books.by)
    assert points() == 1
    reverse_entry(number=4, date=date(2025, 7, 1), reason="x", **books.by)
    assert points() == 0


def test_undo_gives_the_lines_own_share_back_and_posting_keeps_it():
    books = Shared()
    (line, *_) = books.may
    books.decide(line, business_share=Decimal(40))
    books.decide(line, SUPPLIES)
    assert Classification.objects.get(line_id=line).business_share is None

    undo(**books.by)

    assert Classification.objects.get(line_id=line).business_share == 40
    books.post()
    with pytest.raises(DatabaseError, match="reverse its entry first"), transaction.atomic():
        Classification.objects.filter(line_id=line).update(business_share=10)


def test_another_account_takes_share_and_tax_line_along_where_it_may():
    books = Shared()
    line = books.may[0]
    books.decide(line, payee=books.payee, business_share=Decimal("12.5"), tax_line="schedule-c:18")
    for other, code in ((books.may[1], SUPPLIES), (books.june[0], SALES)):
        books.decide(other, code, payee=books.payee)
    client = books.client()
    pane = client.get(books.address(f"review/line/{line}/evidence/")).content.decode()
    sent = {}
    for form in re.findall("data-alternative=.*?</form>", pane, re.DOTALL):
        fields = dict(re.findall('type="hidden" name="([^"]+)" value="([^"]*)"', form))
        sent[Account.objects.get(pk=fields["account"]).code] = fields

    assert set(sent[SALES]) == {"csrfmiddlewaretoken", "account", "note"}
    client.post(books.address(f"review/line/{line}/decide/"), sent[SUPPLIES])
    made = Classification.objects.get(line_id=line)
    own = (Decimal("12.50"), "schedule-c:18")
    assert (made.account.code, made.business_share, made.tax_line) == (SUPPLIES, *own)

    by = Proposer(user=books.owner, through=Proposal.Through.MCP)
    kept, lost = (
        propose_classification(book=books.book, line_ids=[line], account=books.account(code), by=by, now=NOW)
        for code in (PHONE, SALES)
    )
    words = "tax line schedule-c:18, 12.5 % business"
    assert kept.diff[0]["old"] == f"6170 Supplies, Accepted; {words}"
    assert kept.diff[0]["new"] == f"6320 Telephone and internet, accepted; {words}"
    assert lost.diff[0]["new"].endswith(f"accepted; without {words}")
    accept_proposal(proposal_id=kept.pk, **books.by)
    made.refresh_from_db()
    assert (made.account.code, made.business_share, made.tax_line) == (PHONE, *own)


@pytest.mark.parametrize("share", ["-1", "100.01", "33.333", "NaN"])
def test_what_is_no_share_is_refused(share):
    books = Shared()

    with pytest.raises(BusinessUseError, match="0 to 100"):
        books.use(share)
    with pytest.raises(BusinessUseError, match="0 to 100"):
        books.decide(books.may[0], business_share=Decimal(share))


def test_only_costs_have_one_and_drawings_must_be_there():
    books = Shared()
    other = Shared()

    with pytest.raises(BusinessUseError, match="expense account of this book"):
        books.use("50", code=SALES)
    with pytest.raises(BusinessUseError, match="expense account of this book"):
        set_business_use(account=other.account(PHONE), share=Decimal(5), since=MAY, **books.by)
    with pytest.raises(BusinessUseError, match="no such payee"):
        set_business_use(payee=other.payee, share=Decimal(5), since=MAY, **books.by)
    with pytest.raises(BusinessUseError, match="not of both"):
        set_business_use(share=Decimal(5), since=MAY, **books.by)
    with pytest.raises(BusinessUseError, match="choose one"):
        books.decide(books.may[0], SALES, business_share=Decimal(5))
    with pytest.raises(BusinessUseError, match="choose one"):
        decide(line_id=books.may[0], business_share=Decimal(5), **books.by)
    with pytest.raises(BusinessUseError, match="not said any more"):
        remove_business_use(book=books.book, use_id=other.use("50").pk)
    set_business_use(payee=books.payee, share=Decimal(5), since=MAY, **books.by)
    name_payee(book=books.book, name="Telco")
    with pytest.raises(PayeeError, match="business use is said of Telecom"):
        rename_payee(payee_id=books.payee.pk, name="Telco", merge=True, **books.by)
    books.use("50")
    Account.objects.filter(book=books.book, code=DRAWINGS).update(is_archived=True)
    with pytest.raises(BusinessUseError, match="role Drawings"):
        books.use("60")
    assert {sentence for _, sentence in books.post()} == {
        "A part of it is private, and the book has no account for drawings; make one with that role first."
    }


def test_postgresql_takes_only_what_the_entry_says():
    books = Shared()
    books.use("60")
    books.post()
    number = Classification.objects.get(line_id=books.may[0]).entry_number
    insert = """INSERT INTO posting_privatepart (book_id, entry_number, no, part_no, account_id, share, said)
        VALUES (%s, %s, %s, %s, %s, %s, 'line')"""

    for no, part_no, share in ((2, 1, 60), (3, 2, 60), (3, 1, 50), (1, 1, 60)):
        values = [books.book.pk, number, no, part_no, books.account(PHONE).pk, share]
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(insert, values)
    with (
        pytest.raises(DatabaseError, match="expense account"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE classification_businessuse SET account_id = %s", [books.account(SALES).pk])


def test_the_page_says_and_takes_back_and_the_pane_shows_what_follows():
    books = Shared()
    client, page = books.client(), books.address("rules/business-use/")
    line = books.may[0]

    wrong = client.post(f"{page}set/", {"payee": "Nobody", "share": "60", "since": "2025-01-01"})
    both = client.post(
        f"{page}set/",
        {"account": books.account(PHONE).pk, "payee": "Telecom", "share": "60", "since": "2025-01-01"},
    )
    assert "no payee Nobody" in wrong.content.decode()
    assert "and not of both" in both.content.decode()
    client.post(f"{page}set/", {"account": books.account(PHONE).pk, "share": "60", "since": "2025-01-01"})
    listed = client.get(page).content.decode()
    pane = client.get(books.address(f"review/line/{line}/evidence/")).content.decode()
    assert "6320 Telephone and internet" in listed
    assert "60 %" in listed
    assert "6320 Telephone and internet: 60 % business, as said of the account." in pane
    assert "3200 Owner&#x27;s drawings" in pane
    assert ">6.01<" in pane
    assert ">4.00<" in pane

    sent = {"account": books.account(PHONE).pk, "business_share": "25", "note": "", "payee": ""}
    answer = client.post(
        books.address(f"review/line/{line}/decide/"), sent, headers={"Accept": "application/json"}
    )
    assert answer.json()["message"].startswith("Accepted as")
    pane = client.get(books.address(f"review/line/{line}/evidence/")).content.decode()
    assert "25 % business, as said of the line" in pane
    parts = {
        "split-TOTAL_FORMS": 2, "split-INITIAL_FORMS": 0, "business_share": "50",
        "split-0-amount": "-5", "split-0-account": books.account(PHONE).pk,
        "split-1-amount": "-5.01", "split-1-account": books.account(SUPPLIES).pk,
    }  # fmt: skip
    client.post(books.address(f"review/line/{line}/split/"), parts)
    assert Classification.objects.get(line_id=line).business_share == 50

    client.post(f"{page}{BusinessUse.objects.get().pk}/remove/")
    assert not BusinessUse.objects.exists()


_LINES = st.lists(
    st.tuples(
        st.integers(-1_000_000, 1_000_000).filter(lambda cents: abs(cents) > 1),
        st.decimals(0, 100, places=2),
        st.sampled_from(["USD", "EUR"]),
        st.booleans(),
    ),
    min_size=8,
    max_size=8,
)


@settings(
    max_examples=4,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines=_LINES, rate=st.decimals("0.01", "100", places=4))
def test_the_parts_add_up_to_the_line_exactly_also_in_another_currency(shared_db, lines, rate):
    shop = EuroShop()
    drawings = AccountFactory(book=shop.book, type="equity", role="drawings")
    shop.rate(f"{rate:f}")
    made = []
    for cents, share, currency, is_split in lines:
        amount = Decimal(cents).scaleb(-2)
        bank = shop.euro_bank if currency == "EUR" else shop.bank
        line = shop.line(amount=f"{amount}", bank_account=bank, currency=currency)
        classify_lines(book=shop.book, line_ids=[line.pk])
        first = Decimal(cents // abs(cents)).scaleb(-2)
        parts = [SplitPart(shop.fuel, first), SplitPart(shop.food, amount - first)]
        said = {"splits": parts} if is_split else {"account": shop.fuel}
        decide(book=shop.book, line_id=line.pk, user=shop.user, now=NOW, business_share=share, **said)
        made.append((line, amount, share))

    assert shop.post().refused == ()

    assert posting_problems(book=shop.book) + ledger_problems(book=shop.book) == []
    for line, amount, share in made:
        number = Classification.objects.get(line_id=line.pk).entry_number
        booked = shop.booked(number)
        assert set(shop.totals(number).values()) == {0}
        private = sum(base for account, _, _, base in booked if account == drawings.pk)
        cost = sum(base for account, _, _, base in booked if account in {shop.fuel.pk, shop.food.pk})
        assert private + cost == -booked[0][3]
        if line.currency == "USD":
            # Each part is rounded for itself.
            assert abs(cost + amount * share / 100) <= Decimal("0.01")
