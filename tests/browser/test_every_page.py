"""Every page that can be opened: accessible in light and dark, no wider than a phone, and quiet."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Tab

from ledgerflow.users.models import User
from tests.factories import UserFactory
from tests.samples import Sample
from tests.test_every_url import PAGES, Page

_SERIOUS = {"serious", "critical"}
#: The phone on which everything must be usable.
_PHONE = {"width": 360, "height": 740}


@pytest.fixture
def addresses(live_address: str) -> list[tuple[str, str]]:
    """Name and address of every page, for one sample of each object."""
    sample = Sample()
    return [(page.name, page.address(sample)) for page in PAGES if _is_a_page(page)]


def _is_a_page(page: Page) -> bool:
    # Django's own admin is for the operator of the server; its pages are Django's.
    return not page.name.startswith("admin:") and page.name != "web:sign-out"


def _everyone_sees() -> User:
    return UserFactory(is_firm_admin=True)


def opened(tab: Tab, address: str) -> bool:
    """Open the address if it answers with a page; Chromium takes an empty 405 for a broken network."""
    answer = tab.context.request.get(address, max_redirects=0)
    if answer.status != 200 or not answer.headers["content-type"].startswith("text/html"):
        return False
    tab.goto(address)
    return True


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("who", ["firm administrator", "nobody"])
def test_axe_finds_nothing_serious(
    scheme: str,
    who: str,
    addresses: list[tuple[str, str]],
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    context = new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    if who != "nobody":
        sign_in(context, _everyone_sees())
    tab = context.new_page()
    found = []

    for name, address in addresses:
        if opened(tab, address):
            for violation in Axe().run(tab).response["violations"]:
                if violation["impact"] in _SERIOUS:
                    nodes = [node["html"][:160] for node in violation["nodes"][:3]]
                    found.append(f"{name}: {violation['id']}: {nodes}")

    assert not found, "\n".join(found)


def test_no_page_scrolls_sideways_on_a_phone(
    addresses: list[tuple[str, str]],
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    context = new_context(viewport=_PHONE)
    sign_in(context, _everyone_sees())
    tab = context.new_page()
    wide = []

    for name, address in addresses:
        if opened(tab, address):
            width = tab.evaluate("document.documentElement.scrollWidth")
            if width > _PHONE["width"]:
                wide.append(f"{name} is {width} pixels wide")

    assert not wide, "\n".join(wide)
