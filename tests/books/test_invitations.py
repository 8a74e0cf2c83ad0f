"""Invitations: by link, once, within seven days."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ledgerflow.books import selectors, services
from ledgerflow.books.models import Invitation, Role
from ledgerflow.users.services import AddressTakenError
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def owner():
    return MembershipFactory(role=Role.OWNER)


def _invite(owner, email="new@example.org", role=Role.BOOKKEEPER, now=None):
    now = now or timezone.now()
    token = services.invite(book=owner.book, email=email, role=role, invited_by=owner.user, now=now)
    return token, selectors.find_invitation(token=token, now=now)


def test_only_the_digest_of_the_token_is_kept(owner):
    token, invitation = _invite(owner)

    assert token not in str(list(Invitation.objects.values()))
    assert invitation.email == "new@example.org"


def test_a_new_person_joins_in_the_role(owner):
    _, invitation = _invite(owner)

    user = services.join_by_invitation(
        invitation=invitation, name="New", password=PASSWORD, now=timezone.now()
    )

    assert user.check_password(PASSWORD)
    assert owner.book.memberships.get(user=user).role == Role.BOOKKEEPER


def test_a_known_person_accepts(owner):
    _, invitation = _invite(owner)
    user = UserFactory()

    services.accept_invitation(invitation=invitation, user=user, now=timezone.now())

    assert owner.book.memberships.filter(user=user).exists()


def test_it_works_once(owner):
    token, invitation = _invite(owner)
    services.accept_invitation(invitation=invitation, user=UserFactory(), now=timezone.now())

    with pytest.raises(services.InvitationError):
        services.accept_invitation(invitation=invitation, user=UserFactory(), now=timezone.now())
    assert selectors.find_invitation(token=token, now=timezone.now()) is None


def test_it_expires_after_seven_days(owner):
    then = timezone.now() - timedelta(days=7)
    token, invitation = _invite(owner, now=then)

    with pytest.raises(services.InvitationError):
        services.accept_invitation(invitation=invitation, user=UserFactory(), now=timezone.now())
    assert selectors.find_invitation(token=token, now=timezone.now()) is None
    assert selectors.find_invitation(token=token, now=timezone.now() - timedelta(minutes=1)) is not None


def test_a_second_invitation_ends_the_first(owner):
    first, _ = _invite(owner)
    second, _ = _invite(owner, email="NEW@example.org")

    now = timezone.now()
    assert selectors.find_invitation(token=first, now=now) is None
    assert selectors.find_invitation(token=second, now=now) is not None


def test_a_withdrawn_one_cannot_be_accepted(owner):
    _, invitation = _invite(owner)
    services.withdraw_invitation(invitation=invitation, now=timezone.now())

    with pytest.raises(services.InvitationError):
        services.accept_invitation(invitation=invitation, user=UserFactory(), now=timezone.now())


def test_a_member_is_not_invited(owner):
    with pytest.raises(services.AlreadyMemberError):
        _invite(owner, email=owner.user.email.upper())


def test_nobody_takes_over_an_address_that_signs_in_already(owner):
    known = UserFactory()
    _, invitation = _invite(owner, email=known.email)

    with pytest.raises(AddressTakenError):
        services.join_by_invitation(
            invitation=invitation, name="Mallory", password=PASSWORD, now=timezone.now()
        )


def test_a_weak_password_joins_nobody(owner):
    _, invitation = _invite(owner)

    with pytest.raises(ValidationError):
        services.join_by_invitation(
            invitation=invitation, name="New", password="password12", now=timezone.now()
        )
