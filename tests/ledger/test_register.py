"""The register comes in pages, each line with the balance after it, whichever end one starts from."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from ledgerflow.ledger.models import BatchSource, JournalEntry
from ledgerflow.ledger.selectors import Entry, EntryLine, entry, register
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, mirror, post_entries
from tests.factories import AccountFactory, BookFactory, UserFactory
from tests.ledger.drafts import two_lines
from tests.made import made_once

pytestmark = pytest.mark.django_db

DAYS = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 1), date(2026, 2, 15), date(2026, 4, 2)]


@made_once
def accounts():
    book = BookFactory()
    bank, cost = AccountFactory(book=book, type="asset"), AccountFactory(book=book)
    post_entries(
        book=book,
        source=BatchSource.MANUAL,
        entries=[two_lines(bank, cost, n, day, text=f"entry {n}") for n, day in enumerate(DAYS, 1)],
        posted_by=UserFactory(),
        posted_at=timezone.now(),
    )
    return bank, cost


def _walk(account, **how):
    page = register(account=account, limit=2, **how)
    lines = [*page.lines]
    while page.following:
        page = register(account=account, limit=2, after=page.following, **how)
        lines += page.lines
    return lines


def test_every_page_carries_the_balance_on(accounts):
    _, cost = accounts

    oldest = _walk(cost, newest_first=False)

    assert [line.balance for line in oldest] == [1, 3, 6, 10, 15]
    assert [line.text for line in oldest] == [f"entry {n}" for n in range(1, 6)]
    assert _walk(cost) == oldest[::-1]


def test_a_range_of_dates_keeps_the_balances_of_the_whole(accounts):
    bank, _ = accounts

    lines = _walk(bank, first=date(2026, 2, 1), last=date(2026, 2, 28))

    assert [line.balance for line in lines] == [-10, -6, -3]


def test_a_page_takes_two_queries_wherever_it_is(accounts, django_assert_num_queries):
    _, cost = accounts
    second = register(account=cost, limit=2).following

    with django_assert_num_queries(2):
        register(account=cost, limit=2, after=second)


def test_an_account_without_lines_has_an_empty_register(accounts):
    page = register(account=AccountFactory(book=accounts[0].book))

    assert (page.lines, page.following) == ((), None)


def test_a_foreign_account_shows_its_own_currency(accounts):
    euro = AccountFactory(book=accounts[0].book, currency="EUR", type="asset")
    drafts = (
        LineDraft(euro.pk, "EUR", Decimal("9.00"), Decimal("10.00")),
        LineDraft(accounts[0].pk, "USD", Decimal("-10.00"), Decimal("-10.00")),
    )
    post_entries(
        book=euro.book,
        source=BatchSource.MANUAL,
        entries=[EntryDraft(date=DAYS[0], lines=drafts)],
        posted_by=None,
        posted_at=timezone.now(),
    )

    (line,) = register(account=euro).lines

    assert (line.balance, line.base_balance) == (9, 10)


def test_an_entry_is_shown_whole(accounts):
    bank, cost = accounts
    strange = AccountFactory(code="9")
    user, at = UserFactory(), timezone.now()

    def post(draft, book=bank.book, by=user):
        return post_entries(
            book=book, source=BatchSource.REVERSAL, entries=[draft], posted_by=by, posted_at=at
        )

    post(two_lines(AccountFactory(book=strange.book), strange, "1"), strange.book, None)
    post(EntryDraft(DAYS[4], mirror(book=bank.book, number=2, date=DAYS[4]).lines, reverses_number=2))

    first, reversal = entry(book=bank.book, number=2), entry(book=bank.book, number=6)

    assert (first.number, first.date, first.text, first.batch_no) == (2, DAYS[1], "entry 2", 1)
    assert (first.source, first.reverses_number, first.reversed_by_number) == (BatchSource.MANUAL, None, 6)
    assert reversal == Entry(
        number=6,
        date=DAYS[4],
        text="",
        lines=(
            EntryLine(1, cost.pk, cost.code, cost.name, "USD", Decimal(-2), Decimal(-2)),
            EntryLine(2, bank.pk, bank.code, bank.name, "USD", Decimal(2), Decimal(2)),
        ),
        reverses_number=2,
        reversed_by_number=None,
        batch_no=2,
        source=BatchSource.REVERSAL,
        posted_at=at,
        posted_by_id=user.pk,
    )
    assert entry(book=strange.book, number=1).posted_by_id is None
    with pytest.raises(JournalEntry.DoesNotExist):
        entry(book=strange.book, number=2)
