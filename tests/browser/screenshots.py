"""Pictures of the pages, by ``make screenshots``: all for looking at in ``var/screenshots``, two for the documentation.

Not a test, so its name does not begin with ``test_`` and the suite passes it over.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Tab

from ledgerflow.users.models import User
from tests.browser.demo import DemoSample
from tests.browser.test_every_page import PARTS, opened
from tests.test_every_url import PAGES

_ROOT = Path(__file__).resolve().parents[2]
FOLDER = _ROOT / "var" / "screenshots"
#: Pages of the README and their pictures.
SHOWN = {
    "review:queue": _ROOT / "docs" / "images" / "review.png",
    "reports:trial-balance": _ROOT / "docs" / "images" / "trial-balance.png",
}
_SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}


@pytest.mark.parametrize("size", list(_SIZES))
def test_take(
    size: str,
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
) -> None:
    """Take a picture of every page that answers, in light and in dark."""
    sample = DemoSample()
    named = [page for page in PAGES if page.name not in PARTS and not page.name.startswith("admin:")]
    addresses = [(page.name, page.address(sample)) for page in named]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for who, user in (("in", sample.owner), ("out", None)):
        context = new_context(viewport=_SIZES[size], reduced_motion="reduce")
        if user is not None:
            sign_in(context, user)
        tab = context.new_page()
        for name in opened(tab, addresses):
            for scheme in ("light", "dark"):
                tab.emulate_media(color_scheme=scheme)
                tab.screenshot(path=FOLDER / f"{name.replace(':', '-')}-{who}-{size}-{scheme}.png")
            if name in SHOWN and size == "desk":
                tab.emulate_media(color_scheme="light")
                if name == "review:queue":
                    _go_to_a_suggestion(tab)
                tab.screenshot(path=SHOWN[name])


def _go_to_a_suggestion(tab: Tab) -> None:
    """Move to the first line that is sure, whose evidence shows the entry it leads to."""
    line = tab.locator("[data-line]").filter(has_text="Sure").first.get_attribute("data-line")
    while tab.locator("[data-line].is-focused").get_attribute("data-line") != line:
        tab.keyboard.press("j")
    tab.wait_for_selector("[data-evidence] meter")
