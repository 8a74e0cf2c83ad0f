"""Members of a book: who comes, changes and goes, and that an owner stays."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ledgerflow.books import selectors, services
from ledgerflow.books.models import Membership, Role
from tests.factories import BookFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def _create(name: str = "Blue Cup", **fields):
    values = {"base_currency": "USD", "chart": "generic", "owner": UserFactory(), "now": timezone.now()}
    return services.create_book(name=name, **(values | fields))


def test_the_maker_of_a_book_is_its_owner():
    owner = UserFactory()

    book = _create(owner=owner)

    assert (book.slug, book.memberships.get().user, book.memberships.get().role) == (
        "blue-cup",
        owner,
        Role.OWNER,
    )


def test_a_second_book_of_the_name_gets_an_address_of_its_own():
    first, second = _create(), _create()

    assert first.slug == "blue-cup"
    assert second.slug.startswith("blue-cup-")


@pytest.mark.parametrize(
    "fields",
    [{"base_currency": "usd"}, {"base_currency": "DOLLAR"}, {"fiscal_year_start_month": 13}, {"name": ""}],
)
def test_a_malformed_book_is_refused(fields):
    with pytest.raises(ValidationError):
        _create(**fields)


def test_a_person_is_a_member_once():
    member = MembershipFactory(role=Role.VIEWER)

    with pytest.raises(services.AlreadyMemberError):
        services.add_member(book=member.book, user=member.user, role=Role.OWNER, now=timezone.now())

    assert Membership.objects.get(pk=member.pk).role == Role.VIEWER


def test_the_last_owner_cannot_be_removed():
    owner = MembershipFactory(role=Role.OWNER)
    MembershipFactory(book=owner.book, role=Role.REVIEWER)

    with pytest.raises(services.LastOwnerError):
        services.remove_member(membership=owner)


def test_the_last_owner_cannot_become_something_else():
    owner = MembershipFactory(role=Role.OWNER)

    with pytest.raises(services.LastOwnerError):
        services.change_role(membership=owner, role=Role.VIEWER)


def test_an_owner_beside_another_can_go():
    owner = MembershipFactory(role=Role.OWNER)
    MembershipFactory(book=owner.book, role=Role.OWNER)

    services.remove_member(membership=owner)

    assert not Membership.objects.filter(pk=owner.pk).exists()


def test_a_member_can_get_another_role():
    member = MembershipFactory(role=Role.VIEWER)

    services.change_role(membership=member, role=Role.REVIEWER)

    assert Membership.objects.get(pk=member.pk).role == Role.REVIEWER


def test_a_user_sees_their_own_books_only():
    member = MembershipFactory()
    BookFactory()

    assert list(selectors.books_for(user=member.user)) == [member.book]


def test_a_firm_administrator_sees_every_book():
    books = {BookFactory(), BookFactory()}

    assert books <= set(selectors.books_for(user=UserFactory(is_firm_admin=True)))


def test_a_deactivated_user_sees_no_book():
    member = MembershipFactory(user__is_active=False)

    assert not selectors.books_for(user=member.user).exists()
