"""Lines in another currency than the book's: what their entries say, and why one waits."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledgerflow.classification.models import Classification
from ledgerflow.core.problems import Problem
from ledgerflow.ledger.models import ExchangeRate
from ledgerflow.ledger.selectors.verify import problems as ledger_problems
from ledgerflow.ledger.services.accounts import archive_account
from ledgerflow.ledger.services.rates import import_rates
from ledgerflow.posting.errors import StatedAmountError
from ledgerflow.posting.models import Exchange, StatedAmount
from ledgerflow.posting.services import release_lines, reverse_entry, state_amount
from ledgerflow.posting.verify import problems
from tests.classification.rows import NOW
from tests.factories import AccountFactory, BankAccountFactory
from tests.posting.euros import DAY, EuroShop

pytestmark = pytest.mark.django_db


def D(text: str) -> Decimal:  # noqa: N802 - short, because tables of amounts are full of it
    return Decimal(text).normalize()


def found(shop: EuroShop) -> list[Problem]:
    return problems(book=shop.book) + ledger_problems(book=shop.book)


def state(shop, line, amount):
    return state_amount(
        book=shop.book,
        line_id=line.pk,
        base_amount=None if amount is None else Decimal(amount),
        user=shop.user,
        now=NOW,
    )


def test_it_goes_through_the_conversion_account():
    shop = EuroShop()
    shop.rate("1.10")
    shop.accepted("100.00")

    outcome = shop.post()

    assert (outcome.posted, outcome.refused) == (1, ())
    assert shop.booked() == [
        (shop.euros.pk, "EUR", D("100"), D("110")),
        (shop.sales.pk, "USD", D("-110"), D("-110")),
        (shop.conversion.pk, "EUR", D("-100"), D("-110")),
        (shop.conversion.pk, "USD", D("110"), D("110")),
    ]
    exchange = Exchange.objects.get()
    assert (exchange.entry_number, exchange.rate, exchange.rate_date) == (1, D("1.1"), DAY)
    assert (exchange.exchange_rate, exchange.stated_amount) == (ExchangeRate.objects.get(), None)
    assert found(shop) == []


def test_between_accounts_in_one_currency_nothing_is_converted():
    shop = EuroShop()
    shop.rate("1.10")
    shop.accepted("100.00", shop.receivable)

    shop.post()

    assert shop.booked() == [
        (shop.euros.pk, "EUR", D("100"), D("110")),
        (shop.receivable.pk, "EUR", D("-100"), D("-110")),
    ]
    assert found(shop) == []


def test_parts_share_the_worth_so_that_no_cent_is_lost():
    shop = EuroShop()
    shop.rate("1.005")
    shop.split("-0.30", [(shop.fuel, "-0.10"), (shop.dollars, "-0.10"), (shop.receivable, "-0.10")])

    shop.post()

    # 0.3015 is 0.30; a third each.
    assert shop.booked() == [
        (shop.euros.pk, "EUR", D("-0.3"), D("-0.3")),
        (shop.fuel.pk, "USD", D("0.1"), D("0.1")),
        (shop.dollars.pk, "USD", D("0.1"), D("0.1")),
        (shop.receivable.pk, "EUR", D("0.1"), D("0.1")),
        (shop.conversion.pk, "EUR", D("0.2"), D("0.2")),
        (shop.conversion.pk, "USD", D("-0.2"), D("-0.2")),
    ]
    assert found(shop) == []


def test_what_remains_of_rounding_falls_where_it_arises():
    shop = EuroShop()
    shop.rate("1.0849")
    shop.split("-100.00", [(shop.fuel, "-33.33"), (shop.food, "-33.33"), (shop.dollars, "-33.34")])

    shop.post()

    worths = [base for account, _, _, base in shop.booked() if account != shop.conversion.pk]
    # 36.159717, 72.319434 and 108.49, rounded, and what each adds to the one before.
    assert worths == [D("-108.49"), D("36.16"), D("36.16"), D("36.17")]


@pytest.mark.parametrize(
    ("rate", "amount", "worth"), [("1.005", "1.00", "1.01"), ("1.005", "-1.00", "-1.01"), ("0.004", "1", "0")]
)
def test_halves_are_rounded_away_from_zero(rate, amount, worth):
    shop = EuroShop()
    shop.rate(rate)
    shop.accepted(amount)

    shop.post()

    assert shop.booked()[0][3] == D(worth)
    assert found(shop) == []


def test_a_line_and_others_in_the_books_own_currency_are_posted_together():
    shop = EuroShop()
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.accepted("-40.00", shop.fuel, bank_account=shop.bank, currency="USD")
    shop.split(
        "-40.00", [(shop.fuel, "-30.00"), (shop.food, "-10.00")], bank_account=shop.bank, currency="USD"
    )

    assert shop.post().posted == 3

    assert shop.booked(2) == [
        (shop.bank.ledger_account_id, "USD", D("-40"), D("-40")),
        (shop.fuel.pk, "USD", D("40"), D("40")),
    ]
    assert len(shop.booked(3)) == 3
    assert Exchange.objects.count() == 1
    assert found(shop) == []


def test_currencies_without_cents_keep_to_their_own_digits():
    shop = EuroShop()
    yen = AccountFactory(book=shop.book, currency="JPY", type="asset")
    bank = BankAccountFactory(book=shop.book, currency="JPY", ledger_account=yen)
    shop.rate("0.0065", currency="JPY")
    shop.accepted("1001", bank_account=bank, currency="JPY")
    shop.accepted("10.5", bank_account=bank, currency="JPY")

    outcome = shop.post()

    assert [sentence for _, sentence in outcome.refused] == [
        "The bank states 10.5, more digits than JPY has; nothing is rounded in silence."
    ]
    assert shop.booked()[0] == (yen.pk, "JPY", D("1001"), D("6.51"))


@pytest.mark.parametrize("days", [0, 7])
def test_a_rate_serves_for_a_week(days):
    shop = EuroShop()
    shop.rate("1.10", DAY - timedelta(days=days))
    shop.accepted("100.00")

    assert shop.post().posted == 1
    assert Exchange.objects.get().rate_date == DAY - timedelta(days=days)


@pytest.mark.parametrize("days", [-1, 8])
def test_without_a_rate_of_the_week_it_waits(days):
    shop = EuroShop()
    shop.rate("1.10", DAY - timedelta(days=days))
    line = shop.accepted("100.00")

    sentence = "There is no rate of EUR for 2026-03-02 or the 7 days before it; "
    assert shop.post().refused == ((line.pk, sentence + "enter one under Accounts, Exchange rates."),)


def test_a_rate_of_another_book_does_not_serve():
    EuroShop().rate("1.10")
    shop = EuroShop()
    shop.accepted("100.00")

    assert shop.post().posted == 0


def test_the_latest_day_goes_first_and_on_it_what_a_person_entered():
    shop = EuroShop()
    shop.rate("1.30", DAY - timedelta(days=1))
    shop.rate("1.20")
    file = b"date,currency,rate\n2026-03-02,EUR,1.1\n"
    import_rates(book=shop.book, content=file, name="r.csv", user=shop.user, now=NOW)
    shop.accepted("100.00")

    shop.post()

    assert Exchange.objects.get().rate == D("1.2")


def test_a_replaced_rate_stays_with_its_entry_and_serves_no_further_one():
    shop = EuroShop()
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.post()
    shop.rate("1.20")
    shop.accepted("100.00")
    shop.post()

    first, second = Exchange.objects.order_by("entry_number")
    assert (first.rate, second.rate) == (D("1.1"), D("1.2"))
    assert first.exchange_rate.replaced_by == shop.user
    assert found(shop) == []


def test_without_a_conversion_account_it_waits():
    shop = EuroShop()
    shop.rate("1.10")
    shop.conversion.role = None
    shop.conversion.save()
    line = shop.accepted("100.00")

    assert shop.post().refused == (
        (
            line.pk,
            "It is in EUR and the book is kept in USD; make an account with the role Conversion first.",
        ),
    )


def test_an_account_in_a_third_currency_takes_none_of_it():
    shop = EuroShop()
    pounds = AccountFactory(book=shop.book, code="POUNDS", currency="GBP")
    shop.rate("1.10")
    shop.accepted("100.00", pounds)
    shop.split("100.00", [(pounds, "50.00"), (shop.sales, "50.00")])

    sentences = [sentence for _, sentence in shop.post().refused]

    assert sentences == [
        "The account POUNDS is kept in GBP; choose another.",
        "The account of a part is archived or kept in another currency; choose another.",
    ]


def test_an_archived_account_takes_none_of_it():
    shop = EuroShop()
    shop.rate("1.10")
    shop.accepted("100.00", shop.food)
    archive_account(account=shop.food)

    assert [sentence for _, sentence in shop.post().refused] == [
        "The account 6640 is archived; choose another."
    ]


def test_what_would_not_fit_the_journal_waits():
    shop = EuroShop()
    shop.rate("100000000000")
    shop.accepted("99999.00")

    assert [sentence for _, sentence in shop.post().refused] == ["Its amount is too large for the journal."]


def test_what_the_bank_stated_goes_before_a_rate():
    shop = EuroShop()
    shop.rate("1.10")
    line = shop.accepted("-100.00", shop.fuel)
    state(shop, line, "-111.37")

    shop.post()

    assert shop.booked()[:2] == [
        (shop.euros.pk, "EUR", D("-100"), D("-111.37")),
        (shop.fuel.pk, "USD", D("111.37"), D("111.37")),
    ]
    exchange = Exchange.objects.get()
    assert (exchange.exchange_rate, exchange.rate, exchange.stated_amount) == (
        None,
        D("1.1137"),
        D("-111.37"),
    )
    assert found(shop) == []


def test_what_the_bank_stated_needs_no_rate_and_is_shared_by_the_parts():
    shop = EuroShop()
    line = shop.split("100.00", [(shop.sales, "33.33"), (shop.food, "66.67")])
    state(shop, line, "50.01")

    shop.post()

    assert [row[3] for row in shop.booked()[:3]] == [D("50.01"), D("-16.67"), D("-33.34")]
    assert found(shop) == []


def test_what_the_bank_stated_is_taken_back():
    shop = EuroShop()
    line = shop.accepted("100.00")
    state(shop, line, "90.00")
    state(shop, line, None)

    assert shop.post().posted == 0
    assert not StatedAmount.objects.exists()


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("-90.00", "sign of the line"),
        ("0", "sign of the line"),
        ("90.001", "more digits than USD"),
        ("1e15", "too large"),
        ("99999999999999", "smaller than"),
        ("NaN", "is no amount"),
    ],
)
def test_no_bank_states_such_an_amount(amount, words):
    shop = EuroShop()
    line = shop.accepted("0.01")

    with pytest.raises(StatedAmountError, match=words):
        state(shop, line, amount)


def test_a_line_in_the_books_currency_has_nothing_to_state():
    shop = EuroShop()
    line = shop.line()

    with pytest.raises(StatedAmountError, match="nothing to state"):
        state(shop, line, "-1.00")


def test_a_line_that_is_not_booked_yet_has_nothing_to_state():
    shop = EuroShop()
    line = shop.line(bank_account=shop.euro_bank, currency="EUR", is_pending=True)

    with pytest.raises(StatedAmountError, match="not booked"):
        state(shop, line, "-1.00")


def test_a_line_of_another_book_is_none():
    line = EuroShop().accepted("1.00")

    with pytest.raises(StatedAmountError, match="no such line"):
        state(EuroShop(), line, "1.00")


def test_what_the_bank_stated_stays_while_the_journal_stands_on_it():
    shop = EuroShop()
    line = shop.accepted("100.00")
    state(shop, line, "90.00")
    shop.post()

    with pytest.raises(StatedAmountError, match="reverse its entry first"):
        state(shop, line, None)


def test_a_reversed_entry_is_booked_anew_at_another_rate():
    shop = EuroShop()
    line = shop.accepted("100.00")
    state(shop, line, "90.00")
    shop.post()
    reverse_entry(book=shop.book, number=1, date=DAY, reason="Wrong", user=shop.user, now=NOW)
    state(shop, line, "95.00")
    Classification.objects.update(state="accepted")

    shop.post()

    assert [(one.entry_number, one.stated_amount) for one in Exchange.objects.order_by("entry_number")] == [
        (1, D("90")),
        (3, D("95")),
    ]
    assert shop.totals(2) == {"EUR": 0, "USD": 0}
    assert found(shop) == []


def test_what_the_bank_stated_goes_with_its_line():
    shop = EuroShop()
    line = shop.accepted("100.00")
    state(shop, line, "90.00")
    release_lines(book=shop.book, line_ids=[line.pk])

    line.delete()

    assert not StatedAmount.objects.exists()


def test_a_book_in_euros_takes_dollars():
    shop = EuroShop()
    shop.book.base_currency = "EUR"
    shop.book.save()
    shop.rate("0.9", date(2026, 3, 1), "USD")
    shop.accepted("-40.00", shop.fuel, bank_account=shop.bank, currency="USD")

    shop.post()

    assert shop.booked()[:2] == [
        (shop.bank.ledger_account_id, "USD", D("-40"), D("-36")),
        (shop.fuel.pk, "EUR", D("36"), D("36")),
    ]


@pytest.mark.parametrize(
    ("said", "worth"),
    [
        ({"original_amount": D("108.10")}, "108.10"),
        ({"rate": D("0.9")}, "111.11"),
        ({"original_amount": D("108.10"), "rate": D("0.9")}, "108.10"),
    ],
)
def test_what_the_file_states_in_the_books_currency_goes_before_a_rate(said, worth):
    shop = EuroShop()
    shop.rate("1.10")
    shop.accepted("100.00", original_currency="USD", **said)

    outcome = shop.post()

    assert (outcome.posted, outcome.refused) == (1, ())
    assert shop.booked()[0] == (shop.euros.pk, "EUR", D("100"), D(worth))
    exchange = Exchange.objects.get()
    assert (exchange.exchange_rate, exchange.stated_amount.normalize()) == (None, D(worth))
    assert found(shop) == []


def test_what_a_person_states_goes_before_the_file():
    shop = EuroShop()
    line = shop.accepted("100.00", original_currency="USD", original_amount=D("108.10"))
    state(shop, line, "107.00")

    shop.post()

    assert shop.booked()[0][3] == D("107")
    assert found(shop) == []


@pytest.mark.parametrize(
    "said",
    [
        {"original_currency": "GBP", "original_amount": D("80")},
        {"original_currency": "USD", "original_amount": D("-108.10")},
        {"original_currency": "USD", "original_amount": D("108.105")},
        {"original_currency": "USD", "original_amount": D("0")},
        {"original_currency": "USD"},
    ],
)
def test_what_the_journal_cannot_take_from_the_file_leaves_it_to_the_rate(said):
    shop = EuroShop()
    shop.rate("1.10")
    shop.accepted("100.00", **said)

    shop.post()

    assert shop.booked()[0] == (shop.euros.pk, "EUR", D("100"), D("110"))
    assert found(shop) == []


def test_what_the_file_states_stays_in_the_journal_when_the_line_says_otherwise_later():
    shop = EuroShop()
    line = shop.accepted("100.00", original_currency="USD", original_amount=D("108.10"))
    shop.post()
    line.original_amount = None
    line.original_currency = None
    line.save(update_fields=["original_amount", "original_currency"])

    assert Exchange.objects.get().stated_amount == D("108.10")
    assert found(shop) == []
