"""Sign-in links, and who comes by them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ledgerflow.users import services
from ledgerflow.users.models import SignInLink, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def test_a_link_signs_its_user_in_once():
    user, now = UserFactory(), timezone.now()
    token = services.make_sign_in_link(user=user, now=now)

    assert services.use_sign_in_link(token=token, now=now) == user
    with pytest.raises(services.LinkError):
        services.use_sign_in_link(token=token, now=now)


def test_a_link_expires():
    now = timezone.now()
    token = services.make_sign_in_link(user=UserFactory(), now=now, valid_for=timedelta(minutes=15))

    with pytest.raises(services.LinkError):
        services.use_sign_in_link(token=token, now=now + timedelta(minutes=15))


def test_a_link_of_a_deactivated_user_is_refused():
    now = timezone.now()
    token = services.make_sign_in_link(user=UserFactory(is_active=False), now=now)

    with pytest.raises(services.LinkError):
        services.use_sign_in_link(token=token, now=now)


def test_only_the_digest_of_the_token_is_kept():
    token = services.make_sign_in_link(user=UserFactory(), now=timezone.now())

    assert token not in str(list(SignInLink.objects.values()))


def test_someone_without_a_password_says_who_they_are():
    user = User.objects.create_user("owner@localhost")

    services.introduce(user=user, name="Robin", email="robin@example.org", password=PASSWORD)

    user.refresh_from_db()
    assert (user.email, user.name, user.check_password(PASSWORD)) == ("robin@example.org", "Robin", True)


def test_someone_with_a_password_cannot_be_introduced_again():
    with pytest.raises(services.UserError):
        services.introduce(user=UserFactory(), name="Mallory", email="m@example.org", password=PASSWORD)


def test_an_address_in_use_is_refused_whatever_its_case():
    known, user = UserFactory(), User.objects.create_user("owner@localhost")

    with pytest.raises(services.AddressTakenError):
        services.introduce(user=user, name="Mallory", email=known.email.upper(), password=PASSWORD)


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123", "robin@example.org"])
def test_a_weak_password_is_refused(password):
    with pytest.raises(ValidationError):
        services.create_user(email="robin@example.org", name="Robin", password=password, now=timezone.now())


def test_the_last_firm_administrator_cannot_be_kept_out():
    administrator = UserFactory(is_firm_admin=True)

    with pytest.raises(services.LastAdministratorError):
        services.set_active(user=administrator, is_active=False)


def test_another_one_can():
    UserFactory(is_firm_admin=True)
    administrator = UserFactory(is_firm_admin=True)

    assert not services.set_active(user=administrator, is_active=False).is_active
