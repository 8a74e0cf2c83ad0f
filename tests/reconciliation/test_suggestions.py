"""What is suggested on real rows, and what accepting it does."""

from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import accept, classify_lines, decide, exclude
from ledgerflow.ledger.errors import PeriodClosedError
from ledgerflow.ledger.models import Account, JournalEntry, JournalLine
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.ops.verify import problems
from ledgerflow.posting.services import EntryLine, post_lines, post_manual_entry, reverse_entry
from ledgerflow.reconciliation.errors import ReconciliationError, SuggestionGoneError
from ledgerflow.reconciliation.models import Match
from ledgerflow.reconciliation.services import accept_suggestion, finish
from ledgerflow.statements.services import create_bank_account
from tests.booked import NOW
from tests.made import made_once
from tests.reconciliation.desk import OPENING_DAY, Desk
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


@made_once
def desk():
    return Desk()


def _state(line):
    return Classification.objects.get(line_id=line).state


def test_books_that_lack_the_opening_balance_are_told_and_given_it(desk):
    reconciliation = desk.started()
    assert desk.difference(reconciliation) == 1000

    said = desk.accept(reconciliation, "opening")

    assert said == "Posted the opening balance as entry 4."
    opening = JournalLine.objects.get(book=desk.book, account=desk.bank.ledger_account, amount=1000)
    assert opening.date == OPENING_DAY
    assert desk.difference(reconciliation) == 0
    found = desk.sides(reconciliation)
    assert (found.posted, found.opening.count, found.books) == (3, 1, [])
    assert desk.suggested(reconciliation) == []


def test_a_book_that_has_the_account_before_its_first_statement_is_not_told(desk):
    reconciliation = desk.started()
    desk.by_hand("5", day=4)

    assert "opening" not in desk.suggested(reconciliation)


def test_an_entry_typed_before_the_statement_came_is_matched_with_its_line(desk):
    reconciliation = desk.opened(balance="974")
    desk.by_hand("-20", day=5)
    (line,) = desk.arrive(["-20"], day=7)

    assert desk.suggested(reconciliation) == ["exact"]
    assert desk.accept(reconciliation, "exact") == "Matched."

    assert _state(line) == State.MATCHED
    assert desk.difference(reconciliation) == 0
    found = desk.sides(reconciliation)
    assert (found.bank, found.books, found.matched.count) == ([], [], 1)
    assert problems(book=desk.book) == []


def test_several_entries_are_matched_with_one_line(desk):
    reconciliation = desk.opened(balance="964")
    desk.by_hand("-10", day=6)
    desk.by_hand("-20", day=7)
    desk.arrive(["-30"], day=7)

    desk.accept(reconciliation, "one-to-many")

    assert Match.objects.get().entry_lines.count() == 2
    assert desk.difference(reconciliation) == 0


def test_one_entry_is_matched_with_several_lines(desk):
    reconciliation = desk.opened(balance="964")
    desk.by_hand("-30")
    desk.arrive(["-11", "-19"])

    desk.accept(reconciliation, "many-to-one")

    assert Match.objects.get().lines.count() == 2
    assert desk.difference(reconciliation) == 0


def test_a_fee_is_posted_to_the_chosen_account_and_matched_with_the_rest(desk):
    reconciliation = desk.opened(balance="1091.10")
    desk.by_hand("100")
    desk.arrive(["97.10"], day=7)
    charges = Account.objects.get(book=desk.book, code="6020")

    with pytest.raises(ReconciliationError, match="Choose the account"):
        desk.accept(reconciliation, "fee")
    desk.accept(reconciliation, "fee", charges)

    fee = JournalLine.objects.get(book=desk.book, account=charges)
    assert (fee.amount, fee.date) == (Decimal("2.90"), date(2026, 1, 7))
    assert desk.difference(reconciliation) == 0
    assert desk.sides(reconciliation).books == []


@pytest.mark.parametrize(("kind", "typed"), [("sign", "54.20"), ("digits", "-45.20")])
def test_a_wrong_amount_is_reversed_and_posted_anew_as_the_bank_says(desk, kind, typed):
    reconciliation = desk.opened(balance="939.80")
    number = desk.by_hand(typed, text="Stamps")
    desk.arrive(["-54.20"], day=7)

    desk.accept(reconciliation, kind)

    assert JournalEntry.objects.get(book=desk.book, reverses_number=number).date == date(2026, 1, 6)
    assert desk.difference(reconciliation) == 0
    found = desk.sides(reconciliation)
    assert (found.books, found.cancelled.count, found.matched.count) == ([], 2, 1)


def test_what_was_typed_for_a_posted_line_is_reversed(desk):
    reconciliation = desk.opened()
    number = desk.by_hand("-3", day=6)

    assert desk.suggested(reconciliation) == ["twice"]
    desk.accept(reconciliation, "twice")

    assert JournalEntry.objects.filter(book=desk.book, reverses_number=number).exists()
    assert desk.difference(reconciliation) == 0
    assert desk.suggested(reconciliation) == []


def test_what_the_bank_says_twice_after_the_day_was_not_typed_twice(desk):
    reconciliation = desk.opened()
    desk.by_hand("-3", day=6)
    desk.arrive(["-3"], day=9)

    assert desk.suggested(reconciliation) == []


def test_a_line_that_came_with_another_account_s_transfer_is_matched(desk):
    savings = create_bank_account(book=desk.book, name="Savings", kind="bank", currency="USD")
    reconciliation = desk.opened(balance="1044")
    out = take_in(savings, line(6, -50)).new_line_ids
    classify_lines(book=desk.book, line_ids=out)
    decide(book=desk.book, line_id=out[0], account=desk.bank.ledger_account, user=desk.owner, now=NOW)
    post_lines(book=desk.book, line_ids=out, posted_by=desk.owner, posted_at=NOW)
    (arrived,) = desk.arrive(["50"])

    assert desk.suggested(reconciliation) == ["exact"]
    desk.accept(reconciliation, "exact")

    assert _state(arrived) == State.MATCHED
    assert desk.difference(reconciliation) == 0
    assert problems(book=desk.book) == []


def test_a_reversal_after_the_day_leaves_the_entry_open_and_unmatched(desk):
    reconciliation = desk.opened()
    number = desk.by_hand("-20")
    reverse_entry(
        book=desk.book, number=number, date=date(2026, 1, 9), reason="Wrong", user=desk.owner, now=NOW
    )
    desk.arrive(["-20"])

    found = desk.sides(reconciliation)

    (line,) = found.books
    assert (line.entry_number, line.reversed_on, line.can_match) == (number, date(2026, 1, 9), False)
    assert desk.suggested(reconciliation) == []


def test_a_posted_line_taken_back_after_the_day_is_open_on_both_sides(desk):
    reconciliation = desk.opened()
    reverse_entry(book=desk.book, number=2, date=date(2026, 1, 9), reason="Wrong", user=desk.owner, now=NOW)

    found = desk.sides(reconciliation)

    assert [(line.entry_number, line.reversed_on) for line in found.books] == [(2, date(2026, 1, 9))]
    assert [line.why for line in found.bank] == ["to review"]
    assert found.posted == 2


def test_a_posted_line_taken_back_in_time_is_open_at_the_bank_alone(desk):
    reconciliation = desk.opened()
    reverse_entry(book=desk.book, number=2, date=date(2026, 1, 6), reason="Wrong", user=desk.owner, now=NOW)

    found = desk.sides(reconciliation)

    assert (found.books, found.posted, found.cancelled.count) == ([], 2, 1)
    assert desk.difference(reconciliation) == -2


def test_figures_and_the_guard_add_the_same_up_across_months(desk, django_assert_num_queries):
    reconciliation = desk.opened()
    for day in (date(2025, 11, 30), date(2025, 12, 1), date(2026, 1, 8)):
        post_manual_entry(
            book=desk.book,
            date=day,
            lines=[EntryLine(desk.bank.ledger_account, Decimal(7)), EntryLine(desk.expense, Decimal(-7))],
            text="",
            user=desk.owner,
            now=NOW,
        )

    with django_assert_num_queries(2):
        difference = desk.difference(reconciliation)

    assert difference == -14


def test_open_lines_say_why_they_are_open(desk):
    reconciliation = desk.opened()
    review, accepted, excluded = desk.arrive(["-7", "-8", "-9"], day=5)
    Classification.objects.filter(line_id=accepted).update(account=desk.expense)
    accept(book=desk.book, line_ids=[accepted], user=desk.owner, now=NOW)
    exclude(book=desk.book, line_ids=[excluded], reason="private", user=desk.owner, now=NOW)

    found = desk.sides(reconciliation)

    assert {one.line.pk: one.why for one in found.bank} == {
        review: "to review",
        accepted: "accepted, not posted yet",
        excluded: "excluded: private",
    }
    assert (found.open_bank.count, found.open_bank.total) == (3, -24)


def test_lines_of_a_statement_that_does_not_prove_are_open_and_not_matched(desk):
    reconciliation = desk.opened()
    desk.by_hand("-20")
    desk.arrive(["-20"], closing="1")

    (line,) = desk.sides(reconciliation).bank

    assert line.why == "held back: its statement does not prove"
    assert desk.suggested(reconciliation) == []


def test_a_suggestion_that_does_not_hold_any_more_is_refused(desk):
    reconciliation = desk.opened()

    with pytest.raises(SuggestionGoneError):
        accept_suggestion(reconciliation=reconciliation, key="exact:1:1-1", user=desk.owner, now=NOW)


def test_nothing_is_accepted_in_a_finished_reconciliation(desk):
    reconciliation = desk.opened()
    finish(reconciliation=reconciliation, user=desk.owner, now=NOW)

    with pytest.raises(ReconciliationError, match="reopen it first"):
        accept_suggestion(reconciliation=reconciliation, key="exact:1:1-1", user=desk.owner, now=NOW)


def test_an_opening_balance_in_a_closed_period_is_refused_with_the_ledger_s_sentence(desk):
    reconciliation = desk.started()
    close_period(book=desk.book, through=OPENING_DAY, reason="Filed", user=desk.owner, now=NOW)

    with pytest.raises(PeriodClosedError):
        desk.accept(reconciliation, "opening")


def test_reading_both_sides_asks_as_often_for_many_lines_as_for_few(desk, django_assert_num_queries):
    reconciliation = desk.opened()
    for day in range(5, 8):
        desk.by_hand("-20", day=day)
        desk.by_hand("-3.5", day=day)
    desk.arrive(["-20"] * 3, day=5)

    with django_assert_num_queries(6):
        found = desk.sides(reconciliation)

    assert len(found.books) == 6
    assert len(found.bank) == 3


def test_entries_of_several_lines_are_not_corrected(desk):
    reconciliation = desk.opened()
    bank, expense = desk.bank.ledger_account, desk.expense
    post_manual_entry(
        book=desk.book,
        date=date(2026, 1, 6),
        lines=[
            EntryLine(bank, Decimal("-45.20")),
            EntryLine(expense, Decimal(40)),
            EntryLine(expense, Decimal("5.20")),
        ],
        text="",
        user=desk.owner,
        now=NOW,
    )
    desk.arrive(["-54.20"])

    assert desk.suggested(reconciliation) == []
