"""Exchange rates, what was made at them, and revaluations come back through the guards, or not at all."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import decide
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.models import ExchangeRate
from ledgerflow.ledger.services.rates import record_rate
from ledgerflow.posting.models import (
    Exchange,
    RevaluedBalance,
    ReversedPosting,
    StatedAmount,
    Transfer,
    WithdrawnLine,
)
from ledgerflow.posting.revaluation import revaluation
from ledgerflow.posting.services import post_revaluation, release_lines, reverse_entry, state_amount
from ledgerflow.statements.models import StatementLine
from ledgerflow.statements.services import undo_import
from tests.classification.rows import NOW
from tests.exchange.archives import Damaged, archived, restored, round_trip
from tests.made import made_once
from tests.posting.euros import DAY, EuroShop
from tests.posting.pairs import Two
from tests.posting.test_foreign_lines import D
from tests.statements import shapes

pytestmark = pytest.mark.django_db

END = date(2026, 3, 31)
LATER = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)


class Imported(EuroShop):
    """A shop whose lines in euros come in files."""

    def line(self, description: str = "Moved", amount: str = "-40.00", **fields: object) -> StatementLine:
        said = shapes.line(fields.get("date", DAY), amount, description, currency="EUR")
        statement = shapes.take_in(self.euro_bank, said, currency="EUR").statement
        return StatementLine.objects.get(sightings__statement=statement)


def revalue(shop: EuroShop, **more: object) -> int:
    figures = revaluation(book=shop.book, as_of=END).figures
    return post_revaluation(book=shop.book, as_of=END, figures=figures, user=shop.user, now=LATER, **more)


def take_back(shop: EuroShop, number: int) -> None:
    reverse_entry(book=shop.book, number=number, date=END, reason="Wrong", user=shop.user, now=LATER)


def book(shop: EuroShop, line: StatementLine) -> int:
    """Decide and post the line, and return the number of its entry."""
    decide(book=shop.book, line_id=line.pk, account=shop.fuel, user=shop.user, now=NOW)
    assert shop.post().posted == 1
    return Classification.objects.get(line=line).entry_number


@made_once
def shop() -> EuroShop:
    """Euros at a rate that was replaced twice, at what the bank stated and then stated otherwise, and revalued."""
    shop = Imported()
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.post()
    shop.rate("1.15")
    shop.accepted("10.00", date=DAY + timedelta(days=1))
    shop.post()
    take_back(shop, 2)
    shop.rate("1.20")
    stated = shop.accepted("-40.00", shop.fuel, date=DAY + timedelta(days=2))
    for amount in ("-45.00", "-46.00", None):
        state_amount(
            book=shop.book,
            line_id=stated.pk,
            base_amount=amount and D(amount),
            user=shop.user,
            now=NOW,
        )
        take_back(shop, book(shop, stated))
    state_amount(book=shop.book, line_id=stated.pk, base_amount=D("-47.00"), user=shop.user, now=NOW)
    book(shop, stated)
    waiting = shop.accepted("5.00", date=DAY + timedelta(days=3))
    state_amount(book=shop.book, line_id=waiting.pk, base_amount=D("5.50"), user=shop.user, now=NOW)
    shop.rate("1.30", END)
    shop.rate("1.31", END)
    take_back(shop, revalue(shop))
    shop.rate("1.32", END)
    revalue(shop, is_reversed_next_day=True)
    shop.rate("1.33", END)
    return shop


def test_rates_and_what_was_made_at_them_come_back(shop, tmp_path):
    again = round_trip(shop.book, tmp_path)

    rates = ExchangeRate.objects.filter(book=again).order_by("pk")
    assert [(rate.rate, rate.replaced_at is None) for rate in rates] == [
        (D("1.10"), False),
        (D("1.15"), False),
        (D("1.20"), True),
        (D("1.30"), False),
        (D("1.31"), False),
        (D("1.32"), False),
        (D("1.33"), True),
    ]
    made = Exchange.objects.filter(book=again).order_by("entry_number")
    assert [row.rate for row in made if row.exchange_rate_id] == [D("1.10"), D("1.15"), D("1.20")]
    assert {row.exchange_rate.book_id for row in made if row.exchange_rate_id} == {again.pk}
    assert [row.stated_amount for row in made if row.stated_amount] == [D("-45"), D("-46"), D("-47")]
    revalued = RevaluedBalance.objects.filter(book=again).order_by("entry_number")
    assert [row.exchange_rate.rate for row in revalued] == [D("1.31"), D("1.32")]
    assert ReversedPosting.objects.filter(book=again).count() == 4


def test_what_the_bank_stated_comes_back_by_whom_it_was_stated(shop, tmp_path):
    again = round_trip(shop.book, tmp_path)

    stated = StatedAmount.objects.filter(book=again).order_by("pk")
    assert [(row.base_amount, row.stated_by, row.stated_at) for row in stated] == [
        (D("-47"), shop.user, NOW),
        (D("5.50"), shop.user, NOW),
    ]


#: What somebody could write into an archive whose hashes are right: table, row, what it says, and the sentence.
FORGERIES = {
    "another rate": ("exchange_rates", 0, {"rate": "1.11"}, "the rate at which its entry was made"),
    "a rate of nothing": ("exchange_rates", 0, {"rate": "0"}, "ledger_rate_is_positive"),
    "a rate that was not replaced": (
        "exchange_rates", 0, {"replaced_at": None, "replaced_by": None}, "ledger_rate_of_the_day_once",
    ),
    "a rate of the book's currency": ("exchange_rates", 6, {"currency": "USD"}, "another currency than the book's"),
    "a rate replaced before": ("exchanges", 1, {"exchange_rate": 1}, "the rate at which its entry was made"),
    "another statement": ("exchanges", 2, {"stated_amount": "-44"}, "the rate at which its entry was made"),
    "an entry that is not there": ("exchanges", -1, {"entry_number": 999}, "has no entry 999"),
    "stated otherwise since": ("stated_amounts", 0, {"base_amount": "-48"}, "A line is posted by an entry"),
    "stated with another sign": ("stated_amounts", 1, {"base_amount": "-5.50"}, "with its sign"),
    "worth something else": ("revalued_balances", 0, {"value": "1"}, "A revaluation brings a balance"),
    "revalued in no entry": ("revalued_balances", 1, {"entry_number": 999}, "has no entry 999"),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_rate_is_refused_with_a_sentence(shop, tmp_path, what):
    table, at, change, sentence = FORGERIES[what]
    archive = Damaged(archived(shop.book, tmp_path / "book.zip"))
    rows = archive.rows(table)
    rows[at] |= change
    archive.put(table, rows)

    with pytest.raises(LedgerFlowError) as refusal:
        restored(archive.write(honest=True), slug="again")

    assert sentence in str(refusal.value)
    assert not Book.objects.filter(slug="again").exists()


def test_an_entry_in_another_currency_without_its_rate_is_refused(shop, tmp_path):
    archive = Damaged(archived(shop.book, tmp_path / "book.zip"))
    archive.put("exchanges", archive.rows("exchanges")[1:])

    with pytest.raises(LedgerFlowError, match="A line is posted by an entry that says what it says"):
        restored(archive.write(honest=True), slug="again")


def test_what_was_posted_at_an_amount_of_a_withdrawn_line_comes_back(tmp_path):
    shop = Imported()
    line = shop.accepted("-40.00", shop.fuel)
    document = line.sightings.get().statement.document
    state_amount(book=shop.book, line_id=line.pk, base_amount=D("-45.00"), user=shop.user, now=NOW)
    take_back(shop, book(shop, line))
    release_lines(book=shop.book, line_ids=[line.pk], user=shop.user, now=NOW)
    undo_import(document=document)

    again = round_trip(shop.book, tmp_path)

    assert Exchange.objects.get(book=again).stated_amount == D("-45")
    assert not StatedAmount.objects.filter(book=again).exists()
    withdrawn = WithdrawnLine.objects.get(book=again)
    assert ReversedPosting.objects.get(book=again).line_id == withdrawn.pk


def test_a_transfer_between_currencies_comes_back(tmp_path):
    shop = Two()
    euros = shop.account("Euro account", currency="EUR")
    record_rate(
        book=shop.book,
        currency="EUR",
        date=date(2026, 1, 5),
        rate=D("1.1"),
        origin="the bank",
        user=shop.user,
        now=NOW,
    )
    sent = shop.move(5, "-110", text="Transfer")
    received = shop.move(5, "100", bank=euros, text="From own account", currency="EUR")
    number = shop.confirm_pair(sent, received).in_entry
    reverse_entry(book=shop.book, number=number, date=END, reason="Wrong", user=shop.user, now=LATER)
    shop.confirm_pair(sent, received)

    again = round_trip(shop.book, tmp_path)

    states = Transfer.objects.filter(book=again).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["ended", "confirmed"]
    assert Exchange.objects.filter(book=again).count() == 2
