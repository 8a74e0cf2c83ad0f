"""The pages about other currencies with figures on them: accessible in light and dark, no wider than a phone."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext

from ledgerflow.users.models import User
from tests.browser.test_every_page import _DESK, _PHONE, _findings
from tests.factories import MembershipFactory
from tests.posting.euros import DAY, EuroShop


def test_rates_lines_and_revaluations_are_usable_by_everyone(
    live_address: str,
    new_context: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, User], None],
):
    shop = EuroShop()
    owner = MembershipFactory(book=shop.book).user
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.post()
    shop.rate("1.20")
    waiting = shop.accepted("-40.00", shop.fuel)
    context = new_context(viewport=_DESK, reduced_motion="reduce")
    sign_in(context, owner)
    tab = context.new_page()
    home = f"/books/{shop.book.slug}"
    paths = [
        "/ledger/rates/",
        "/journal/1/",
        f"/journal/line/{waiting.pk}/",
        f"/journal/revaluation/?as_of={DAY}",
    ]

    found, wide = [], []
    for path in paths:
        tab.goto(home + path)
        found += _findings(tab, path)
        tab.set_viewport_size(_PHONE)
        wide += [path for _ in [0] if tab.evaluate("document.documentElement.scrollWidth") > _PHONE["width"]]
        tab.set_viewport_size(_DESK)
    tab.get_by_role("button", name="Post the revaluation").click()
    tab.get_by_text("Balances that were revalued").wait_for()
    found += _findings(tab, "the revaluation's entry")

    assert not found, "\n".join(found)
    assert wide == []
