"""What a bank account began with: proposed from its earliest statement, posted by a person, replaced with a reason."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.ledger.errors import PeriodClosedError
from ledgerflow.ledger.models import EntryText, JournalEntry, JournalLine, PostingBatch
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.ops.verify import problems
from ledgerflow.posting.errors import OpeningRefusedError
from ledgerflow.posting.models import OpeningBalance
from ledgerflow.posting.opening_selectors import OpeningState, openings, openings_waiting
from ledgerflow.posting.services import EntryLine, post_manual_entry, post_opening, reverse_entry
from tests.factories import BankAccountFactory
from tests.made import made_once
from tests.posting.openings import Opened
from tests.statements.shapes import NOW, line

pytestmark = pytest.mark.django_db


@made_once
def shop():
    return Opened()


def test_the_earliest_statement_tells_and_a_person_confirms(shop):
    shop.proven(10, "1200.00", "-5.00")
    shop.proven(5, "1000.00", "150.00", "50.00")

    opening = shop.confirm()

    assert (opening.date, opening.amount) == (date(2026, 1, 4), Decimal(1000))
    batch = PostingBatch.objects.get(book=shop.book)
    assert (batch.source, batch.first_number) == ("opening", opening.entry_number)
    assert shop.balance(date(2026, 1, 4)) == 1000
    text = EntryText.objects.get(book=shop.book, entry_number=opening.entry_number).text
    assert text.startswith(
        "Opening balance of Checking, from the statement of 2026-01-05 to 2026-01-06 in file"
    )
    assert shop.opening().state == OpeningState.POSTED
    assert problems(book=shop.book) == []


def test_with_everything_posted_the_books_agree_with_the_statement(shop):
    shop.proven(5, "1000.00", "-150.00", "50.00")
    shop.confirm()

    shop.post_everything()

    assert shop.balance(date(2026, 1, 6)) == 900


def test_nothing_is_posted_before_somebody_confirms(shop):
    shop.proven(5, "1000.00", "-150.00")

    assert shop.opening().state == OpeningState.READY
    assert openings_waiting(book=shop.book) == 1
    assert not JournalEntry.objects.filter(book=shop.book).exists()


def test_it_is_posted_once(shop):
    shop.proven(5, "1000.00", "-150.00")
    shop.confirm()

    with pytest.raises(OpeningRefusedError, match="no opening balance to post: posted"):
        post_opening(
            book=shop.book,
            bank_account=shop.bank,
            amount=Decimal(1000),
            date=date(2026, 1, 4),
            user=shop.user,
            now=NOW,
        )


@pytest.mark.parametrize("seen", [{"amount": Decimal(999)}, {"date": date(2026, 1, 3)}])
def test_what_the_person_did_not_see_is_not_posted(shop, seen):
    shop.proven(5, "1000.00", "-150.00")

    with pytest.raises(OpeningRefusedError, match="changed meanwhile"):
        shop.confirm(**seen)


def test_an_earlier_statement_replaces_it_with_the_reason(shop):
    shop.proven(10, "1200.00", "-5.00")
    first = shop.confirm()
    shop.proven(5, "1000.00", "150.00", "50.00")
    assert shop.opening().state == OpeningState.OUTDATED

    shop.confirm()

    first.refresh_from_db()
    reversal = JournalEntry.objects.get(book=shop.book, reverses_number=first.entry_number)
    assert first.reversed_by_number == reversal.number
    assert reversal.date == first.date
    reason = EntryText.objects.get(book=shop.book, entry_number=reversal.number).text
    assert first.end_reason == reason
    assert reason.startswith("An earlier statement (file")
    assert reason.endswith("begins on 2026-01-05")
    shop.post_everything()
    assert shop.balance(date(2026, 1, 10)) == 1195
    assert problems(book=shop.book) == []


def test_a_replacement_is_made_whole_or_not_at_all(shop):
    shop.proven(10, "1200.00", "-5.00")
    first = shop.confirm()
    shop.proven(5, "1000.00", "150.00", "50.00")
    close_period(book=shop.book, through=date(2026, 1, 4), reason="filed", user=shop.user, now=NOW)

    with pytest.raises(PeriodClosedError, match="closed"), transaction.atomic():
        shop.confirm()

    first.refresh_from_db()
    assert first.ended_at is None
    assert not JournalEntry.objects.filter(book=shop.book, reverses_number__isnull=False).exists()


def test_a_day_in_a_closed_period_takes_no_opening_balance(shop):
    shop.proven(5, "1000.00", "-150.00")
    close_period(book=shop.book, through=date(2026, 1, 4), reason="filed", user=shop.user, now=NOW)

    with pytest.raises(PeriodClosedError, match="closed"):
        shop.confirm()


def test_a_balance_of_zero_is_recorded_without_an_entry(shop):
    shop.proven(5, "0.00", "150.00")

    opening = shop.confirm()

    assert opening.entry_number is None
    assert not JournalEntry.objects.filter(book=shop.book).exists()
    assert shop.opening().state == OpeningState.POSTED
    assert problems(book=shop.book) == []


def test_a_recorded_zero_is_replaced_too(shop):
    shop.proven(10, "0.00", "-5.00")
    first = shop.confirm()
    shop.proven(5, "100.00", "-100.00")

    shop.confirm()

    first.refresh_from_db()
    assert first.ended_at is not None
    assert first.reversed_by_number is None
    assert shop.balance(date(2026, 1, 4)) == 100


@pytest.mark.parametrize("newest_first", [False, True])
def test_printed_balances_lead_back_to_what_it_began_with(shop, newest_first):
    printed = [(5, "-10", "90"), (5, "10", "100"), (5, "-30", "70"), (6, "5", "75")]
    lines = [line(day, amount, balance=Decimal(balance)) for day, amount, balance in printed]
    shop.take_in(*(reversed(lines) if newest_first else lines))

    proposal = shop.opening().proposal

    assert (proposal.amount, proposal.needs_check, proposal.is_stated) == (100, False, False)


def test_days_that_add_up_to_nothing_do_not_hide_the_beginning(shop):
    printed = [(5, "-10", "90"), (5, "10", "100"), (6, "5", "105")]
    shop.take_in(*(line(day, amount, balance=Decimal(balance)) for day, amount, balance in printed))

    assert shop.opening().proposal.amount == 100


def test_balances_that_only_turn_in_a_circle_tell_nothing(shop):
    printed = [(5, "-10", "90"), (5, "10", "100")]
    shop.take_in(*(line(day, amount, balance=Decimal(balance)) for day, amount, balance in printed))

    opening = shop.opening()

    assert opening.state == OpeningState.OBSTRUCTED
    assert "do not lead back" in opening.obstacle


def test_a_closing_balance_alone_needs_a_persons_check(shop):
    shop.take_in(line(5, "-10"), line(6, "-5", status="pending"), closing_balance=Decimal(90))

    proposal = shop.opening().proposal
    assert (proposal.amount, proposal.needs_check) == (100, True)
    with pytest.raises(OpeningRefusedError, match="compare the amount with the bank"):
        shop.confirm()

    assert shop.confirm(is_checked=True).amount == 100
    assert problems(book=shop.book) == []


def test_a_statement_that_does_not_prove_tells_nothing(shop):
    shop.take_in(line(5, "-10"), opening_balance=Decimal(100), closing_balance=Decimal(70))

    assert shop.opening().state == OpeningState.UNKNOWN


def test_the_first_day_is_the_files_own_where_it_says_so(shop):
    shop.take_in(
        line(5, "-10"),
        opening_balance=Decimal(100),
        closing_balance=Decimal(90),
        complete_from=date(2026, 1, 1),
        complete_to=date(2026, 1, 31),
    )

    assert shop.confirm().date == date(2025, 12, 31)


def test_of_two_that_begin_on_one_day_the_one_that_shows_most_of_it_tells(shop):
    shop.take_in(
        line(5, "-20", "Late"), line(6, "-1"), opening_balance=Decimal(90), closing_balance=Decimal(69)
    )
    shop.take_in(
        line(5, "-10", "Early"),
        line(5, "-20", "Late"),
        opening_balance=Decimal(100),
        closing_balance=Decimal(70),
    )

    assert shop.opening().proposal.amount == 100


def test_what_the_books_show_already_is_not_posted_again(shop):
    shop.proven(5, "1000.00", "-150.00")
    by_hand(shop, "1000.00")

    assert shop.opening().state == OpeningState.AGREES
    assert openings_waiting(book=shop.book) == 0


def test_other_figures_in_the_books_stand_in_the_way(shop):
    shop.proven(5, "1000.00", "-150.00")
    by_hand(shop, "900.00")

    with pytest.raises(OpeningRefusedError, match=r"The books show 900\.00 on .* already"):
        shop.confirm()


def by_hand(shop, amount):
    post_manual_entry(
        book=shop.book,
        date=date(2026, 1, 2),
        lines=[
            EntryLine(shop.bank.ledger_account, Decimal(amount)),
            EntryLine(shop.expense, -Decimal(amount)),
        ],
        text="Brought forward",
        user=shop.user,
        now=NOW,
    )


def test_lines_before_the_earliest_statement_that_tells_stand_in_the_way(shop):
    shop.take_in(line(2, "-10"))
    shop.proven(5, "1000.00", "-150.00")

    with pytest.raises(OpeningRefusedError, match="Bank lines before 2026-01-05 wait"):
        shop.confirm()


def test_an_account_in_another_currency_waits_for_its_rate(shop):
    euros = shop.account("Euros", currency="EUR")
    shop.take_in(
        line(5, "-10", currency="EUR"),
        bank=euros,
        currency="EUR",
        opening_balance=Decimal(100),
        closing_balance=Decimal(90),
    )

    with pytest.raises(OpeningRefusedError, match="no exchange rate"):
        shop.confirm(euros)


def test_more_digits_than_the_currency_has_are_not_rounded(shop):
    shop.take_in(line(5, "-10"), opening_balance=Decimal("100.005"), closing_balance=Decimal("90.005"))

    with pytest.raises(OpeningRefusedError, match=r"cannot keep the amount 100\.005"):
        shop.confirm()


def test_reversing_its_entry_ends_it_and_it_is_proposed_again(shop):
    shop.proven(5, "1000.00", "-150.00")
    opening = shop.confirm()

    reverse_entry(
        book=shop.book,
        number=opening.entry_number,
        date=opening.date,
        reason="Wrong",
        user=shop.user,
        now=NOW,
    )

    opening.refresh_from_db()
    assert opening.end_reason == "Wrong"
    assert shop.opening().state == OpeningState.READY
    assert shop.confirm().amount == 1000
    assert problems(book=shop.book) == []


@pytest.mark.parametrize("count", [1, 6])
def test_the_database_is_asked_as_often_for_many_accounts(shop, count, django_assert_num_queries):
    for number in range(count):
        shop.proven(5, "1000.00", "-150.00", bank=shop.account(f"Bank {number}"))

    with django_assert_num_queries(3):
        assert len(openings(book=shop.book)) == count + 1


def test_other_books_do_not_matter(shop):
    other = Opened()
    other.proven(3, "7.00", "1.00")
    shop.proven(5, "1000.00", "-150.00")

    assert shop.opening().proposal.amount == 1000
    assert openings_waiting(book=BankAccountFactory().book) == 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.integers(-50, 50).filter(bool), min_size=2, max_size=6),
    data=st.data(),
)
def test_the_order_in_which_statements_come_does_not_change_what_stands_in_the_end(amounts, data):
    cuts = sorted(data.draw(st.sets(st.integers(1, len(amounts) - 1), max_size=2)))
    parts = list(zip([0, *cuts], [*cuts, len(amounts)], strict=True))
    order = data.draw(st.sampled_from(list(permutations(parts))))
    with transaction.atomic():
        shop = Opened()
        for start, end in order:
            shop.proven(start + 1, str(500 + sum(amounts[:start])), *map(str, amounts[start:end]))
            if shop.opening().waits:
                shop.confirm()

        live = OpeningBalance.objects.get(book=shop.book, ended_at=None)

        assert (live.date, live.amount) == (date(2025, 12, 31), 500)
        shop.post_everything()
        for at in range(len(amounts) + 1):
            assert shop.balance(live.date + timedelta(days=at)) == 500 + sum(amounts[:at])
        assert problems(book=shop.book) == []
        against = JournalLine.objects.filter(book=shop.book, account__role="opening")
        assert sum(moved.amount for moved in against) == -500
        transaction.set_rollback(True)
