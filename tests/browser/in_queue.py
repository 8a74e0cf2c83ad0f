"""The review queue in a browser, for journeys: opened, moved about in, and asked what it says."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, Route, expect

from ledgerflow.users.models import User
from tests.browser.books import NewBook


def opened(
    made: NewBook, new_context: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext, User], None]
) -> Page:
    """Open the queue as its owner, first line in focus with its evidence."""
    context = new_context(viewport={"width": 1280, "height": 900})
    sign_in(context, made.owner)
    tab = context.new_page()
    tab.goto(made.address("review/"))
    expect(tab.locator("[data-evidence] h2")).to_be_visible()
    return tab


def go_to(tab: Page, text: str) -> None:
    """Move to the first line of the text with ``k`` and ``j`` alone, and wait for its evidence."""
    count = tab.locator("[data-line]").count()
    for _ in range(count):
        tab.keyboard.press("k")
    row = tab.locator("[data-line].is-focused")
    while text.casefold() not in row.inner_text().casefold():
        tab.keyboard.press("j")
        count -= 1
        assert count, f"no line of {text}"
    address = tab.locator("[data-line].is-focused").get_attribute("data-evidence-url") or ""
    line = address.removesuffix("/evidence/").rpartition("/")[2]
    expect(tab.locator(f"[data-evidence] form[action$='/line/{line}/split/']")).to_be_attached()


def in_focus(tab: Page) -> str:
    """Return the number of the line in focus."""
    return tab.locator("[data-line].is-focused").get_attribute("data-line") or ""


def expect_message(tab: Page, text: str) -> None:
    expect(tab.locator("#messages")).to_contain_text(text)


class Held:
    """Requests that have not reached the server yet."""

    def __init__(self, tab: Page, pattern: str):
        self._tab, self._routes = tab, list[Route]()
        tab.route(pattern, self._hold)

    def _hold(self, route: Route) -> None:
        self._routes.append(route)

    def let_go(self, number: int) -> None:
        """Send the request of that number on, once it is there."""
        while len(self._routes) <= number:
            self._tab.wait_for_timeout(20)
        self._routes[number].continue_()
