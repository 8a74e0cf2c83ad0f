"""Access tokens: shown once, kept as a hash, within what their user may do, until they end."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from ledgerflow.api.models import ApiToken, Scope
from ledgerflow.api.services import TokenError, make_token, revoke_token, token_of
from ledgerflow.books.models import Role
from tests.api.asking import Program, secret_of
from tests.factories import BookFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def _made(user=None, *, now=NOW, valid_for=timedelta(days=30), **more):
    given = {"name": "Laptop", "scopes": [Scope.READ], "valid_for": valid_for, "now": now}
    return make_token(user=user or UserFactory(), **(given | more))


def _signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_only_the_hash_of_the_secret_is_kept():
    token, secret = _made()

    assert re.fullmatch(r"lf_[\w-]{43}", secret)
    assert token.token_sha256 == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(ApiToken.objects.filter(pk=token.pk).values().get())


def test_it_uses_the_network_by_tools_alone():
    with pytest.raises(TokenError, match="run enabled tools too"):
        _made(scopes=[Scope.READ, Scope.NETWORK])
    token, _ = _made(scopes=[Scope.TOOLS, Scope.NETWORK])
    assert token.scopes == {Scope.TOOLS, Scope.NETWORK}
    token.pk, token.token_sha256, token.may_run_tools, token.may_read = None, "0" * 64, False, True
    with pytest.raises(IntegrityError, match="api_token_uses_network_by_tools"):
        token.save(force_insert=True)


@pytest.mark.parametrize("valid_for", [timedelta(0), timedelta(days=366), timedelta(days=-1)])
def test_it_lasts_a_year_at_most(valid_for):
    with pytest.raises(TokenError, match="1 to 365 days"):
        _made(valid_for=valid_for)


def test_the_database_keeps_none_that_lasts_longer():
    token, _ = _made()
    token.pk, token.token_sha256, token.expires_at = None, "0" * 64, NOW + timedelta(days=366)

    with pytest.raises(IntegrityError, match="api_token_expires_within_a_year"):
        token.save(force_insert=True)


def test_it_is_for_something():
    with pytest.raises(TokenError, match="what the token may be used for"):
        _made(scopes=[])


def test_it_is_for_no_book_that_its_user_cannot_open():
    with pytest.raises(TokenError, match="cannot open this book"):
        _made(book=BookFactory())


def test_it_opens_until_it_expires():
    _, secret = _made(now=NOW - timedelta(days=30, seconds=-1))

    assert token_of(secret=secret, now=NOW) is not None
    assert token_of(secret=secret, now=NOW + timedelta(seconds=1)) is None


def test_it_opens_until_it_is_revoked():
    token, secret = _made()
    revoke_token(token=token, now=NOW)

    assert token_of(secret=secret, now=NOW) is None
    with pytest.raises(TokenError, match="revoked already"):
        revoke_token(token=token, now=NOW)


def test_it_opens_nothing_for_a_user_who_may_not_sign_in():
    user = UserFactory()
    _, secret = _made(user)
    user.is_active = False
    user.save()

    assert token_of(secret=secret, now=NOW) is None


@pytest.mark.parametrize("secret", ["", "lf_", "lf_" + "x" * 43, "x" * 46, "lf_" + "x" * 10_000, "lf_\x00"])
def test_what_is_no_token_opens_nothing(secret):
    assert token_of(secret=secret, now=NOW) is None


def test_its_last_use_is_written_once_a_minute():
    token, secret = _made()

    moments = [NOW, NOW + timedelta(seconds=30), NOW + timedelta(seconds=61)]
    written = []
    for moment in moments:
        token_of(secret=secret, now=moment)
        token.refresh_from_db()
        written.append(token.last_used_at)

    assert written == [moments[0], moments[0], moments[2]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("may_propose", True),
        ("may_run_tools", True),
        ("expires_at", NOW + timedelta(days=300)),
        ("token_sha256", "f" * 64),
        ("book", "other"),
    ],
)
def test_what_was_agreed_to_stays(field, value):
    token, _ = _made()
    setattr(token, field, BookFactory() if value == "other" else value)

    with pytest.raises(DatabaseError, match="stays as it was made"), transaction.atomic():
        token.save(update_fields=[field])


def test_what_is_revoked_stays_revoked_and_kept():
    token, _ = _made()
    revoke_token(token=token, now=NOW)

    with pytest.raises(DatabaseError, match="stays revoked"), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(revoked_at=None)
    with pytest.raises(DatabaseError, match=r"permission denied|revoked, and kept"), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).delete()


def test_the_page_shows_the_secret_once():
    user = UserFactory()
    client = _signed_in(user)

    made = client.post("/tokens/", {"name": "Laptop", "scopes": ["read", "propose"], "days": 30, "book": ""})
    again = client.get("/tokens/")

    secret = re.search(r"lf_[\w-]{43}", made.content.decode())[0]
    assert token_of(secret=secret, now=timezone.now()).scopes == {Scope.READ, Scope.PROPOSE}
    assert "no-store" in made["Cache-Control"]
    assert secret not in again.content.decode()
    assert secret[:9] in again.content.decode()


def test_the_page_offers_only_books_that_the_user_opens():
    user, foreign = UserFactory(), BookFactory()

    answer = _signed_in(user).post(
        "/tokens/", {"name": "Laptop", "scopes": ["read"], "days": 30, "book": foreign.pk}
    )

    assert foreign.name not in _signed_in(user).get("/tokens/").content.decode()
    assert not ApiToken.objects.exists()
    assert answer.status_code == 200


def test_the_page_revokes_ones_own_and_no_other():
    token, secret = _made()
    stranger = _signed_in(UserFactory()).post(f"/tokens/{token.pk}/revoke/")
    before = token_of(secret=secret, now=NOW)
    _signed_in(token.user).post(f"/tokens/{token.pk}/revoke/")

    assert stranger.status_code == 404
    assert before is not None
    assert token_of(secret=secret, now=NOW) is None


def test_the_page_asks_the_database_as_often_for_many_tokens(django_assert_max_num_queries):
    user = UserFactory()
    for _ in range(30):
        _made(user)
    client = _signed_in(user)

    with django_assert_max_num_queries(8):
        client.get("/tokens/")


def test_an_administrator_revokes_it_in_the_administration():
    token, secret = _made()
    admin = UserFactory(is_staff=True, is_superuser=True, is_firm_admin=True)

    _signed_in(admin).post("/admin/api/apitoken/", {"action": "revoke", "_selected_action": [token.pk]})

    assert token_of(secret=secret, now=NOW) is None


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer lf_wrong", "Basic abc", "lf_wrong"])
def test_whoever_has_no_token_is_told_nothing_more(header):
    answer = Client().get("/api/v1/books", headers={"Authorization": header} if header else {})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {"type": "about:blank", "title": "Unauthorized", "status": 401}


def test_a_session_opens_nothing():
    book = BookFactory()
    client = _signed_in(MembershipFactory(book=book, role=Role.OWNER).user)

    assert client.get("/api/v1/books").status_code == 401
    assert client.post(f"/api/v1/books/{book.slug}/proposals", {}).status_code == 401
    assert client.post("/mcp", {}, content_type="application/json").status_code == 401


def test_a_token_of_one_book_knows_of_no_other():
    user = UserFactory()
    one, other = (MembershipFactory(book=BookFactory(), user=user).book for _ in range(2))
    program = Program(secret_of(user, book=one))

    assert [each["slug"] for each in program.get("books").json()] == [one.slug]
    assert program.get(f"books/{one.slug}").status_code == 200
    assert program.get(f"books/{other.slug}").status_code == 404


def test_a_member_who_was_removed_is_a_stranger_with_the_same_token():
    member = MembershipFactory(role=Role.VIEWER)
    program = Program(secret_of(member.user))
    before = program.get(f"books/{member.book.slug}").status_code
    member.delete()

    assert (before, program.get(f"books/{member.book.slug}").status_code) == (200, 404)
