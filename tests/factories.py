"""factory_boy factories: the smallest valid row of each kind."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from ledgerflow.books.models import Book, Membership, Role
from ledgerflow.ledger.models import Account, AccountRole, AccountType, LedgerState
from ledgerflow.statements.models import BankAccount
from ledgerflow.users.models import User


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password("correct horse battery")


class BookFactory(DjangoModelFactory[Book]):
    """A book with its ledger state, as `create_book` makes it, without accounts."""

    class Meta:
        model = Book
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"book-{n}")
    name = factory.Sequence(lambda n: f"Book {n}")
    base_currency = "USD"
    chart = "generic"
    state = factory.RelatedFactory("tests.factories.LedgerStateFactory", factory_related_name="book")


class LedgerStateFactory(DjangoModelFactory[LedgerState]):
    class Meta:
        model = LedgerState

    book = factory.SubFactory(BookFactory, state=None)


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    book = factory.SubFactory(BookFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OWNER


class AccountFactory(DjangoModelFactory[Account]):
    class Meta:
        model = Account

    book = factory.SubFactory(BookFactory)
    code = factory.Sequence(lambda n: str(10_000 + n))  # longer than those of any chart
    name = factory.Sequence(lambda n: f"Account {n}")
    type = AccountType.EXPENSE


class SuspenseFactory(AccountFactory):
    code = "9999"
    name = "Suspense"
    type = AccountType.ASSET
    role = AccountRole.SUSPENSE


class BankAccountFactory(DjangoModelFactory[BankAccount]):
    class Meta:
        model = BankAccount

    book = factory.SubFactory(BookFactory)
    name = factory.Sequence(lambda n: f"Checking {n}")
    currency = "USD"
    ledger_account = factory.SubFactory(
        AccountFactory, book=factory.SelfAttribute("..book"), type=AccountType.ASSET
    )


NOW = timezone.now
