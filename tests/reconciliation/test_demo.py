"""The demo books can be reconciled by a person: what is between bank and books is what waits for review."""

import pytest
from django.utils import timezone

from ledgerflow.ops.verify import problems
from ledgerflow.pipeline.demo import make_books
from ledgerflow.reconciliation.selectors import figures
from ledgerflow.reconciliation.services import finish, start
from ledgerflow.reconciliation.sides import sides
from ledgerflow.statements.chain import Coverage
from ledgerflow.statements.chain_selectors import chains
from ledgerflow.statements.models import BankAccount, Statement
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_every_statement_differs_from_the_books_by_its_open_lines_alone():
    user = UserFactory()
    books = make_books(user=user, now=timezone.now())

    # Statements without opening balances prove each other.
    checking = chains(book=books[0])[BankAccount.objects.get(book=books[0], name="Business checking").pk]
    assert checking.is_unbroken
    assert checking.coverage is Coverage.COVERED

    finished = 0
    for book in books:
        for bank_account in BankAccount.objects.filter(book=book):
            found = Statement.objects.filter(bank_account=bank_account, closing_balance__isnull=False)
            if bank_account.reconciled_through:
                found = found.filter(last_date__gt=bank_account.reconciled_through)
            for statement in found.order_by("last_date"):
                one = start(bank_account=bank_account, statement=statement, user=user, now=timezone.now())
                difference = figures(reconciliation=one).difference
                assert difference == sides(reconciliation=one).open_bank.total
                if not difference:
                    finish(reconciliation=one, user=user, now=timezone.now())
                    finished += 1
        assert problems(book=book) == []

    assert finished >= 5
