"""Whatever is posted in whatever order: movements are the lines, debits are credits, verify finds nothing."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.ledger.errors import PostingError
from ledgerflow.ledger.models import BatchSource, JournalLine, Movement
from ledgerflow.ledger.selectors import balances, register, trial_balance
from ledgerflow.ledger.selectors.verify import problems
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, mirror, post_entries
from tests.factories import AccountFactory, BookFactory

_CENTS = st.integers(-1_000_000, 1_000_000)
_ENTRY = st.tuples(
    st.integers(0, 800),
    st.lists(st.tuples(st.integers(0, 3), _CENTS, st.sampled_from(["USD", "EUR"])), min_size=1, max_size=5),
)
_BATCHES = st.lists(st.lists(_ENTRY, min_size=1, max_size=4), min_size=1, max_size=4)
_START = date(2024, 1, 1)


def _draft(accounts, entry):
    offset, parts = entry
    lines = []
    for which, cents, currency in parts:
        base = Decimal(cents).scaleb(-2)
        amount = base if currency == "USD" else (base * 2)
        lines.append(LineDraft(accounts[which].pk, currency, amount, base))
    rest = -sum((line.base_amount for line in lines), Decimal(0))
    lines.append(LineDraft(accounts[-1].pk, "USD", rest, rest))
    return EntryDraft(date=_START + timedelta(days=offset), lines=lines)


def _post(book, entries):
    return post_entries(
        book=book, source=BatchSource.MANUAL, entries=entries, posted_by=None, posted_at=timezone.now()
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=_BATCHES, reversed_one=st.integers(1, 20), day=st.integers(0, 800))
def test_movements_are_the_lines(shared_db, batches, reversed_one, day):
    book = BookFactory()
    accounts = [AccountFactory(book=book) for _ in range(5)]

    for batch in batches:
        _post(book, [_draft(accounts, entry) for entry in batch])
    try:
        _post(book, [mirror(book=book, number=reversed_one, date=_START)])
    except PostingError:
        assert reversed_one > sum(map(len, batches))

    assert problems(book=book) == []
    assert Movement.objects.filter(book=book).aggregate(n=Sum("line_count"))["n"] == _lines(book).count()
    as_of = _START + timedelta(days=day)
    shown = balances(book=book, as_of=as_of)
    assert sum(row.base_amount for row in shown) == 0
    for row in shown:
        upto = _lines(book).filter(account=row.account_id, date__lte=as_of)
        assert row.base_amount == (upto.aggregate(total=Sum("base_amount"))["total"] or 0)
    trial = trial_balance(book=book, as_of=as_of)
    assert trial.total_debit == trial.total_credit
    _registers_end_in_the_balance(accounts, balances(book=book, as_of=date(9999, 12, 31)))
    assert connection.in_atomic_block is False


def _lines(book):
    return JournalLine.objects.filter(book=book)


def _registers_end_in_the_balance(accounts, final):
    for account in accounts:
        newest = register(account=account, limit=3).lines
        whole = register(account=account, newest_first=False, limit=1000).lines
        kept = next(row for row in final if row.account_id == account.pk)
        assert (whole[-1].balance if whole else 0) == kept.base_amount
        assert newest == tuple(reversed(whole))[:3]
