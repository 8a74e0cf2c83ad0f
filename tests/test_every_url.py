"""Every address of the resolver, asked by everyone who must not get in, and by everyone who may."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ledgerflow.books.models import Book, Role
from ledgerflow.users.models import User
from tests import databases
from tests.api.asking import secret_of
from tests.factories import BookFactory, MembershipFactory, UserFactory
from tests.samples import Sample

#: Who may open these without signing in, and why.
PUBLIC = {
    "web:sign-in": "signing in",
    "web:sign-in-link": "the link is the right",
    "web:invitation": "the link is the right",
    "asking:link": "the link is the right",
    "web:password-reset": "whoever forgot the password",
    "web:password-reset-sent": "the same",
    "web:password-reset-confirm": "the link is the right",
    "api:schema": "describes the API to programs, and tells nothing of any book",
    "ops:healthz": "machines ask",
    "ops:readyz": "machines ask; 503 while no worker runs",
    "ops:metrics": "Prometheus asks, with a token; without the setting there is no such page",
    "admin:login": "sends to the sign-in page",
    "admin:logout": "nobody is signed in; sends to the administration, which asks for sign-in",
}
_MASKED = re.compile(rb"csrfmiddlewaretoken\" value=\"[^\"]+\"|X-CSRFToken\": \"[^\"]+\"")


@dataclass(frozen=True, slots=True)
class Page:
    """A pattern of the resolver: its full name, its route and the names of what it takes."""

    name: str
    route: str
    takes: tuple[str, ...]

    def address(self, sample: Sample, **other: Any) -> str:
        """Return an address of the page for the sample objects."""
        values = {name: other.get(name, sample.value(name, self.name)) for name in self.takes}
        return reverse(self.name, kwargs=values)

    @property
    def is_of_a_book(self) -> bool:
        return "book" in self.takes


def _pages(resolver: URLResolver, spaces: tuple[str, ...] = (), route: str = "") -> Iterator[Page]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _pages(pattern, inner, here)
        elif isinstance(pattern, URLPattern):
            takes = tuple(dict.fromkeys(re.findall(r"<(?:\w+:)?(\w+)>", here)))
            yield Page(":".join((*spaces, pattern.name or "")), here, takes)


#: The admin's last pattern catches what is no page; it has no name.
EVERY = list(dict.fromkeys(page for page in _pages(get_resolver()) if not page.name.endswith(":")))
#: What programs ask with a token; a session opens none of it.
API = [page for page in EVERY if page.name.startswith("api-v1:")]
PAGES = [page for page in EVERY if page not in API]
UNNAMED = [page.route for page in _pages(get_resolver()) if page.name.endswith(":")]
OF_A_BOOK = [page for page in PAGES if page.is_of_a_book]
by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
of_a_book = pytest.mark.parametrize("page", OF_A_BOOK, ids=lambda page: page.name)
of_the_api = pytest.mark.parametrize("page", API, ids=lambda page: page.name)


@pytest.fixture(scope="module")
def module_sample(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Sample, Path]]:
    """Every object that any of the addresses names, made once; and the folder of the documents."""
    folder = tmp_path_factory.mktemp("documents")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder):
        before = connections["default"].settings_dict["NAME"]
        with databases.clone(f"lf_every_url_{os.getpid()}") as name:
            databases.point_to(name)
            made = Sample()
            for page in EVERY:
                page.address(made)
            yield made, folder
        databases.point_to(before)


@pytest.fixture
def sample(module_sample: tuple[Sample, Path], db: None, settings: Any) -> Sample:
    """The same for every test; what a test changes is rolled back."""
    made, settings.MEDIA_ROOT = module_sample
    return made


def _signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def _answer(response: HttpResponseBase) -> tuple[int, bytes]:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, _MASKED.sub(b"", content)


def _carries_the_policy(response: HttpResponseBase) -> bool:
    policy = response["Content-Security-Policy"]
    return (
        "script-src 'self'" in policy
        and "unsafe" not in policy
        and "nonce" not in policy
        and response["X-Frame-Options"] == "DENY"
        and response["X-Content-Type-Options"] == "nosniff"
        and response["Referrer-Policy"] == "same-origin"
    )


def _member(book: Book, role: Role) -> User:
    return MembershipFactory(book=book, role=role).user


def test_every_pattern_has_a_name():
    # The admin's own two: its old addresses, and what catches the rest.
    assert [route for route in UNNAMED if not route.startswith("admin/")] == []


def test_every_public_page_exists():
    assert set(PUBLIC) <= {page.name for page in PAGES}


@by_name
def test_someone_who_is_not_signed_in_is_sent_to_sign_in(page: Page, sample: Sample):
    client = Client(raise_request_exception=False)

    response = client.get(page.address(sample))

    if page.name in PUBLIC:
        answers = {"ops:readyz": {503}, "ops:metrics": {404}}.get(page.name, {200, 302, 410})
        assert response.status_code in answers, page.name
    else:
        is_post_only = response.status_code == 405
        # The admin sends to its own sign-in address, which sends on.
        sent_away = response.status_code == 302 and re.search("/(sign-in|admin/login)/", response["Location"])
        assert is_post_only or sent_away, f"{page.name} answers {response.status_code} without sign-in"


@of_a_book
def test_a_page_of_a_book_asks_for_sign_in_before_it_looks_for_the_book(page: Page, sample: Sample):
    client = Client(raise_request_exception=False)

    here, nowhere = client.get(page.address(sample)), client.get(page.address(sample, book="no-such-book"))

    assert here.status_code == nowhere.status_code == 302


@of_a_book
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["stranger", "member of another book"])
def test_a_stranger_gets_the_same_answer_whether_the_book_exists_or_not(
    page: Page, method: str, who: str, sample: Sample
):
    user = UserFactory() if who == "stranger" else _member(BookFactory(), Role.OWNER)
    ask: Callable[[str], HttpResponseBase] = getattr(_signed_in(user), method)

    here = _answer(ask(page.address(sample)))
    nowhere = _answer(ask(page.address(sample, book="no-such-book")))

    assert here == nowhere
    assert here[0] == 404


@of_a_book
def test_an_owner_of_another_book_cannot_reach_this_ones_rows_through_their_own(page: Page, sample: Sample):
    others = [name for name in page.takes if name != "book" and sample.is_of_the_book(name)]
    if not others:
        return  # the page takes no row of a book
    own = BookFactory()

    response = _signed_in(_member(own, Role.OWNER)).get(page.address(sample, book=own.slug))

    assert response.status_code in {404, 405}, f"{page.name} shows a row of another book"


@by_name
@pytest.mark.parametrize("role", list(Role))
def test_no_role_meets_an_error(page: Page, role: Role, sample: Sample):
    client = _signed_in(_member(sample.book, role))

    response = client.get(page.address(sample))

    unready = {503} if page.name == "ops:readyz" else set()
    assert response.status_code in {200, 302, 403, 404, 405, 410} | unready, (
        f"{page.name} answers {response.status_code}"
    )


@by_name
def test_a_firm_administrator_meets_no_error_and_every_page_carries_the_policy(page: Page, sample: Sample):
    client = _signed_in(UserFactory(is_firm_admin=True, is_staff=True, is_superuser=True))

    response = client.get(page.address(sample))

    # The admin refuses what nobody may do, such as adding a row of the job queue.
    refused = {400, 403} if page.name.startswith("admin:") else set()
    refused |= {503} if page.name == "ops:readyz" else set()
    assert response.status_code in {200, 302, 404, 405, 410} | refused, (
        f"{page.name} answers {response.status_code}"
    )
    assert _carries_the_policy(response), f"{page.name} answers without the policy: {response.headers}"


@of_a_book
def test_a_viewer_changes_nothing(page: Page, sample: Sample):
    client = _signed_in(_member(sample.book, Role.VIEWER))

    response = client.post(page.address(sample))

    assert response.status_code in {403, 405}, f"{page.name} lets a viewer post: {response.status_code}"


@by_name
def test_a_form_without_its_token_is_refused(page: Page, sample: Sample):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(UserFactory(is_firm_admin=True, is_staff=True, is_superuser=True))

    response = client.post(page.address(sample))

    # Programs post to it, and no cookie opens it.
    refused = {401} if page.name == "api:mcp" else {403}
    refused |= {405} if page.name.startswith("ops:") else set()
    assert response.status_code in refused, (
        f"{page.name} takes a POST without a token: {response.status_code}"
    )


def _with_token(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret_of(user)}"}


@of_the_api
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["nobody", "owner without a token"])
def test_the_api_answers_nobody_without_a_token(page: Page, method: str, who: str, sample: Sample):
    client = Client(raise_request_exception=False) if who == "nobody" else _signed_in(sample.owner)

    response = getattr(client, method)(page.address(sample))

    assert response.status_code in {401, 405}, f"{page.name} answers {response.status_code}"


@of_the_api
@pytest.mark.parametrize("role", list(Role))
def test_no_role_meets_an_error_of_the_api(page: Page, role: Role, sample: Sample):
    headers = _with_token(_member(sample.book, role))

    response = Client(raise_request_exception=False).get(page.address(sample), headers=headers)

    # The sample document is no file, and a report wants its days.
    assert response.status_code in {200, 404, 405, 422}, f"{page.name} answers {response.status_code}"
    assert _carries_the_policy(response), f"{page.name} answers without the policy: {response.headers}"


@of_the_api
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_of_the_api_cannot_tell_whether_a_book_exists(page: Page, method: str, sample: Sample):
    if not page.is_of_a_book:
        return  # the list of books, which names only the user's own
    ask = getattr(Client(raise_request_exception=False), method)
    headers = _with_token(_member(BookFactory(), Role.OWNER))

    here, nowhere = (
        ask(page.address(sample, **other), headers=headers) for other in ({}, {"book": "no-such-book"})
    )

    told, told_of_none = (
        answer.content.replace(sample.book.slug.encode(), b"no-such-book") for answer in (here, nowhere)
    )
    assert (here.status_code, told) == (nowhere.status_code, told_of_none)
    assert here.status_code in {400, 404, 405, 422}


@of_the_api
def test_an_owner_of_another_book_cannot_reach_this_ones_rows_by_the_api(page: Page, sample: Sample):
    others = [name for name in page.takes if name != "book" and sample.is_of_the_book(name)]
    if not others:
        return  # the page takes no row of a book
    own = BookFactory()
    headers = _with_token(_member(own, Role.OWNER))

    response = Client().get(page.address(sample, book=own.slug), headers=headers)

    assert response.status_code == 404, f"{page.name} shows a row of another book"
