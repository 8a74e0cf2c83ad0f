"""From the printed link to the first book."""

import pytest
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.users.models import User
from ledgerflow.users.services import make_sign_in_link
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def _link(user):
    return f"/link/{make_sign_in_link(user=user, now=timezone.now())}/"


def test_opening_the_link_uses_nothing_up(client):
    link = _link(UserFactory())

    client.get(link)
    client.get(link)

    assert client.post(link).status_code == 302


def test_the_first_person_comes_from_the_link_to_a_book(client):
    user = User.objects.create_superuser("owner@localhost")

    assert client.post(_link(user))["Location"] == "/welcome/"
    who = {"name": "Robin", "email": "robin@example.org", "password": "correct horse battery"}
    assert client.post("/welcome/", who)["Location"] == "/new-book/"
    book = {"name": "Robin Doe", "base_currency": "usd", "chart": "generic", "fiscal_year_start_month": 1}
    assert client.post("/new-book/", book)["Location"] == "/books/robin-doe/"

    assert client.get("/books/robin-doe/").status_code == 200
    assert Book.objects.get().accounts.exists()


def test_a_used_link_says_so(client):
    link = _link(UserFactory())
    client.post(link)

    assert client.post(link).status_code == 410


def test_someone_with_a_password_is_not_welcomed_again(client):
    client.force_login(UserFactory())

    assert client.get("/welcome/")["Location"] == "/"


def test_someone_without_books_sees_the_two_doors(client):
    client.force_login(UserFactory())

    page = client.get("/").content.decode()

    assert "Drop a bank statement" in page
    assert "Look around with demo books" in page


def test_someone_with_one_book_goes_straight_there(client):
    member = MembershipFactory()
    client.force_login(member.user)

    assert client.get("/")["Location"] == f"/books/{member.book.slug}/"


def test_someone_may_look_around_before_choosing_a_password(client):
    user = User.objects.create_superuser("owner@localhost")
    book = MembershipFactory(user=user).book
    client.post(_link(user))

    assert client.post("/welcome/", {"later": "1"})["Location"] == "/"

    assert client.get("/")["Location"] == f"/books/{book.slug}/"
    assert "Choose a password" in client.get(f"/books/{book.slug}/").content.decode()


def test_nobody_looks_around_by_asking_for_home(client):
    client.post(_link(User.objects.create_superuser("owner@localhost")))

    assert client.get("/")["Location"] == "/welcome/"
