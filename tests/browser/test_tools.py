"""Web search from the first consent to a broken address, against a real search server, as a firm administrator."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, expect
from playwright.sync_api import Page as Tab

from ledgerflow.books.models import Book, Role
from ledgerflow.toolbox.models import EgressRequest, Outcome, Tool, ToolRun
from ledgerflow.toolbox.services.attempts import TOOLS
from ledgerflow.users.models import User
from tests.factories import BookFactory, MembershipFactory, UserFactory
from tests.searxng import searxng

pytestmark = pytest.mark.searx

_PATH = "tools.search_tool.search_web"
#: The first call starts processes; a call that fails is made three times.
_SOON = 30_000  # milliseconds
_PHONE = {"width": 360, "height": 740}
_DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def search_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with searxng(tmp_path_factory.mktemp("searxng")) as address:
        yield address


@pytest.fixture
def nobody() -> str:
    """The address of a service that is named in settings and does not run."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def admin(live_address: str, settings, search_server: str, nobody: str) -> Iterator[User]:
    settings.OWN_SERVICES = (search_server, nobody)
    yield UserFactory(is_firm_admin=True, is_staff=True, is_superuser=True)
    TOOLS.close()


@pytest.fixture
def book(admin: User) -> Book:
    return BookFactory(name="Blue Finch")


def _tab(context: BrowserContext, user: User, sign_in: Callable[[BrowserContext, User], None]) -> Tab:
    sign_in(context, user)
    return context.new_page()


def _enable(tab: Tab) -> None:
    tab.goto("/tools/")
    tab.get_by_role("button", name=f"Enable {_PATH}").click()
    expect(tab.get_by_text(f"{_PATH} is enabled.")).to_be_visible()


def _set_address(tab: Tab, address: str) -> None:
    tab.get_by_role("link", name="Settings", exact=True).last.click()
    tab.get_by_label("Address of SearXNG").fill(address)
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Saved.")).to_be_visible()


def _ask(tab: Tab, query: str) -> None:
    tab.get_by_role("link", name="Try it").click()
    tab.get_by_label("Query").fill(query)
    tab.get_by_label("Ask anew").check()
    tab.get_by_role("button", name="Try it").click()


def _not_accessible(tab: Tab) -> list[str]:
    found = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        violations = Axe().run(tab).response["violations"]
        found += [
            f"{tab.url} ({scheme}): {each['id']}: {each['nodes'][0]['html'][:120]}"
            for each in violations
            if each["impact"] in {"serious", "critical"}
        ]
    return found


def test_web_search_is_enabled_tried_seen_and_its_failure_explained(
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
    admin: User,
    search_server: str,
    nobody: str,
):
    tab = _tab(new_context(viewport=_DESK), admin, sign_in)

    _enable(tab)
    tab.get_by_role("link", name=_PATH, exact=True).click()
    expect(tab.get_by_text("“base_url” (Address of SearXNG) is missing")).to_be_visible()
    _set_address(tab, search_server)
    _ask(tab, "blue finch DE89 3704 0044 0532 0130 00")
    left = tab.locator("#left")
    expect(left.get_by_text("blue+finch+%5Baccount%5D")).to_be_visible(timeout=_SOON)
    assert "DE89" not in left.inner_text()
    _ask(tab, "blue finch coffee")
    answer = tab.locator("#answer")
    expect(answer.get_by_text("https://www.bluefinch.example/")).to_be_visible(timeout=_SOON)
    expect(answer.get_by_text("unexpected crash")).to_be_visible()  # of the engine that fails
    answer.get_by_role("link", name="run ").click()
    expect(tab.get_by_role("heading", name="Run ")).to_be_visible()
    run = ToolRun.objects.filter(outcome=Outcome.DONE).latest("pk")
    assert tab.url.endswith(f"/tools/runs/{run.pk}/")
    tab.goto("/tools/sent/")
    expect(tab.locator("#reached")).to_contain_text("1 host answered: 127.0.0.1 (2).")
    expect(tab.locator("#reached")).to_contain_text("(profile strict)")
    assert EgressRequest.objects.latest("pk").run == run

    tab.goto(f"/tools/{run.tool_id}/")
    _set_address(tab, nobody)
    _ask(tab, "blue finch coffee")

    failure = tab.locator("#failure")
    expect(failure).to_contain_text("The tool failed.", timeout=_SOON)
    expect(failure).to_contain_text(f"SearXNG does not answer at {nobody}/search. See that it runs")
    sentence = ToolRun.objects.get(outcome=Outcome.ERROR).error_message
    expect(failure).to_contain_text(sentence)
    failure.get_by_role("link", name="Run ").click()
    expect(tab.locator("#failure")).to_contain_text(sentence)
    tab.goto(f"/admin/toolbox/toolrun/{ToolRun.objects.get(outcome=Outcome.ERROR).pk}/change/")
    expect(tab.get_by_text(sentence, exact=True)).to_be_visible()


def test_its_pages_are_accessible_and_fit_a_phone_in_use(
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
    admin: User,
    book: Book,
    search_server: str,
):
    tab = _tab(new_context(viewport=_DESK), admin, sign_in)
    _enable(tab)
    tool = Tool.objects.get(module_path=_PATH)
    tab.goto(f"/tools/{tool.pk}/")
    _set_address(tab, search_server)
    member = MembershipFactory(book=book, role=Role.BOOKKEEPER).user
    tab = _tab(new_context(viewport=_PHONE), member, sign_in)
    tab.goto(f"/books/{book.slug}/tools/")

    tab.get_by_role("link", name=_PATH, exact=True).click()
    found = _not_accessible(tab)
    widths = [tab.evaluate("document.documentElement.scrollWidth")]
    _ask(tab, "blue finch coffee")
    expect(tab.locator("#answer").get_by_text("https://www.bluefinch.example/")).to_be_visible(timeout=_SOON)
    found += _not_accessible(tab)
    widths.append(tab.evaluate("document.documentElement.scrollWidth"))
    for part in ("", "runs/", f"runs/{ToolRun.objects.get().pk}/", "sent/"):
        tab.goto(f"/books/{book.slug}/tools/{part}")
        found += _not_accessible(tab)
        widths.append(tab.evaluate("document.documentElement.scrollWidth"))

    assert found == []
    assert set(widths) == {_PHONE["width"]}


def test_a_run_that_goes_on_is_canceled_from_its_page(
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
    admin: User,
    slow_server: str,
    settings,
):
    settings.OWN_SERVICES = (slow_server,)
    trying = _tab(new_context(viewport=_DESK), admin, sign_in)
    _enable(trying)
    trying.get_by_role("link", name=_PATH, exact=True).click()
    _set_address(trying, slow_server)
    trying.get_by_role("link", name="Try it").click()
    trying.get_by_label("Query").fill("coffee")
    trying.get_by_role("button", name="Try it").click(no_wait_after=True)
    watching = trying.context.new_page()
    watching.goto("/tools/runs/?outcome=running")
    for _ in range(100):
        if watching.get_by_role("link", name="1", exact=True).count():
            break
        watching.reload()
    watching.locator("tbody a").first.click()

    watching.get_by_role("button", name="Cancel").click()

    expect(watching.get_by_text("is canceled.")).to_be_visible()
    expect(trying.locator("#failure")).to_contain_text("was canceled", timeout=_SOON)
    assert ToolRun.objects.get().outcome == Outcome.CANCELED


@pytest.fixture
def slow_server() -> Iterator[str]:
    """A server that takes the question and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
