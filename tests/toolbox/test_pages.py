"""The pages about tools: who sees and does what, and what firm administrators decide."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from ledgerflow.books.models import Book, Role
from ledgerflow.ops.models import ErrorEvent
from ledgerflow.toolbox.models import Asker, EgressRequest, Outcome, Tool, ToolConfiguration, ToolRun
from ledgerflow.toolbox.services.configuration import limits_for
from ledgerflow.users.models import User
from tests.factories import BookFactory, MembershipFactory, UserFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
PATH = "tools.search_tool.search_web"
_EVERYONE = {"viewer", "bookkeeper", "reviewer", "owner", "admin"}
_WORKING = _EVERYONE - {"viewer"}
_DECIDING = {"owner", "admin"}


@made_once
def book() -> Book:
    return BookFactory()


@pytest.fixture
def admin() -> User:
    return UserFactory(is_firm_admin=True)


def search_tool(**values: Any) -> Tool:
    Tool.objects.filter(module_path=PATH).update(**values)
    return Tool.objects.get(module_path=PATH)


def enabled(admin: User) -> Tool:
    tool = search_tool()
    return search_tool(enabled=True, enabled_by=admin, enabled_at=NOW, consented=tool.offer)


def run_of(book: Book | None, **values: Any) -> ToolRun:
    tool = search_tool()
    facts = {
        "tool": tool, "module_path": tool.module_path, "version": tool.version, "book": book, "started_at": NOW,
        "asked_through": Asker.PERSON, "arguments": {"query": "coffee"}, "outcome": Outcome.DONE, "duration_ms": 12.5,
    }  # fmt: skip
    return ToolRun.objects.create(**facts | values)


def sent_for(run: ToolRun | None, book: Book | None, **values: Any) -> EgressRequest:
    facts = {
        "at": NOW, "run": run, "book": book, "purpose": "search", "method": "GET", "host": "searxng", "status": 200,
        "url": "http://searxng:8080/search?q=coffee", "redaction": "strict", "duration_ms": 8.0, "address": "10.0.0.7",
    }  # fmt: skip
    return EgressRequest.objects.create(**facts | values)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _clients(book: Book, admin: User) -> dict[str, Client]:
    members = {role.value: MembershipFactory(book=book, role=role).user for role in Role}
    return {name: signed_in(user) for name, user in {**members, "admin": admin}.items()}


@pytest.mark.parametrize(
    ("page", "method", "who"),
    [
        ("tools", "get", _EVERYONE),
        ("tool", "get", _EVERYONE),
        ("settings", "get", _DECIDING),
        ("settings", "post", _DECIDING),
        ("try", "get", _WORKING),
        ("try", "post", _WORKING),
        ("runs", "get", _WORKING),
        ("tool-runs", "get", _WORKING),
        ("run", "get", _WORKING),
        ("again", "post", _WORKING),
        ("cancel", "post", _DECIDING),
        ("sent", "get", _WORKING),
        ("decide", "post", {"admin"}),
        ("remap", "post", {"admin"}),
    ],
)
def test_in_a_book_the_role_decides(page: str, method: str, who: set[str], book: Book, admin: User):
    takes = {"again": "tool_run", "cancel": "tool_run", "run": "tool_run"}.get(page, "tool")
    run = run_of(book)
    kwargs = (
        {} if page in {"tools", "runs", "sent"} else {takes: run.pk if takes == "tool_run" else run.tool_id}
    )
    address = reverse(f"book-tools:{page}", kwargs={"book": book.slug, **kwargs})
    typed = {"decision": "enable", "to_path": "tools.a.b"}

    answers = {
        name: getattr(client, method)(address, typed if method == "post" else None).status_code
        for name, client in _clients(book, admin).items()
    }

    assert {name for name, status in answers.items() if status in {200, 302}} == who
    assert {status for name, status in answers.items() if name not in who} <= {403}


def test_the_pages_of_the_installation_are_for_firm_administrators(book: Book, admin: User):
    clients = _clients(book, admin)

    answers = {name: client.get(reverse("toolbox:tools")).status_code for name, client in clients.items()}

    assert answers.pop("admin") == 200
    assert set(answers.values()) == {403}


def test_members_see_what_is_enabled_and_decide_nothing(book: Book, admin: User):
    enabled(admin)
    client = signed_in(MembershipFactory(book=book, role=Role.VIEWER).user)

    page = client.get(reverse("book-tools:tools", kwargs={"book": book.slug})).content.decode()

    assert "tools.<wbr>search_<wbr>tool.<wbr>search_<wbr>web" in page
    assert "mcp_<wbr>bridge" not in page  # disabled
    assert 'name="decision"' not in page
    assert "Last run" not in page
    assert 'href="/tools/"' not in page


def test_the_menu_leads_to_the_book_s_tools_and_an_administrator_to_all(book: Book, admin: User):
    page = signed_in(admin).get(reverse("book-tools:tools", kwargs={"book": book.slug})).content.decode()

    assert f'href="{reverse("toolbox:tools")}"' in page
    assert f'href="/books/{book.slug}/tools/" aria-current="page"' in page


def test_what_was_shown_is_what_is_agreed_to(admin: User):
    tool = search_tool()
    client, address = signed_in(admin), reverse("toolbox:decide", kwargs={"tool": tool.pk})

    unseen = client.post(address, {"decision": "enable"}, follow=True)
    assert "changed since you looked at it" in unseen.content.decode()
    assert not search_tool().enabled

    done = client.post(
        address, {"decision": "enable", "seen": tool.offer_digest, "back": "list"}, follow=True
    )
    assert done.redirect_chain[-1][0] == reverse("toolbox:tools")
    assert (search_tool().enabled_by, search_tool().consented) == (admin, tool.offer)

    client.post(address, {"decision": "disable"})
    assert not search_tool().enabled
    assert client.post(address, {"decision": "sell"}).status_code == 400


def test_a_tool_that_asks_for_more_says_what_is_new_and_can_be_agreed_to(admin: User):
    tool = enabled(admin)
    search_tool(version="1.1.0", manifest={**tool.manifest, "version": "1.1.0"})
    client = signed_in(admin)

    page = client.get(reverse("toolbox:tools")).content.decode()
    assert "it is version 1.1.0, and 1.0.0 was agreed to" in page

    client.post(
        reverse("toolbox:decide", kwargs={"tool": tool.pk}),
        {"decision": "consent", "seen": search_tool().offer_digest},
    )
    assert search_tool().state == "enabled"


def test_a_broken_tool_names_the_command_that_installs_what_it_needs(admin: User, packages):
    packages.write("broken_one", "raise ImportError", requirements="no-such-package-at-all>=3\n")
    Tool.objects.create(
        module_path="tools.broken_one.act", kind="other", version="1.0.0", summary="Broken.",
        manifest=search_tool().manifest, problem="No module named 'no_such_package_at_all'.",
    )  # fmt: skip

    page = signed_in(admin).get(reverse("toolbox:tools")).content.decode()

    assert "does not load" in page
    assert "<code>python -m pip install -r tools/broken_one/requirements.txt</code>" in page


def test_a_missing_tool_is_remapped_on_its_page(admin: User):
    tool = search_tool()
    gone = Tool.objects.create(
        module_path="tools.old_search.search_web", kind="search", version="1.0.0", summary="Gone.",
        manifest=tool.manifest, missing_since=NOW,
    )  # fmt: skip
    client = signed_in(admin)

    assert "Where it is now" in client.get(reverse("toolbox:tool", kwargs={"tool": gone.pk})).content.decode()
    address = reverse("toolbox:remap", kwargs={"tool": gone.pk})
    refused = client.post(address, {"to_path": "tools.nowhere.act"}, follow=True).content.decode()
    assert "There is no tool tools.nowhere.act" in refused
    client.post(address, {"to_path": PATH})

    gone.refresh_from_db()
    assert (gone.module_path, gone.missing_since) == (PATH, None)


def test_a_tool_s_page_says_what_it_may_do_and_shows_its_readme(admin: User):
    page = signed_in(admin).get(reverse("toolbox:tool", kwargs={"tool": search_tool().pk})).content.decode()

    assert "It may ask for pages on the network" in page
    assert "A call lasts at most 20 seconds, with 256 MB of memory" in page
    assert "<h2>What it sends</h2>" in page
    assert "The setting “base_url” (Address of SearXNG) is missing." in page


def test_a_tool_s_page_says_how_it_failed_until_it_answers_again(book: Book, admin: User):
    run = run_of(book, outcome=Outcome.ERROR, error_message="SearXNG does not answer.")
    run_of(book, outcome=Outcome.REFUSED, error_message="Not so often.")
    address = reverse("toolbox:tool", kwargs={"tool": run.tool_id})
    of_book = f"/books/{book.slug}{address}"
    viewer = MembershipFactory(book=book, role=Role.VIEWER).user
    bookkeeper = MembershipFactory(book=book, role=Role.BOOKKEEPER).user
    enabled(admin)

    failed = [
        signed_in(user).get(page).content.decode() for user, page in ((admin, address), (bookkeeper, of_book))
    ]
    unseen = signed_in(viewer).get(of_book).content.decode()
    run_of(book)
    answered = signed_in(admin).get(address).content.decode()

    for page in failed:
        assert "SearXNG does not answer." in page.split('id="failure"')[1]
        assert f">Run {run.pk}</a>" in page
    assert 'id="failure"' not in unseen + answered


def test_settings_are_kept_and_what_does_not_fit_is_said(admin: User):
    tool = search_tool()
    client, address = signed_in(admin), reverse("toolbox:settings", kwargs={"tool": tool.pk})

    refused = client.post(address, {"value_base_url": "ftp://searxng"}).content.decode()
    assert "must be an address such as http://searxng:8080" in refused
    assert not ToolConfiguration.objects.exists()

    client.post(address, {"value_base_url": "http://searxng:8080", "value_safe_search": "1"})
    kept = ToolConfiguration.objects.get()
    assert (kept.values, kept.book, kept.changed_by) == (
        {"base_url": "http://searxng:8080", "safe_search": 1}, None, admin,
    )  # fmt: skip
    assert 'value="http://searxng:8080"' in client.get(address).content.decode()


def test_an_owner_sets_what_is_of_the_book_and_leaves_addresses_as_they_are(book: Book, admin: User):
    tool = search_tool()
    ToolConfiguration.objects.create(
        tool=tool, book=book, values={"base_url": "http://searxng:8080"}, changed_by=admin, changed_at=NOW
    )
    client = signed_in(MembershipFactory(book=book, role=Role.OWNER).user)
    address = reverse("book-tools:settings", kwargs={"book": book.slug, "tool": tool.pk})

    assert "Address of SearXNG" not in client.get(address).content.decode()
    client.post(address, {"value_language": "de", "value_base_url": "http://evil.example"})

    assert ToolConfiguration.objects.get().values == {"base_url": "http://searxng:8080", "language": "de"}


def test_limits_are_set_beside_the_settings_and_narrow_only(book: Book, admin: User):
    tool = search_tool()
    most = tool.manifest["permissions"]["calls_a_day"]
    client = signed_in(admin)
    everywhere = reverse("toolbox:settings", kwargs={"tool": tool.pk})
    given = {"value_base_url": "http://searxng:8080", "calls_a_day": "40"}

    refused = client.post(everywhere, {**given, "calls_a_day": str(most + 1)}).content.decode()
    client.post(everywhere, given)
    in_book = reverse("book-tools:settings", kwargs={"book": book.slug, "tool": tool.pk})
    shown = client.get(in_book).content.decode()
    too_many = client.post(in_book, {"calls_a_day": "41"}).content.decode()
    client.post(in_book, {"calls_a_day": "10"})

    assert "calls a day are too many" in refused
    assert "Left empty: 40, which is also the most." in shown
    assert "are the installation&#x27;s limit" in too_many
    assert limits_for(tool, book).calls_a_day == 10
    client.post(everywhere, {"value_base_url": "http://searxng:8080"})
    assert limits_for(tool, None).calls_a_day == most


def test_a_traceback_is_for_administrators(book: Book, admin: User):
    failed = {"outcome": Outcome.ERROR, "error_class": "ToolError", "error_message": "Nobody answers.",
              "traceback": "Traceback of the tool"}  # fmt: skip
    run = run_of(book, **failed)
    sent_for(run, book)
    address = reverse("book-tools:run", kwargs={"book": book.slug, "tool_run": run.pk})

    member = signed_in(MembershipFactory(book=book, role=Role.OWNER).user).get(address).content.decode()
    for_admin = signed_in(admin).get(address).content.decode()

    assert "Nobody answers." in member
    assert "http://searxng:8080/search?q=coffee" in member
    assert "Traceback of the tool" not in member
    assert "Traceback of the tool" in for_admin


def test_a_run_shows_those_it_led_to_and_where_its_answer_came_from(book: Book, admin: User):
    first = run_of(book)
    cached = run_of(book, outcome=Outcome.CACHED, cached_from=first, result={"text": "<b>kept</b>"})
    nested = run_of(book, parent=first, asked_through=Asker.TOOL)
    client = signed_in(admin)

    page = client.get(reverse("toolbox:run", kwargs={"tool_run": cached.pk})).content.decode()
    assert f"run {first.pk}</a>, " in page
    assert "&lt;b&gt;kept&lt;/b&gt;" in page
    page = client.get(reverse("toolbox:run", kwargs={"tool_run": first.pk})).content.decode()
    assert f"Run {nested.pk}</a>" in page
    page = client.get(reverse("toolbox:run", kwargs={"tool_run": nested.pk})).content.decode()
    assert f"run {first.pk}</a> of {PATH}" in page


@pytest.mark.parametrize(
    ("subject", "page", "takes"),
    [
        ("line 12", "posting:line", {"line": 12}),
        ("receipt 7", "documents:receipt", {"receipt": 7}),
        ("token <line 12>", "", {}),
        ("line 12 of another", "", {}),
        ("line 0", "", {}),
    ],
)
def test_a_run_leads_to_the_line_or_the_receipt_that_it_was_about(
    book: Book, admin: User, subject: str, page: str, takes: dict[str, int]
):
    run = run_of(book, subject=subject)

    shown = signed_in(admin).get(reverse("toolbox:run", kwargs={"tool_run": run.pk})).content.decode()

    about = shown.split("<dt>About</dt>")[1].split("</dd>")[0]
    assert f"{escape(subject)}" in about
    assert ("href=" in about) == bool(page)
    if page:
        assert f'href="{reverse(page, kwargs={"book": book.slug, **takes})}"' in about


def test_a_run_shows_what_left_for_it_by_way_of_the_tools_that_it_called(book: Book, admin: User):
    first = run_of(book)
    nested = run_of(book, parent=first, asked_through=Asker.TOOL)
    deeper = run_of(book, parent=nested, asked_through=Asker.TOOL)
    other = run_of(book)
    sent_for(nested, book, url="http://searxng:8080/search?q=tea")
    sent_for(deeper, book, url="http://searxng:8080/search?q=milk")
    sent_for(other, book, url="http://searxng:8080/search?q=other")

    page = signed_in(admin).get(reverse("toolbox:run", kwargs={"tool_run": first.pk})).content.decode()

    left = page.split('id="left"')[1]
    assert "q=tea" in left
    assert "q=milk" in left
    assert "q=other" not in left
    assert f"Run {deeper.pk}</a>" in page
    assert f"called by run {nested.pk}" in page
    assert reverse("toolbox:run", kwargs={"tool_run": nested.pk}) in left


def test_runs_and_requests_of_other_books_stay_unseen(book: Book, admin: User):
    other = BookFactory()
    run = run_of(other)
    sent_for(run, other, host="elsewhere.example")
    sent_for(None, None, host="model.example", purpose="agent")
    client = signed_in(MembershipFactory(book=book, role=Role.OWNER).user)
    here = {"book": book.slug}

    assert client.get(reverse("book-tools:run", kwargs={**here, "tool_run": run.pk})).status_code == 404
    assert "elsewhere.example" not in client.get(reverse("book-tools:sent", kwargs=here)).content.decode()
    assert "No tool has run yet" in client.get(reverse("book-tools:runs", kwargs=here)).content.decode()
    all_sent = signed_in(admin).get(reverse("toolbox:sent")).content.decode()
    assert "elsewhere.example" in all_sent
    assert "model.example" in all_sent


def test_an_error_of_a_tool_leads_to_its_runs(admin: User):
    event = ErrorEvent.objects.create(
        fingerprint="x", kind="ToolError", place="tools", message="Odd", logger="ledgerflow.tools", tool=PATH,
        first_seen=NOW, last_seen=NOW,
    )  # fmt: skip
    client = signed_in(UserFactory(is_firm_admin=True, is_staff=True, is_superuser=True))

    page = client.get(reverse("admin:ops_errorevent_change", args=[event.pk])).content.decode()
    found = client.get(reverse("admin:ops_errorevent_changelist"), {"q": PATH}).content.decode()

    assert reverse("toolbox:tool-runs", kwargs={"tool": search_tool().pk}) in page
    assert "ToolError" in found
