"""Every address of the resolver, asked by everyone who must not get in, and by everyone who may.

One test for each promise, over all addresses and roles, because three thousand tests take three minutes to set up.
Whoever asks is signed in once; what an answer changed is taken back; every address that breaks the promise is named.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
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


class Someone:
    """Asks as one user, or as nobody: signed in once, and still so whatever an answer did."""

    def __init__(self, user: User | None = None, *, token: bool = False, checks_forms: bool = False) -> None:
        self._client = Client(enforce_csrf_checks=checks_forms, raise_request_exception=False)
        self._headers = {"Authorization": f"Bearer {secret_of(user)}"} if user and token else {}
        if user and not token:
            self._client.force_login(user)
        self._cookies = {name: each.value for name, each in self._client.cookies.items()}

    def ask(self, address: str, method: str = "get") -> HttpResponseBase:
        """Return the answer; what it changed is taken back."""
        self._client.cookies = SimpleCookie(self._cookies)
        with _taken_back():
            return getattr(self._client, method)(address, headers=self._headers)


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True)
class World:
    """Every object that any of the addresses names, and who asks."""

    sample: Sample
    documents: Path
    nobody: Someone
    roles: dict[Role, Someone]
    strangers: dict[str, Someone]
    owner_elsewhere: Someone
    elsewhere: Book
    administrator: Someone
    administrator_whose_forms_are_checked: Someone
    roles_by_token: dict[Role, Someone]
    owner_elsewhere_by_token: Someone
    owner_without_a_token: Someone


@pytest.fixture(scope="module")
def made(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Made once, in a database of its own."""
    folder = tmp_path_factory.mktemp("documents")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder):
        before = connections["default"].settings_dict["NAME"]
        with databases.clone(f"lf_every_url_{os.getpid()}") as name:
            databases.point_to(name)
            yield _world(folder)
        databases.point_to(before)


def _world(folder: Path) -> World:
    sample = Sample()
    for page in EVERY:
        page.address(sample)
    members = {role: _member(sample.book, role) for role in Role}
    elsewhere = BookFactory()
    owner_elsewhere = _member(elsewhere, Role.OWNER)
    administrator = UserFactory(is_firm_admin=True, is_staff=True, is_superuser=True)
    return World(
        sample=sample,
        documents=folder,
        nobody=Someone(),
        roles={role: Someone(user) for role, user in members.items()},
        strangers={
            "stranger": Someone(UserFactory()),
            "member of another book": Someone(owner_elsewhere),
        },
        owner_elsewhere=Someone(owner_elsewhere),
        elsewhere=elsewhere,
        administrator=Someone(administrator),
        administrator_whose_forms_are_checked=Someone(administrator, checks_forms=True),
        roles_by_token={role: Someone(user, token=True) for role, user in members.items()},
        owner_elsewhere_by_token=Someone(owner_elsewhere, token=True),
        owner_without_a_token=Someone(sample.owner),
    )


@pytest.fixture
def world(made: World, db: None, settings: Any) -> World:
    """The same for every test."""
    settings.MEDIA_ROOT = made.documents
    return made


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


def test_whoever_asks_is_signed_in(world: World):
    (queue,) = (page for page in PAGES if page.name == "review:queue")
    address = queue.address(world.sample)
    elsewhere = queue.address(world.sample, book=world.elsewhere.slug)

    assert [asking.ask(address).status_code for asking in world.roles.values()] == [200] * len(Role)
    assert world.owner_elsewhere.ask(elsewhere).status_code == 200
    assert [asking.ask(address).status_code for asking in world.strangers.values()] == [404] * 2
    assert world.administrator.ask("/admin/").status_code == 200
    assert world.administrator_whose_forms_are_checked.ask("/admin/").status_code == 200


def test_someone_who_is_not_signed_in_is_sent_to_sign_in(world: World):
    wrong = {}
    for page in PAGES:
        response = world.nobody.ask(page.address(world.sample))
        status = response.status_code
        if page.name in PUBLIC:
            right = status in {"ops:readyz": {503}, "ops:metrics": {404}}.get(page.name, {200, 302, 410})
        else:
            # The admin sends to its own sign-in address, which sends on.
            right = status == 405 or (
                status == 302 and re.search("/(sign-in|admin/login)/", response["Location"]) is not None
            )
        if not right:
            wrong[page.name] = status

    assert wrong == {}


def test_a_page_of_a_book_asks_for_sign_in_before_it_looks_for_the_book(world: World):
    wrong = {}
    for page in OF_A_BOOK:
        here = world.nobody.ask(page.address(world.sample)).status_code
        nowhere = world.nobody.ask(page.address(world.sample, book="no-such-book")).status_code
        if not here == nowhere == 302:
            wrong[page.name] = (here, nowhere)

    assert wrong == {}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["stranger", "member of another book"])
def test_a_stranger_gets_the_same_answer_whether_the_book_exists_or_not(world: World, who: str, method: str):
    asking, wrong = world.strangers[who], {}
    for page in OF_A_BOOK:
        here = _answer(asking.ask(page.address(world.sample), method))
        nowhere = _answer(asking.ask(page.address(world.sample, book="no-such-book"), method))
        if here != nowhere or here[0] != 404:
            wrong[page.name] = (here, nowhere)

    assert wrong == {}


def _takes_a_row(page: Page, sample: Sample) -> bool:
    return page.is_of_a_book and any(name != "book" and sample.is_of_the_book(name) for name in page.takes)


def test_an_owner_of_another_book_cannot_reach_this_ones_rows_through_their_own(world: World):
    shown = {}
    for page in (page for page in PAGES if _takes_a_row(page, world.sample)):
        response = world.owner_elsewhere.ask(page.address(world.sample, book=world.elsewhere.slug))
        if response.status_code not in {404, 405}:
            shown[page.name] = response.status_code

    assert shown == {}


@pytest.mark.parametrize("role", list(Role))
def test_no_role_meets_an_error(world: World, role: Role):
    wrong = {}
    for page in PAGES:
        status = world.roles[role].ask(page.address(world.sample)).status_code
        unready = {503} if page.name == "ops:readyz" else set()
        if status not in {200, 302, 403, 404, 405, 410} | unready:
            wrong[page.name] = status

    assert wrong == {}


def test_a_firm_administrator_meets_no_error_and_every_page_carries_the_policy(world: World):
    wrong, without_policy = {}, {}
    for page in PAGES:
        response = world.administrator.ask(page.address(world.sample))
        # The admin refuses what nobody may do, such as adding a row of the job queue.
        refused = {400, 403} if page.name.startswith("admin:") else set()
        refused |= {503} if page.name == "ops:readyz" else set()
        if response.status_code not in {200, 302, 404, 405, 410} | refused:
            wrong[page.name] = response.status_code
        if not _carries_the_policy(response):
            without_policy[page.name] = response.headers

    assert wrong == {}
    assert without_policy == {}


def test_a_viewer_changes_nothing(world: World):
    allowed = {}
    for page in OF_A_BOOK:
        status = world.roles[Role.VIEWER].ask(page.address(world.sample), "post").status_code
        if status not in {403, 405}:
            allowed[page.name] = status

    assert allowed == {}


def test_a_form_without_its_token_is_refused(world: World):
    taken = {}
    for page in PAGES:
        asking = world.administrator_whose_forms_are_checked
        status = asking.ask(page.address(world.sample), "post").status_code
        # Programs post to it, and no cookie opens it.
        refused = {401} if page.name == "api:mcp" else {403}
        refused |= {405} if page.name.startswith("ops:") else set()
        if status not in refused:
            taken[page.name] = status

    assert taken == {}


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_api_answers_nobody_without_a_token(world: World, method: str):
    answered = {}
    for page in API:
        for who, asking in (("nobody", world.nobody), ("owner", world.owner_without_a_token)):
            status = asking.ask(page.address(world.sample), method).status_code
            if status not in {401, 405}:
                answered[page.name, who] = status

    assert answered == {}


@pytest.mark.parametrize("role", list(Role))
def test_no_role_meets_an_error_of_the_api(world: World, role: Role):
    wrong, without_policy = {}, {}
    for page in API:
        response = world.roles_by_token[role].ask(page.address(world.sample))
        # The sample document is no file, and a report wants its days.
        if response.status_code not in {200, 404, 405, 422}:
            wrong[page.name] = response.status_code
        if not _carries_the_policy(response):
            without_policy[page.name] = response.headers

    assert wrong == {}
    assert without_policy == {}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_of_the_api_cannot_tell_whether_a_book_exists(world: World, method: str):
    told, slug = {}, world.sample.book.slug.encode()
    for page in (page for page in API if page.is_of_a_book):  # the others list the user's own
        here, nowhere = (
            world.owner_elsewhere_by_token.ask(page.address(world.sample, **other), method)
            for other in ({}, {"book": "no-such-book"})
        )
        same = here.content.replace(slug, b"no-such-book") == nowhere.content.replace(slug, b"no-such-book")
        if (
            not same
            or here.status_code != nowhere.status_code
            or here.status_code not in {400, 404, 405, 422}
        ):
            told[page.name] = (here.status_code, here.content, nowhere.status_code, nowhere.content)

    assert told == {}


def test_an_owner_of_another_book_cannot_reach_this_ones_rows_by_the_api(world: World):
    shown = {}
    for page in (page for page in API if _takes_a_row(page, world.sample)):
        address = page.address(world.sample, book=world.elsewhere.slug)
        status = world.owner_elsewhere_by_token.ask(address).status_code
        if status != 404:
            shown[page.name] = status

    assert shown == {}
