"""A reversal mirrors an entry, and its bank line goes back to review; a person's own entries are posted as they are."""

from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.classification.models import Classification
from ledgerflow.classification.selectors import decisions_about
from ledgerflow.classification.services import classify_lines, decide
from ledgerflow.ledger.errors import (
    ForeignAccountError,
    PeriodClosedError,
    ReversalError,
    UnbalancedEntryError,
)
from ledgerflow.ledger.models import BatchSource, EntryText, JournalLine, PostingBatch
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.posting.errors import PostedLinesError, ReasonMissingError
from ledgerflow.posting.models import ReversedPosting
from ledgerflow.posting.selectors import LineEntry, entries_of_line
from ledgerflow.posting.services import EntryLine, post_lines, post_manual_entry, release_lines, reverse_entry
from tests.classification.rows import NOW, Shop
from tests.ledger.years import Years

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 5)


def posted(shop):
    line = shop.line()
    classify_lines(book=shop.book, line_ids=[line.pk])
    decide(book=shop.book, line_id=line.pk, account=shop.fuel, user=shop.user, now=NOW)
    post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW)
    return line


def reverse(shop, number=1, reason="Wrong account."):
    return reverse_entry(book=shop.book, number=number, date=DAY, reason=reason, user=shop.user, now=NOW)


def test_a_reversal_mirrors_the_entry_and_reopens_the_line():
    shop = Shop()
    line = posted(shop)

    number = reverse(shop)

    amounts = JournalLine.objects.filter(book=shop.book, entry_number=number).order_by("no")
    assert [row.amount for row in amounts] == [Decimal(40), Decimal(-40)]
    record = ReversedPosting.objects.get()
    assert (record.entry_number, record.line_id, record.reversed_by_number) == (1, line.pk, number)
    assert (Classification.objects.get(pk=line.pk).state, EntryText.objects.get().text) == (
        "open",
        "Wrong account.",
    )
    assert PostingBatch.objects.order_by("no").last().source == BatchSource.REVERSAL


def test_a_reversed_line_is_decided_and_posted_anew():
    shop = Shop()
    line = posted(shop)
    reverse(shop)
    decide(book=shop.book, line_id=line.pk, account=shop.food, user=shop.user, now=NOW)

    outcome = post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW)

    assert outcome.posted == 1
    assert entries_of_line(book=shop.book, line_id=line.pk) == [LineEntry(1, 2), LineEntry(3)]


def test_an_entry_is_reversed_once():
    shop = Shop()
    posted(shop)
    reverse(shop)

    with pytest.raises(ReversalError):
        reverse(shop)


def test_a_reversal_is_not_reversed():
    shop = Shop()
    posted(shop)

    with pytest.raises(ReversalError):
        reverse(shop, number=reverse(shop))


def test_an_entry_of_another_book_is_not_there():
    shop, other = Shop(), Shop()
    posted(other)

    with pytest.raises(ReversalError):
        reverse(shop)


def test_a_reversal_without_a_reason_is_refused():
    shop = Shop()
    posted(shop)

    with pytest.raises(ReasonMissingError):
        reverse(shop, reason="  ")


def test_a_reversal_in_a_closed_period_is_refused():
    shop = Shop()
    posted(shop)
    close_period(book=shop.book, through=DAY, reason="Done.", user=shop.user, now=NOW)

    with pytest.raises(PeriodClosedError):
        reverse(shop)


def test_the_closing_of_a_year_is_reversed_by_reopening_the_year_alone():
    company = Years()
    company.a_year()
    closing = company.close()

    with pytest.raises(ReversalError, match="closes the year through 2026-12-31; reopen that year"):
        reverse_entry(
            book=company.book,
            number=closing.entry_number,
            date=date(2027, 1, 5),
            reason="No.",
            user=company.owner,
            now=NOW,
        )


def manual(shop, *amounts, account=None):
    accounts = [shop.fuel, account or shop.sales, shop.food]
    lines = [EntryLine(one, Decimal(amount)) for one, amount in zip(accounts, amounts, strict=False)]
    return post_manual_entry(
        book=shop.book, date=DAY, lines=lines, text="Year-end accrual", user=shop.user, now=NOW
    )


def test_a_manual_entry_takes_any_number_of_lines():
    shop = Shop()

    number = manual(shop, "10", "-15", "5")

    assert JournalLine.objects.filter(book=shop.book, entry_number=number).count() == 3
    assert EntryText.objects.get().text == "Year-end accrual"


def test_a_manual_entry_that_does_not_balance_is_refused():
    with pytest.raises(UnbalancedEntryError):
        manual(Shop(), "10", "-9")


def test_a_manual_entry_on_another_books_account_is_refused():
    with pytest.raises(ForeignAccountError):
        manual(Shop(), "10", "-10", account=Shop().sales)


def test_a_manual_entry_is_reversed_too():
    shop = Shop()
    number = manual(shop, "10", "-10")

    assert reverse(shop, number=number) == number + 1


def test_lines_that_were_never_posted_are_released():
    shop = Shop()
    line = shop.line()
    classify_lines(book=shop.book, line_ids=[line.pk])
    decide(book=shop.book, line_id=line.pk, account=shop.fuel, user=shop.user, now=NOW)

    assert release_lines(book=shop.book, line_ids=[line.pk]) == 1
    line.delete()


def test_a_posted_line_is_not_released_until_its_entry_is_reversed():
    shop = Shop()
    line = posted(shop)

    with pytest.raises(PostedLinesError, match="entries 1"):
        release_lines(book=shop.book, line_ids=[line.pk])


def test_decisions_about_lines_are_listed_before_they_go():
    shop = Shop()
    line, untouched = shop.line(), shop.line("BAKERY")
    classify_lines(book=shop.book, line_ids=[line.pk, untouched.pk])
    decide(book=shop.book, line_id=line.pk, account=shop.fuel, user=shop.user, now=NOW)

    listed = decisions_about(book=shop.book, line_ids=[line.pk, untouched.pk])

    assert [(made.line_id, made.decided_by) for made in listed] == [(line.pk, shop.user)]
