"""Pictures of the pages for looking at, in ``var/screenshots``: ``pytest tests/browser/screenshots.py``.

Not a test, so its name does not begin with ``test_`` and the suite passes it over.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from ledgerflow.users.models import User
from tests.browser.test_every_page import opened
from tests.factories import UserFactory
from tests.samples import Sample
from tests.test_every_url import PAGES

FOLDER = Path(__file__).resolve().parents[2] / "var" / "screenshots"
_SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 740}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(_SIZES))
def test_take(
    scheme: str,
    size: str,
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
) -> None:
    """Take one picture of every page that answers."""
    sample = Sample()
    pages = [(page.name, page.address(sample)) for page in PAGES if not page.name.startswith("admin:")]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for who, user in (("in", UserFactory(is_firm_admin=True, name="Robin Doe")), ("out", None)):
        context = new_context(viewport=_SIZES[size], color_scheme=scheme, reduced_motion="reduce")
        if user is not None:
            sign_in(context, user)
        tab = context.new_page()
        for name, address in pages:
            if opened(tab, address):
                tab.screenshot(path=FOLDER / f"{name.replace(':', '-')}-{who}-{size}-{scheme}.png")
