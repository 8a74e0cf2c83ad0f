"""Whatever is posted at whatever rates: currencies add up to zero, the bank's account says what the bank says."""

from decimal import Decimal

from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.ledger.models import JournalEntry, JournalLine
from ledgerflow.ledger.selectors.verify import problems as ledger_problems
from ledgerflow.posting.services import state_amount
from ledgerflow.posting.verify import problems
from ledgerflow.statements.models import StatementLine
from tests.classification.rows import NOW
from tests.posting.euros import EuroShop

_CENTS = st.integers(-1_000_000, 1_000_000).filter(bool)
_PARTS = st.lists(st.tuples(st.integers(0, 4), _CENTS), min_size=1, max_size=6)
#: The parts of a line, and cents that the bank stated for each hundred of its own, if it did.
_LINES = st.lists(
    st.tuples(_PARTS, st.none() | st.integers(1, 100_000)).filter(lambda line: sum(c for _, c in line[0])),
    min_size=1,
    max_size=5,
)
_RATES = st.decimals("0.000001", "100000", places=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=_LINES, rate=_RATES)
def test_currencies_never_drift(shared_db, lines, rate):
    shop = EuroShop()
    shop.rate(f"{rate:f}")
    accounts = [shop.sales, shop.fuel, shop.dollars, shop.receivable, shop.conversion]
    for parts, stated in lines:
        amounts = [(accounts[which], Decimal(cents).scaleb(-2)) for which, cents in parts]
        total = sum(amount for _, amount in amounts)
        if len(amounts) == 1:
            line = shop.accepted(f"{total}", amounts[0][0])
        else:
            line = shop.split(f"{total}", [(account, f"{amount}") for account, amount in amounts])
        base = round(total * stated / 100, 2) if stated else 0
        if base:
            state_amount(book=shop.book, line_id=line.pk, base_amount=base, user=shop.user, now=NOW)

    outcome = shop.post()

    assert (outcome.posted, outcome.refused) == (len(lines), ())
    assert problems(book=shop.book) + ledger_problems(book=shop.book) == []
    for number in JournalEntry.objects.filter(book=shop.book).values_list("number", flat=True):
        assert set(shop.totals(number).values()) == {0}
        assert sum(base for *_, base in shop.booked(number)) == 0
        assert all(amount == base for _, currency, amount, base in shop.booked(number) if currency == "USD")
    assert _sum(JournalLine.objects.filter(account=shop.euros), "amount") == _sum(
        StatementLine.objects.filter(book=shop.book), "amount"
    )


def _sum(rows, column) -> Decimal:
    return rows.aggregate(total=Sum(column))["total"] or Decimal(0)
