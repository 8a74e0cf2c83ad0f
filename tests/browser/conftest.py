"""A real server, a real Chromium: every browser test runs against both."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ledgerflow.users.models import User
from tests.browser.books import NewBook, book_in_review
from tests.browser.in_queue import opened

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, and skip it with the reason where there is no Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            if not CHROMIUM.is_file():
                item.add_marker(
                    pytest.mark.skip(reason=f"no Chromium at {CHROMIUM}; on Debian: apt-get install chromium")
                )


class _Server(LiveServerThread):
    """Django's live server, where each thread has a connection of its own to the test's database."""


@pytest.fixture
def live_address(committed_db: str) -> Iterator[str]:
    """The address of a server on the test's own database."""
    thread = _Server("127.0.0.1", StaticFilesHandler, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    """Changes that are taken back at the end of the module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def chromium(monkeypatch_module: pytest.MonkeyPatch) -> Iterator[Browser]:
    """One browser for the module; each test has a context of its own."""
    # Playwright's synchronous API runs an event loop in this thread, which Django takes for an asynchronous view.
    # It ends with the module, because other tests run loops of their own.
    monkeypatch_module.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """What a page did that it must not: requests to other hosts, errors on the console, refusals of the policy."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.complaints: list[str] = []
        self._address = address
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"error: {error.error}"))

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self._address, "data:", "blob:")):
            self.complaints.append(f"request to {request.url}")

    def _console(self, message: Any) -> None:
        # A page that is meant to answer 403 or 404 says so on the console, which is no fault of the page.
        if "/admin/" in message.page.url and "Applying inline style" in message.text:
            # The job queue's admin writes a margin inline, and axe puts imported style sheets, which only Django's
            # admin has, into the page to read them. The policy refuses both.
            return
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"console: {message.text}")


@pytest.fixture
def new_context(chromium: Browser, live_address: str) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser context, watched: the test fails when a page did what it must not."""
    opened: list[tuple[BrowserContext, Watch]] = []

    def new(**options: Any) -> BrowserContext:
        context = chromium.new_context(base_url=live_address, **options)
        opened.append((context, Watch(context, live_address)))
        return context

    yield new
    complaints = [complaint for _, watch in opened for complaint in watch.complaints]
    for context, _ in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A page of nobody, 1280 pixels wide."""
    return new_context(viewport={"width": 1280, "height": 900}).new_page()


@pytest.fixture
def sign_in(live_address: str) -> Callable[[BrowserContext, User], None]:
    """Sign a user in to a browser context without the form."""

    def into(context: BrowserContext, user: User) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_address}])

    return into


@pytest.fixture
def made(live_address: str) -> NewBook:
    """A book whose lines wait for review, behind the server that is running."""
    return book_in_review()


@pytest.fixture
def queue(
    made: NewBook,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
) -> Page:
    """Open the queue, first line in focus with its evidence."""
    return opened(made, new_context, sign_in)
