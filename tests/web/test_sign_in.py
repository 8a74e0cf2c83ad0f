"""Signing in by password."""

import pytest

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def _try(client, email, password=PASSWORD, **fields):
    return client.post("/sign-in/", {"username": email, "password": password, **fields})


def test_it_takes_the_address_in_any_case(client):
    assert _try(client, UserFactory().email.upper()).status_code == 302


def test_a_wrong_password_is_refused(client):
    response = _try(client, UserFactory().email, "wrong")

    assert response.status_code == 200
    assert "sessionid" not in client.cookies


def test_the_sixth_try_is_locked_out_even_with_the_right_password_and_in_another_case(client):
    email = UserFactory().email
    for _ in range(5):
        _try(client, email, "wrong")

    assert _try(client, email.upper()).status_code == 429


def test_it_never_leads_to_another_host(client):
    response = _try(client, UserFactory().email, next="https://evil.example/")

    assert response["Location"] == "/"


def test_signing_out_needs_a_post(client):
    client.force_login(UserFactory())

    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_password_reset_says_the_same_for_an_unknown_address(client):
    known = client.post("/password/reset/", {"email": UserFactory().email})
    unknown = client.post("/password/reset/", {"email": "nobody@example.org"})

    assert known["Location"] == unknown["Location"]


def test_the_mail_leads_to_a_new_password(client, mailoutbox):
    user = UserFactory()
    client.post("/password/reset/", {"email": user.email})
    link = next(word for word in mailoutbox[0].body.split() if word.startswith("http"))

    form = client.get(link, follow=True)
    new = {"new_password1": "another horse battery", "new_password2": "another horse battery"}
    client.post(form.redirect_chain[-1][0], new)

    user.refresh_from_db()
    assert user.check_password("another horse battery")
